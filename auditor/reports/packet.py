"""Evidence packets: a call with all that shows what was found in it, in one folder or ZIP file that proves itself.

Names of files are numbers: what a call or a recording is called never becomes a path.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import auditor
from auditor.errors import NotFoundError, RecordingError, UsageError
from auditor.models import Call, Span
from auditor.reports.archive import zipped
from auditor.reports.evidence import (
    Name,
    Subject,
    appeal_told,
    decision_told,
    facts_told,
    finding_told,
    log_told,
    stretches,
    subject,
)
from auditor.reports.manifest import FORMAT, MANIFEST, SIGNATURE, Manifest, Member, Packed, member, signature
from auditor.reports.page import page
from auditor.reports.redaction import Cover, cover
from auditor.reports.signing import fingerprint, public_pem
from auditor.rules.pack import Pack, load_pack
from auditor.rules.words import public_numbers
from auditor.speech.audio import clip
from auditor.store import appeals, decisions, readers
from auditor.store.codec import encode
from auditor.store.events import stretch
from auditor.store.home import Home, new_file, new_folder
from auditor.store.ledger import Ledger, append_event
from auditor.store.queries import Store

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PAGE = "index.html"
SIGNER = "signer.pub"
MOST_CALLS = 200
BLEEP = 1000.0
"""Hz of the tone over personal data."""

Put = Callable[[str, bytes], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A packet that was made: how many files and findings, the sha256 of its manifest, the fingerprint of its signer."""

    files: int
    findings: int
    manifest: str
    signer: str


def make_packet(
    store: Store, call_ids: Sequence[str], target: Path, *, key: Ed25519PrivateKey, at: datetime, by: str, name: Name,
    redacted: bool = False,
) -> Made:  # fmt: skip
    """Write a packet, whole or not at all, and an event for each of its calls.

    Args:
        store: the home, within what the reader may see.
        call_ids: which calls, in this order.
        target: the folder to make, or, where its name ends in ``.zip``, the file.
        key: signs it.
        at: the moment of the signature, with an offset; all else depends only on the home.
        by: who asked for it.
        name: what a reader calls a code of a kind, and the page's own words (kind ``packet``).
        redacted: without personal data: masked in texts, under a tone in sound.

    Raises:
        NotFoundError: a call, or the rule pack that judged it, is not in the home.
        UsageError: there is something at ``target`` already, or too many calls were asked for.
        HomeError: it can't be written.
    """
    wanted = list(dict.fromkeys(call_ids))
    if not 0 < len(wanted) <= MOST_CALLS:
        raise UsageError(f"一个证据包放 1 到 {MOST_CALLS} 通电话，这里有 {len(wanted)} 通。请分几个包。")
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target}：已有这个文件或文件夹，没有覆盖。请换一个名字。")
    if not target.parent.is_dir():
        raise UsageError(f"{target.parent}：没有这个文件夹。请先建好，或换一个位置。")
    subjects = _subjects(store, wanted)

    def fill(folder: Path) -> Made:
        made = _fill(folder, store.home, subjects, key=key, at=at, name=name, redacted=redacted)
        with Ledger(store.home) as ledger, ledger.writing() as db:
            for each in subjects:
                body = {"what": "packet", "call_id": each.stored.entry.call_id, "by": by, "redacted": redacted}
                append_event(db, at, "exported", {**body, "manifest": made.manifest, "signer": made.signer})
        return made

    if target.suffix.lower() != ".zip":
        with new_folder(target) as folder:
            return fill(folder)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as temporary:
        folder = Path(temporary)
        made = fill(folder)
        names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
        try:
            with new_file(target) as file:
                for piece in zipped(names, lambda name: (folder / name).read_bytes()):
                    file.write(piece)
        except ValueError as error:
            raise UsageError(f"{target}：超过 ZIP 文件的上限（4 GB）。请分几个包，或改存为文件夹。") from error
    return made


def _subjects(store: Store, call_ids: Sequence[str]) -> list[Subject]:
    packs: dict[str, Pack] = {}
    found = []
    for call_id in call_ids:
        stored = store.call(call_id)
        pack = stored.audit.pack
        if pack not in packs:
            packs[pack] = load_pack(store.home.archived_pack(pack.rpartition("+")[2]))
        with Ledger(store.home) as ledger, ledger.reading() as db:
            made = decisions.history(db, call_id)
            found.append(
                subject(
                    stored, packs[pack], made, appeals.of_call(db, call_id), stretch(db, call_id, stored.entry.result)
                )
            )
    return found


