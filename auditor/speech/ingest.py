"""Finds what there is to audit: recordings and transcripts, each recording with its metadata and the hash that
names it.

One bad file or row never stops the others: whatever can't be used comes back as a problem that names the file,
the trouble and the way out.
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from auditor.errors import InputError, MetadataError, RecordingError
from auditor.models import Metadata, Recording
from auditor.speech.audio import CONTAINERS, HEADERLESS, RawFormat, check_usable
from auditor.speech.sidecars import Row, is_sidecar, read_rows

Side = Literal["left", "right"]

TRANSCRIPTS = frozenset({".json", ".jsonl", ".srt", ".vtt"})
"""Suffixes of transcript files; what is in them decides the format."""

METADATA_NAMES = ("metadata.csv", "metadata.json")
"""Metadata files that are found by themselves, for the recordings of their folder and the folders below."""

_SIDES: dict[str, Side] = {
    "left": "left", "l": "left", "0": "left", "左": "left", "左声道": "left", "左聲道": "left",
    "right": "right", "r": "right", "1": "right", "右": "right", "右声道": "right", "右聲道": "right",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Intake:
    """What was found. Paths are as the user gave them and in that order; those of a folder or pattern in order of name.

    ``attempts`` are the metadata rows of calls that nobody answered, ``spare_rows`` those that name no recording here; they may
    be about transcripts (see ``written``). ``recordings_without_row`` are audited all the same, without metadata. Each of
    ``duplicates`` is a recording that was left out and the one with the same sound that stands for it.
    """

    recordings: tuple[Recording, ...]
    transcripts: tuple[Path, ...]
    attempts: tuple[Metadata, ...]
    spare_rows: tuple[Row, ...]
    recordings_without_row: tuple[str, ...]
    duplicates: tuple[tuple[str, str], ...]
    problems: tuple[InputError, ...]

    def unmatched(self, used: Collection[Row]) -> tuple[str, ...]:
        """What is left of the rows without recording once transcripts have taken theirs."""
        return tuple(r.label for r in self.spare_rows if r not in used)


def find(
    paths: Sequence[Path],
    metadata: Path | None = None,
    *,
    assume: RawFormat | None = None,
    agent_channel: Side | None = None,
) -> Intake:
    """Finds recordings, transcripts and metadata.

    Args:
        paths: files, folders (searched through, but for hidden entries) and glob patterns.
        metadata: a CSV or JSON file of metadata rows. A ``metadata.csv`` or ``metadata.json`` in a folder, and a
            JSON file named like the recording beside it, are found by themselves.
        assume: how recordings without a header are coded; without it they are problems.
        agent_channel: the agent's channel on every recording; wins over the metadata's.
    """
    problems: list[InputError] = []
    files = _files(paths, problems)
    sound_files = [path for path, named in files if _is_recording(path, named)]
    beside = {(path.parent, name) for path in sound_files for name in (path.stem, path.name)}
    sources: list[tuple[Path, Path | None]] = [(metadata, None)] if metadata else []
    transcripts = []
    for path, named in files:
        suffix = path.suffix.lower()
        if metadata is not None and path.absolute() == metadata.absolute():
            continue
        if path.name.lower() in METADATA_NAMES:
            sources.append((path, path.parent))
        elif suffix == ".csv" and named:
            sources.append((path, None))
        elif suffix == ".json" and (path.parent, path.stem) in beside and is_sidecar(path):
            sources.append((path, path))
        elif suffix in TRANSCRIPTS or (suffix == ".txt" and named):
            transcripts.append(path)

    hashes: dict[Path, str] = {}
    for path in sound_files:
        try:
            hashes[path] = _hash(path, assume)
        except RecordingError as error:
            problems.append(error)
    originals: dict[str, Path] = {}
    for path, digest in hashes.items():
        originals.setdefault(digest, path)
    joined = _join(_rows(sources, problems), hashes, originals, problems)
    return Intake(
        recordings=_recordings(originals, joined, agent_channel, problems),
        transcripts=tuple(transcripts),
        attempts=tuple(joined.attempts),
        spare_rows=tuple(joined.unmatched),
        recordings_without_row=tuple(str(p) for p in originals.values() if p not in joined.rows) if sources else (),
        duplicates=tuple((str(p), str(originals[d])) for p, d in hashes.items() if originals[d] != p),
        problems=tuple(problems),
    )


@dataclass(slots=True)
class _Joined:
    """Rows by recording (an unusable row too: its recording must not be judged by a guess), and what is left over."""

    rows: dict[Path, Row] = field(default_factory=dict)
    attempts: list[Metadata] = field(default_factory=list)
    unmatched: list[Row] = field(default_factory=list)


def _files(paths: Sequence[Path], problems: list[InputError]) -> list[tuple[Path, bool]]:
    """All files in the order given, each once, and whether the user named it; links to folders are not followed."""
    found: dict[Path, tuple[Path, bool]] = {}

    def unreadable(error: OSError) -> None:
        problems.append(InputError(str(error.filename), f"文件夹读不出来（{error.strerror}）", "请检查权限。"))

    def take(path: Path, named: bool) -> None:
        if path.is_dir():
            inside = []
            for folder, below, names in os.walk(path, onerror=unreadable):
                below[:] = [name for name in below if not name.startswith(".")]
                inside += [Path(folder, name) for name in names if not name.startswith(".")]
            for file in sorted(inside):
                found.setdefault(file.absolute(), (file, False))
        else:
            found[path.absolute()] = (path, named)

    for path in paths:
        if path.exists() or path.is_symlink():
            take(path, True)
            continue
        # ``Path.glob`` takes no absolute patterns.
        found_by_pattern = glob.glob(str(path), recursive=True) if glob.has_magic(str(path)) else []  # noqa: PTH207
        matches = [Path(match) for match in found_by_pattern]
        if not matches:
            problems.append(InputError(str(path), "没有这个文件或文件夹", "请检查路径。"))
        for match in sorted(matches):
            take(match, False)
    readable = []
    for path, named in found.values():
        if str(path).isprintable():
            readable.append((path, named))
        else:
            name = str(path).encode("utf-8", "backslashreplace").decode()
            problems.append(InputError(name, "文件名不是 UTF-8，或含有不可见字符", "请改名后再试。"))
    return readable


def _is_recording(path: Path, named: bool) -> bool:
    suffix = path.suffix.lower()
    return suffix in CONTAINERS or suffix in HEADERLESS or (named and suffix not in TRANSCRIPTS | {".csv", ".txt"})


def _hash(path: Path, assume: RawFormat | None) -> str:
    check_usable(path, assume)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RecordingError(
            str(path), f"读不出来（{error.strerror or error}）", "请检查磁盘或网络盘后重试。"
        ) from None


def _rows(sources: Sequence[tuple[Path, Path | None]], problems: list[InputError]) -> Iterator[tuple[Row, Path | None]]:
    """Each row with its reach: a folder, the one file it is beside, or ``None`` for all recordings."""
    for path, reach in sources:
        try:
            yield from ((row, reach) for row in read_rows(path))
        except MetadataError as error:
            problems.append(error)


def _join(
    rows: Iterator[tuple[Row, Path | None]],
    hashes: Mapping[Path, str],
    originals: Mapping[str, Path],
    problems: list[InputError],
) -> _Joined:
    """Gives each recording its row: the first of ``--metadata``, the folder's file and the file beside it that
    has one.
    """
    by_name: dict[str, list[Path]] = {}
    for path in hashes:
        for name in {path.name.lower(), path.stem.lower()}:
            by_name.setdefault(name, []).append(path)
    joined, used_ids = _Joined(), dict[str, str]()
    for row, reach in rows:
        targets = list(dict.fromkeys(originals[hashes[path]] for path in _candidates(row, reach, by_name)))
        trouble = row.error
        if trouble is None and row.call_id and row.call_id in used_ids:
            what = f"call_id「{row.call_id}」与 {used_ids[row.call_id]} 重复"
            trouble = MetadataError(row.where, what, "请给每通电话不同的编号，每通只留一行。")
        elif trouble is None and len(targets) > 1:
            what = f"有 {len(targets)} 个录音都叫「{row.file or row.call_id}」"
            trouble = MetadataError(row.where, what, "请在文件名列写明文件夹，或给文件改名。")
        if row.call_id:
            used_ids.setdefault(row.call_id, row.where)
        if trouble is not None:
            left_out = "、".join(path.name for path in targets)
            why = f"{trouble.trouble}（{left_out} 因此没有质检）" if left_out else trouble.trouble
            trouble = MetadataError(trouble.path, why, trouble.remedy)
            problems.append(trouble)
            row = replace(row, error=trouble)
        elif not targets and row.metadata.answered is False:
            joined.attempts.append(replace(row.metadata, custom={**row.metadata.custom, "call_id": row.call_id}))
        elif not targets:
            joined.unmatched.append(row)
        for target in targets:
            # of two rows for the same sound, a usable one counts
            known = joined.rows.setdefault(target, row)
            if known.error is not None and row.error is None:
                joined.rows[target] = row
    return joined


def _candidates(row: Row, reach: Path | None, by_name: Mapping[str, list[Path]]) -> list[Path]:
    """The recordings that a row may be about, by its file name, else by its call id."""
    if reach is not None and not reach.is_dir():
        return [p for p in by_name.get(reach.stem.lower(), ()) if p.parent == reach.parent]
    folder = None if reach is None else reach.absolute()
    named = PurePosixPath(row.file.replace("\\", "/").lower())
    for name in filter(None, (named.name, named.stem, row.call_id.lower())):
        found = [p for p in by_name.get(name, ()) if folder is None or p.absolute().is_relative_to(folder)]
        if len(found) > 1 and len(named.parts) > 1:
            found = [p for p in found if _ends_with(p, named)]
        if found:
            return found
    return []


def _ends_with(path: Path, tail: PurePosixPath) -> bool:
    whole = PurePosixPath(path.absolute().as_posix().lower())
    return any(p.parts[-len(tail.parts) :] == tail.parts for p in (whole, whole.with_suffix("")))


def _recordings(
    originals: Mapping[str, Path], joined: _Joined, agent_channel: Side | None, problems: list[InputError]
) -> tuple[Recording, ...]:
    recordings = []
    used_ids = {row.call_id for row in joined.rows.values()}
    for digest, path in originals.items():
        row = joined.rows.get(path, Row(""))
        if row.error is not None:
            continue
        side = agent_channel or _SIDES.get(row.agent_channel.lower())
        if side is None and row.agent_channel:
            trouble = f"坐席声道「{row.agent_channel[:40]}」看不懂"
            problems.append(MetadataError(row.where, trouble, "请写 left 或 right。"))
            continue
        call_id = row.call_id or path.stem
        if not row.call_id and call_id in used_ids:
            call_id = f"{call_id}-{digest[:8]}"
        used_ids.add(call_id)
        recordings.append(Recording(str(path), call_id, digest, row.metadata, row.warnings, side))
    return tuple(recordings)
