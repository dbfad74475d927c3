"""Is a packet as it was made, and who made it? Needs no network, no home and no model."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from auditor.errors import UsageError
from auditor.reports.archive import Archive, Files, opened
from auditor.reports.manifest import MANIFEST, SIGNATURE, Manifest, Packed, read_manifest, read_signature
from auditor.store.ledger import event_hash, link, seal

Trouble: TypeAlias = Literal["altered", "missing", "added", "wrapping", "chain"]
LOG = "log.json"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file: altered, missing, added; the ZIP around the files; or the chain of events in it does not hold."""

    trouble: Trouble
    path: str


@dataclass(frozen=True, slots=True)
class Chain:
    """How many events of a packet's log there are, and of how many the hash was computed anew and the one before matched."""

    events: int = 0
    proven: int = 0


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found.

    Attributes:
        problems: by file; empty where the packet is as its signer left it.
        signer: the fingerprint of the key that signed; ``None`` where no signature holds.
        trusted: whether that key is one of the trusted ones; ``None`` where none was named.
        unchecked: whether files could not be held against a manifest, because that itself is not what was signed.
        files, calls, made_at, redacted: what the manifest says, where it holds.
        chain: of the log.
    """

    problems: tuple[Problem, ...]
    signer: str | None = None
    trusted: bool | None = None
    unchecked: bool = False
    files: int = 0
    calls: tuple[Packed, ...] = ()
    made_at: datetime | None = None
    redacted: bool = False
    chain: Chain = Chain()

    @property
    def intact(self) -> bool:
        """Whether every byte is as the signer, whoever that is, left it."""
        return not self.problems and self.signer is not None

    @property
    def good(self) -> bool:
        """Whether it is intact and not signed by somebody else than those trusted."""
        return self.intact and self.trusted is not False


def verify(path: Path, trust: Collection[str] = ()) -> Verification:
    """Check a packet.

    Args:
        path: its folder or ZIP file.
        trust: fingerprints of the keys that are trusted.

    Raises:
        UsageError: there is no such file or folder.
    """
    if not path.exists():
        raise UsageError(f"{path}：没有这个文件或文件夹。请检查路径。")
    try:
        files = opened(path)
    except OSError:
        return Verification((Problem("wrapping", path.name),), unchecked=True)
    with files if isinstance(files, Archive) else nullcontext():
        return check(files, trust)


def check(files: Files, trust: Collection[str] = ()) -> Verification:
    """Check the files of a packet; see ``verify``."""
    names = files.names()
    found = [Problem("missing", name) for name in (MANIFEST, SIGNATURE) if name not in names]
    flaw = files.flaw()
    wrapping = [] if flaw is None else [Problem("wrapping", flaw)]
    signed = read_signature(_content(files, SIGNATURE) or b"") if SIGNATURE in names else None
    if SIGNATURE in names and signed is None:
        found.append(Problem("altered", SIGNATURE))
    signer = None if signed is None else signed.fingerprint
    trusted = signer in trust if trust and signer is not None else None
    manifest = _manifest(files) if MANIFEST in names else None
    if MANIFEST in names and (
        manifest is None or (signed and hashlib.sha256(manifest.as_bytes()).hexdigest() != signed.manifest)
    ):
        found.append(Problem("altered", MANIFEST))
        manifest = None
    if manifest is None:
        return Verification((*found, *wrapping), signer, trusted, unchecked=True)
    found += _compared(files, names, manifest)
    # where a file in it differs, the ZIP around it does too
    found += [] if any(p.trouble == "altered" for p in found) else wrapping
    chain = Chain()
    if not found:
        for call in manifest.calls:
            told, broken = _chain(json.loads(files.read(f"{call.folder}/{LOG}")))
            chain = Chain(chain.events + told.events, chain.proven + told.proven)
            found += [Problem("chain", f"{call.folder}/{LOG}")] if broken else []
    return Verification(
        tuple(found), signer, trusted, False, len(manifest.files), manifest.calls, manifest.made_at, manifest.redacted, chain
    )  # fmt: skip


def _manifest(files: Files) -> Manifest | None:
    """The manifest, where its file is, byte for byte, what a program wrote."""
    content = _content(files, MANIFEST) or b""
    try:
        found = read_manifest(content)
    except ValueError:
        return None
    return found if found.as_bytes() == content else None


def _compared(files: Files, names: Sequence[str], manifest: Manifest) -> list[Problem]:
    found, there = [], Counter(names)
    listed = {each.path: each for each in manifest.files}
    for path, each in sorted(listed.items()):
        if path not in there:
            found.append(Problem("missing", path))
            continue
        content = _content(files, path)
        if content is None or (len(content), hashlib.sha256(content).hexdigest()) != (each.bytes, each.sha256):
            found.append(Problem("altered", path))
    own = {*listed, MANIFEST, SIGNATURE}
    return found + [Problem("added", name) for name, times in sorted(there.items()) if name not in own or times > 1]


def _content(files: Files, name: str) -> bytes | None:
    try:
        return files.read(name)
    except OSError:
        return None


def _chain(log: Mapping[str, Any]) -> tuple[Chain, bool]:
    """How much of a log's stretch can be computed anew, and whether any of it comes out differently."""
    proven, broken = 0, False
    before = log["before"]
    events: Sequence[Mapping[str, Any]] = log["events"]
    for n, event in enumerate(events):
        seq, told = event["seq"], event["hash"]
        broken |= seq != events[0]["seq"] + n
        sealed, shown = event.get("sealed"), event.get("body")
        if sealed and shown is not None:
            broken |= sealed != seal(event["at"], event["kind"], shown, event["salt"])
        if sealed and before is not None:
            again = link(seq, sealed, before)
        elif not sealed and shown is not None and before is not None and told is not None:
            again = event_hash(seq, event["at"], event["kind"], shown, before, "")
        else:
            again = None
        if again is not None:
            proven += 1
            broken |= again != told
        before = told
    return Chain(len(events), proven), broken