def _fill(
    folder: Path, home: Home, subjects: Sequence[Subject], *, key: Ed25519PrivateKey, at: datetime, name: Name, redacted: bool
) -> Made:  # fmt: skip
    members: list[Member] = []

    def put(path: str, content: bytes) -> None:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        members.append(member(path, content))

    told = []
    for number, each in enumerate(subjects, 1):
        where = f"calls/{number:03d}"
        shown = cover(
            each.stored.call,
            [f.finding_id for f in each.findings],
            redacted=redacted,
            public=public_numbers(each.pack.files["tenant.yaml"]),
        )
        told.append(_put_call(put, where, home, each, shown, name))
    if not redacted:
        for pack in {each.pack.hash: each.pack for each in subjects}.values():
            for path, content in sorted(pack.files.items()):
                put(f"packs/{pack.hash}/{path}", content)
        for reader in sorted({each.stored.audit.reader for each in subjects}):
            for kept in (each for each in readers.kept(home) if each.stem == reader):
                put(f"readers/{kept.name}", kept.read_bytes())
    signer = fingerprint(key.public_key())
    put(SIGNER, public_pem(key.public_key()))
    put(PAGE, page(told, at, signer, redacted=redacted, name=name).encode())
    packed = tuple(Packed(each["folder"], each["call_id"]) for each in told)
    listed = tuple(sorted(members, key=lambda m: m.path))
    manifest = Manifest(FORMAT, at, auditor.__version__, redacted, packed, listed).as_bytes()
    (folder / MANIFEST).write_bytes(manifest)
    (folder / SIGNATURE).write_bytes(signature(manifest, key))
    findings = sum(len(each.findings) for each in subjects)
    return Made(len(members) + 2, findings, hashlib.sha256(manifest).hexdigest(), signer)


def _put_call(put: Put, where: str, home: Home, of: Subject, shown: Cover, name: Name) -> dict[str, Any]:
    """Write a call's files, and return what the page tells of it."""
    audio = _recording(home, of.stored.call)
    facts = facts_told(of, shown)
    facts["fingerprints"]["recording_sha256"] = audio and hashlib.sha256(audio.read_bytes()).hexdigest()
    quiet = shown.silences()
    findings = []
    for number, finding in enumerate(of.findings, 1):
        spans = stretches(of, finding) if audio is not None else ()
        cuts = [_cut(audio, span, quiet) for span in spans if audio is not None]
        clips = []
        for n, (content, about) in enumerate((cut for cut in cuts if cut is not None), 1):
            file = f"{where}/clips/{number:02d}-{n}.wav"
            put(file, content)
            clips.append({"file": file, **about})
        findings.append(finding_told(of, number, shown, clips, name))
    call = shown.call()
    told = {
        "folder": where,
        **facts,
        "has_recording": audio is not None,
        "findings": findings,
        "decisions": [decision_told(d, shown) for d in of.decisions],
        "appeals": [appeal_told(a, shown) for a in of.appeals],
        "transcript": json.loads(encode([{"speaker": u.speaker, "start": u.start, "text": u.text, "quarantined": u.quarantined}
                                         for u in call.utterances])),
    }  # fmt: skip
    log = log_told(of.log, shown)
    put(f"{where}/call.json", _exact(call))
    put(f"{where}/audit.json", _exact(shown.audit(of.stored.audit)))
    put(f"{where}/counts.json", _exact(shown.audit(of.counts)))
    put(f"{where}/evidence.json", _readable(told))
    put(f"{where}/log.json", _readable(log))
    return {**told, "log": log}


def _recording(home: Home, call: Call) -> Path | None:
    if call.acoustics is None:
        return None
    try:
        path = home.audio_path(call.source_hash)
    except NotFoundError:
        return None
    return path if path.is_file() else None


def _cut(audio: Path, span: Span, quiet: Sequence[Span]) -> tuple[bytes, dict[str, Any]] | None:
    """A clip and where it lies in the recording, to the sample; ``None`` where the stretch lies outside it."""
    try:
        content = clip(audio, *span, quiet, tone=BLEEP)
    except RecordingError:
        return None
    with wave.open(io.BytesIO(content)) as sound:
        rate, samples, channels = sound.getframerate(), sound.getnframes(), sound.getnchannels()
    first = round(span[0] * rate)
    start, end = first / rate, (first + samples) / rate
    covered = [[max(a, start) - start, min(b, end) - start] for a, b in quiet if a < end and b > start]
    return content, {
        "first_sample": first, "samples": samples, "rate": rate, "channels": channels, "start": start, "end": end, "bleeped": covered,
    }  # fmt: skip


def _exact(value: object) -> bytes:
    return encode(value).encode()


def _readable(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")
