"""Judging a call once more, by the very rules of its audit: the same bytes, or what differs."""

from __future__ import annotations

import dataclasses
import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import auditor
from auditor.errors import NotFoundError, UsageError
from auditor.models import Audit, Call
from auditor.pipeline import audit_call
from auditor.reader.shipped import load, open_reader
from auditor.reader.weights import Weights
from auditor.reports.archive import Archive, inside, opened
from auditor.reports.verify import verify
from auditor.rules.pack import Pack, load_pack
from auditor.store import readers
from auditor.store.codec import decode, encode
from auditor.store.home import Home
from auditor.store.queries import Store

MOST = 50
"""Differences that are told; of a pack that changed there may be thousands."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that came out differently, and where in the audit it stands (``findings[2].span``)."""

    where: str
    recorded: str
    replayed: str


@dataclass(frozen=True, slots=True)
class Replay:
    """How a call judged once more compares: the sha256 of both audits, and what differs (at most ``MOST``)."""

    call_id: str
    pack: str
    recorded_version: str
    version: str
    recorded: str
    replayed: str
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Whether every byte is the same."""
        return self.recorded == self.replayed


def replay(call: Call, audit: Audit, pack: Pack, reader: Weights | None) -> Replay:
    """Judge a call again by the pack and reader of its audit, and compare.

    Args:
        call: as it entered the audit: speakers given, lines corrected.
        audit: the call's own (without what several calls show).
        pack: of the same hash as the audit's.
        reader: of the audit's fingerprint, ``None`` where it had none.
    """
    again = audit_call(call, pack, reader=reader)
    recorded, replayed = (hashlib.sha256(encode(a).encode()).hexdigest() for a in (audit, again))
    told: list[Difference] = []
    if recorded != replayed:
        for difference in _differences("", audit, again):
            told.append(difference)
            if len(told) == MOST:
                break
    return Replay(call.call_id, audit.pack, audit.code_version, auditor.__version__, recorded, replayed, tuple(told))


def replay_stored(store: Store, call_id: str, packs: dict[str, Pack]) -> Replay:
    """Judge a stored call again by what its home archived.

    Args:
        store: the home.
        call_id: which call.
        packs: packs that were loaded before, by id; the call's is added.

    Raises:
        NotFoundError: the home has no such call, or not the pack or reader that it was judged by.
        PackError: the archived pack no longer loads.
    """
    stored = store.call(call_id)
    audit = stored.audit
    if audit.pack not in packs:
        packs[audit.pack] = load_pack(store.home.archived_pack(audit.pack.rpartition("+")[2]))
    return replay(stored.call, audit, packs[audit.pack], reader_of(store.home, audit.reader))


def replay_packet(path: Path) -> list[Replay]:
    """Judge the calls of an evidence packet again by the packs and readers in it.

    Raises:
        UsageError: the packet is not as it was signed, or its calls are masked, so that they can't come out the same.
        NotFoundError: it was judged by a reader that neither the program nor the packet has.
        PackError: a pack no longer loads.
    """
    checked = verify(path)
    if not checked.intact:
        raise UsageError(f"{path}：证据包不完好，不能重放。请先用 auditor verify 看哪里不对。")
    if checked.redacted:
        raise UsageError(f"{path}：这个包遮盖了个人信息，内容与当时判的不同，不能重放。请用没有遮盖的包。")
    files = opened(path)
    packs: dict[str, Pack] = {}
    done = []
    with files if isinstance(files, Archive) else nullcontext(), tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in files.names():
            if name.startswith(("packs/", "readers/")):
                file = folder / inside(name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(files.read(name))
        for packed in checked.calls:
            call, audit = (files.read(f"{packed.folder}/{name}.json").decode() for name in ("call", "audit"))
            judged = decode(Audit, audit)
            if judged.pack not in packs:
                (found,) = folder.glob(f"packs/{judged.pack.rpartition('+')[2]}*")
                packs[judged.pack] = load_pack(found)
            reader = _reader(judged.reader, folder.glob("readers/*"))
            done.append(replay(decode(Call, call), judged, packs[judged.pack], reader))
    return done


def reader_of(home: Home, fingerprint: str) -> Weights | None:
    """The reader of this fingerprint, ``None`` for the empty one; raises NotFoundError where neither program nor home has it."""
    return _reader(fingerprint, readers.kept(home))


def _reader(fingerprint: str, kept: Iterable[Path]) -> Weights | None:
    if not fingerprint:
        return None
    builtin = open_reader()
    if builtin is not None and builtin.fingerprint == fingerprint:
        return builtin
    for path in kept:
        if path.stem == fingerprint:
            return load(path)
    raise NotFoundError(
        f"没有当时的第二读者 {fingerprint}：不是这一版程序自带的，归档目录或证据包里也没有。请用当时的程序版本重放。"
    )


def _differences(where: str, one: object, other: object) -> Iterator[Difference]:
    if dataclasses.is_dataclass(one) and not isinstance(one, type) and type(one) is type(other):
        for field in dataclasses.fields(one):
            place = f"{where}.{field.name}" if where else field.name
            yield from _differences(place, getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in sorted({*one, *other}):
            yield from _differences(f"{where}[{key}]", one.get(key), other.get(key))
    elif isinstance(one, tuple) and isinstance(other, tuple):
        for n in range(max(len(one), len(other))):
            mine, theirs = (each[n] if n < len(each) else None for each in (one, other))
            yield from _differences(f"{where}[{n}]", mine, theirs)
    elif one != other:
        yield Difference(where, _told(one), _told(other))


def _told(value: object) -> str:
    return "（没有）" if value is None else encode(value)
