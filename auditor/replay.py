"""Judging a call once more, by the very rules of its audit: the same bytes, or what differs."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import auditor
from auditor.errors import NotFoundError
from auditor.models import Audit, Call
from auditor.pipeline import audit_call
from auditor.reader.shipped import load, open_reader
from auditor.reader.weights import Weights
from auditor.rules.pack import Pack, load_pack
from auditor.store import readers
from auditor.store.codec import encode
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


def reader_of(home: Home, fingerprint: str) -> Weights | None:
    """The reader of this fingerprint, ``None`` for the empty one; raises NotFoundError where neither program nor home has it."""
    if not fingerprint:
        return None
    builtin = open_reader()
    if builtin is not None and builtin.fingerprint == fingerprint:
        return builtin
    for path in readers.kept(home):
        if path.stem == fingerprint:
            return load(path)
    raise NotFoundError(
        f"没有当时的第二读者 {fingerprint}：不是这一版程序自带的，归档目录里也没有。请用当时的程序版本重放。"
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
