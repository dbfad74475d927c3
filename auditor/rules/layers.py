"""A pack laid over the pack that it extends, and that over its own: one set of files that load by themselves."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

import auditor
from auditor.errors import PackError, PackProblem
from auditor.rules.document import MAX_BYTES, Parsed, check, merged, nearest, parse_yaml
from auditor.rules.schema import OverlayFile, PackFile

DEEPEST = 5
# laid over the base's key by key; any other file takes the place of the base's
MERGED = (
    "tenant.yaml",
    "norms.yaml",
    "scorecard.yaml",
    "party.yaml",
    "roles.yaml",
    "facts.yaml",
    "promise.yaml",
    "signals.yaml",
    "cases.yaml",
    "tolerated.yaml",
)
NOT_UTF8 = "不是 UTF-8 文本，请另存为 UTF-8"
ADDED = ".add.txt"


@dataclass(frozen=True, slots=True)
class Layers:
    """The files of a pack as they count, base packs included.

    Attributes:
        files: path within the pack → content; a folder of just these is the same pack with the same hash.
        places: path within the pack → how a problem names the file, seen from the pack that was asked for.
        about: pack.yaml, with what the base says where the pack is silent; ``None`` where it has problems.
        disabled: ids of the base's rules that were switched off.
        parsed: the documents that were merged from several, each thing in them with the file and line where it is written.
        written: for each of those, the files that it was merged from (name, content), the nearest first.
    """

    files: Mapping[str, bytes]
    places: Mapping[str, str]
    about: PackFile | None
    disabled: frozenset[str]
    parsed: Mapping[str, Parsed] = field(default_factory=dict)
    written: Mapping[str, tuple[tuple[str, bytes], ...]] = field(default_factory=dict)


def builtin_folder() -> Path:
    """Where the packs that come with the program lie: inside the installed package, or beside it in a checkout."""
    inside = Path(auditor.__file__).parent / "lexicons"
    return inside if inside.is_dir() else Path(auditor.__file__).parent.parent / "lexicons"


def builtin_names() -> list[str]:
    """The packs that come with the program."""
    return sorted(p.name for p in builtin_folder().glob("*/") if _is_pack(p))


def lay(folder: Path, problems: list[PackProblem], place: str = "", above: tuple[Path, ...] = ()) -> Layers:
    """Read a pack's folder and, first, the pack that it ``extends``; what is wrong is added to ``problems``.

    ``place`` is put before file names in problems; ``above`` holds the folders of the packs that wait for this one.

    Raises:
        PackError: if it can't be told what lies below: pack.yaml can't be read, or the base is missing, too deep or in a circle.
    """
    about = f"{place}pack.yaml"
    if not _is_pack(folder):
        raise PackError([*problems, PackProblem(about, 0, "规则包缺少这个文件")])
    own = dict(_read(folder, place, problems))
    parsed = _parsed(own, about, problems)
    # by the nearest key, so that who writes "extend" is told of "extends", not of all that a whole pack needs
    if not nearest("extends", [str(key) for key in parsed.value]):
        whole, found = check(PackFile, parsed, about)
        problems += found
        return _over(Layers({}, {}, None, frozenset()), own, place, whole, problems)
    overlay, found = check(OverlayFile, parsed, about)
    problems += found
    below, below_place = _base(folder, parsed, place, above, problems)
    base = lay(below, problems, below_place, (*above, folder.resolve()))
    disabled = _disabled(parsed, base, own, about, problems)
    whole = _whole(base.about, overlay)
    if whole is not None:
        own["pack.yaml"] = _dumped(whole.model_dump())
    return _over(base, own, place, whole, problems, disabled)


def lay_over(folder: Path, own: Mapping[str, bytes], problems: list[PackProblem]) -> Layers:
    """The pack of a folder with these files over it, as a pack that extends it and holds just them would be.

    Problems name the folder's own files with the folder's name before them. Raises PackError as ``lay`` does.
    """
    base = lay(folder, problems, f"{folder.name[:12]}/")
    return _over(base, own, "", base.about, problems)


def _is_pack(folder: Path) -> bool:
    try:
        return (folder / "pack.yaml").is_file()
    except OSError:  # a name that is too long, a folder that may not be entered
        return False


def _read(folder: Path, place: str, problems: list[PackProblem]) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        hidden = any(part.startswith(".") for part in name.split("/"))
        if hidden or not path.is_file() or path.suffix not in (".yaml", ".yml", ".txt"):
            continue
        try:
            data = path.read_bytes()
        except OSError as error:
            problems.append(PackProblem(place + name, 0, f"读不了：{error.strerror}"))
            continue
        if len(data) > MAX_BYTES:
            problems.append(PackProblem(place + name, 0, f"文件超过 {MAX_BYTES >> 20} MiB"))
            continue
        yield name, data


def _parsed(own: Mapping[str, bytes], about: str, problems: Sequence[PackProblem]) -> Parsed:
    if "pack.yaml" not in own:
        raise PackError(problems)
    trouble: tuple[int, str] = (1, "应写成“键: 值”的形式")
    try:
        parsed = parse_yaml(own["pack.yaml"].decode("utf-8-sig"))
        if isinstance(parsed.value, dict):
            return parsed
    except UnicodeDecodeError:
        trouble = (0, NOT_UTF8)
    except ValueError as error:
        trouble = error.args[0], error.args[1]
    raise PackError([*problems, PackProblem(about, *trouble)])


def _base(
    folder: Path, parsed: Parsed, place: str, above: tuple[Path, ...], problems: Sequence[PackProblem]
) -> tuple[Path, str]:
    """The base's folder, and what problems put before the names of its files."""
    about, said = f"{place}pack.yaml", parsed.value.get("extends")
    if not isinstance(said, str):
        raise PackError(problems)  # check() has said why
    by_path = "/" in said
    base = folder / said if by_path else builtin_folder() / said
    waiting = [*above, folder.resolve()]
    trouble = None
    if Path(said).is_absolute():
        trouble = f"extends 请写相对于本文件夹的路径，不写绝对路径 {said}"
    elif not _is_pack(base):
        known = builtin_names()
        trouble = (
            f"extends 的规则包 {said} 不存在{nearest(said, known)}；"
            f"请写自带规则包的名字（{'、'.join(known)}）或相对路径，如 ../基础包"
        )
    elif base.resolve() in waiting:
        circle = [*waiting[waiting.index(base.resolve()) :], base.resolve()]
        trouble = f"规则包互相继承：{' → '.join(each.name for each in circle)}"
    elif len(waiting) >= DEEPEST:
        trouble = f"继承超过 {DEEPEST} 层，请合并一些规则包"
    if trouble:
        raise PackError([*problems, PackProblem(about, parsed.line(("extends",)), trouble)])
    return base, f"{posixpath.normpath(posixpath.join(place, said))}/" if by_path else f"{said}/"


def _disabled(
    parsed: Parsed, base: Layers, own: Mapping[str, bytes], about: str, problems: list[PackProblem]
) -> frozenset[str]:
    said = parsed.value.get("disabled")
    wanted = [str(each) for each in said] if isinstance(said, list) else []
    known, rewritten = _rules(base.files), _rules(own)
    for number, each in enumerate(wanted):
        line = parsed.line(("disabled", number))
        if each not in known and each not in base.disabled:
            guess = nearest(each, sorted(known))
            problems.append(PackProblem(about, line, f"disabled：基础规则包里没有规则 {each}{guess}"))
        elif each in rewritten:
            problems.append(PackProblem(about, line, f"规则 {each} 又停用又改写（{rewritten[each]}），请只留一样"))
    return frozenset(wanted)


def _whole(base: PackFile | None, overlay: OverlayFile | None) -> PackFile | None:
    if base is None or overlay is None:
        return None
    said = overlay.model_dump(exclude_unset=True, exclude={"extends", "disabled"})
    built_on = [f"{base.name}@{base.version}", *base.built_on]
    return PackFile.model_validate(base.model_dump() | said | {"built_on": built_on})


def _over(
    base: Layers,
    own: Mapping[str, bytes],
    place: str,
    about: PackFile | None,
    problems: list[PackProblem],
    disabled: frozenset[str] = frozenset(),
) -> Layers:
    """``own`` over the base: a rule takes the place of the one with its id, a setting that of its key, a file that of its path."""
    replaced = set(_rules(own)) | disabled
    gone = {name for each, name in _rules(base.files).items() if each in replaced}
    files = {name: data for name, data in base.files.items() if name not in gone}
    places = {name: each for name, each in base.places.items() if name not in gone}
    additions = {n: d for n, d in own.items() if n.startswith("words/") and n.endswith(ADDED)}
    parsed, written = dict(base.parsed), dict(base.written)
    for name, data in own.items():
        if name in additions:
            continue
        both = _both(base, name, data) if name in MERGED and name in base.files else None
        if both is not None:
            parsed[name] = both
            below = base.written.get(name, ((base.places[name], base.files[name]),))
            written[name] = ((place + name, data), *below)
            data = _dumped(both.value)
        files[name], places[name] = data, place + name
    for name, data in additions.items():
        target = f"{name.removesuffix(ADDED)}.txt"
        try:
            more = data.decode("utf-8-sig").encode()
        except UnicodeDecodeError:
            problems.append(PackProblem(place + name, 0, NOT_UTF8))
            continue
        if target in files:
            files[target] = files[target] + b"\n" + more
        else:
            known = [n.removeprefix("words/").removesuffix(".txt") for n in files if n.startswith("words/")]
            guess = nearest(target.removeprefix("words/").removesuffix(".txt"), known)
            problems.append(PackProblem(place + name, 0, f"没有可以追加的词表 {target}{guess}"))
    still_off = (base.disabled | disabled) - set(_rules(files))
    return Layers(files, places, about, still_off, parsed, written)


def _both(base: Layers, name: str, data: bytes) -> Parsed | None:
    """The overlay's settings over the base's; ``None`` where one of them can't be read, which is then told of the overlay's."""
    try:
        below = base.parsed.get(name) or parse_yaml(base.files[name].decode("utf-8-sig"))
        own = parse_yaml(data.decode("utf-8-sig"))
    except ValueError:
        return None
    if not (isinstance(below.value, dict) and isinstance(own.value, dict)):
        return None
    return merged(below, base.places[name], own, "tolerated")


def _dumped(value: Any) -> bytes:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False).encode()


def _rules(files: Mapping[str, bytes]) -> dict[str, str]:
    """Rule id → path; a rule's file bears its id."""
    return {PurePosixPath(n).stem: n for n in files if n.startswith("violations/") and n.endswith(".yaml")}
