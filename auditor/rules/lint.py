"""What loads but was probably not meant: words that can never matter, conditions that can never hold, lists that nobody names.

Warnings, not errors: a pack with warnings works. Only what stands in the pack's own files is told, not what it extends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from auditor.errors import PackProblem
from auditor.rules.condition_file import ConditionFile
from auditor.rules.conditions import Rule
from auditor.rules.document import Parsed, Path
from auditor.rules.pack import Pack
from auditor.rules.schema import RuleFile, StepFile
from auditor.rules.source import owners, parsed, word_lists
from auditor.rules.words import WHOLE_PACK_LISTS, named
from auditor.text.context import CONTEXTS, cleared
from auditor.text.normalise import normalise

MOST_TOLD = 4
# kinds whose evidence is a turn or a call, not words in it
OF_LOUDNESS = ("_loudness", "_raised_voice", "_raised_voice_share")
WITHOUT_WORDS = ("metadata", "signal", "previous", "not")
Say = Callable[[Path, str], None]
Placed = tuple[Path, ConditionFile]


def warnings(pack: Pack) -> tuple[PackProblem, ...]:
    """Everything worth a second look in the pack's own files, each with its line."""
    documents = {name: parsed(pack, name) for name in pack.files if name.endswith(".yaml")}
    found = [*_unused(pack, documents), *_repeated_words(pack)]
    lists = {name: tuple(normalise(w).text for w in words) for name, words in word_lists(pack).items()}
    for owner in owners(pack):
        if pack.places[owner.file] != owner.file:
            continue
        document = documents[owner.file]

        def say(path: Path, message: str, document: Parsed = document, file: str = owner.file) -> None:
            found.append(PackProblem(file, document.line(path), message))

        if isinstance(owner, Rule):
            _rule(pack, owner, RuleFile.model_validate(document.value), lists, say)
        else:
            _step(StepFile.model_validate(document.value), lists, say)
    return tuple(sorted(set(found)))


def _unused(pack: Pack, documents: Mapping[str, Parsed]) -> Iterator[PackProblem]:
    asked = {text for document in documents.values() for text in _strings(document.value)}
    for file in pack.files:
        name, _ = named(file) or ("", None)
        if name and name not in WHOLE_PACK_LISTS and f"@{name}" not in asked and pack.places[file] == file:
            yield PackProblem(file, 0, f"没有规则用到词表 @{name}")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


def _repeated_words(pack: Pack) -> Iterator[PackProblem]:
    for file, data in pack.files.items():
        if not file.startswith("words/") or pack.places[file] != file:
            continue
        seen: dict[str, int] = {}
        for line, text in enumerate(data.decode("utf-8-sig").splitlines(), 1):
            word = normalise(text.split("#", 1)[0]).text
            if word and seen.setdefault(word, line) != line:
                yield PackProblem(file, line, f"“{word}”在第 {seen[word]} 行已经写过")


def _rule(pack: Pack, rule: Rule, file: RuleFile, lists: Mapping[str, tuple[str, ...]], say: Say) -> None:
    _limits(pack, rule, file, say)
    top = "any" if file.any is not None else "all"
    _conditions((top,), getattr(file, top), file.not_, ("not",), file.unless, lists, say)
    for name in sorted({*rule.after} & {*rule.before}):
        say(("after",), f"要求既在 {name} 之后又在 {name} 之前，永远不会成立")
    if rule.whole_call:
        for key in ("unless", "within", "after", "before", "around", "speaker"):
            if key in file.model_fields_set and getattr(file, key):
                say((key,), f"这条规则只看元数据，不看哪一句话，{key} 不起作用")
    elif file.unless and not any(_has_words(c) for c in getattr(file, top)):
        say(("unless",), "条件里没有要找的话，unless 不起作用")


def _has_words(file: ConditionFile) -> bool:
    inner = file.any or file.all
    if inner is not None:
        return any(_has_words(c) for c in inner)
    return all(getattr(file, "not_" if kind == "not" else kind) is None for kind in WITHOUT_WORDS)


def _limits(pack: Pack, rule: Rule, file: RuleFile, say: Say) -> None:
    regions = set(file.region or pack.regions)
    outside = sorted(regions - set(pack.regions))
    if outside:
        say(("region",), f"地区 {'、'.join(outside)} 不在规则包的 regions 里，不会用到")
    for key in rule.cites:
        norm = pack.norms[key]
        if norm.region is not None and norm.region not in regions:
            say(("cites",), f"引用的 {key} 只在 {norm.region} 有效，规则不用于那里")
    for path, each in _walk(("all",), file.all or []):
        wanted = (each.metadata or {}).get("region")
        if wanted is not None and not regions & set(wanted if isinstance(wanted, list) else [wanted]):
            say(path, "元数据要求的地区和规则的 region 对不上，永远不会成立")
    for path, each in _walk(("any",) if file.any else ("all",), file.any or file.all or []):
        for name, test in {**(each.metadata or {}), **(each.signal or {})}.items():
            if name in (each.signal or {}) and name.endswith(OF_LOUDNESS) and rule.certainty == "confirmed":
                say(path, f"{name} 只说明响不响，不足以确认违规：请写 certainty: suspected，让人去听")
            bounds = test if isinstance(test, dict) else {}
            if "min" in bounds and "max" in bounds and bounds["min"] > bounds["max"]:
                say(path, f"{name} 的 min 大于 max，永远不会成立")


def _step(file: StepFile, lists: Mapping[str, tuple[str, ...]], say: Say) -> None:
    for n, part in enumerate(file.needs):
        if part.parties is not None and not set(part.parties) & set(file.applies.parties):
            say(("needs", n, "parties"), f"“{part.part}”的 parties 都不在步骤要求的接听人里，不会用到")
        place = ("needs", n)
        _conditions((*place, "any"), part.any, part.not_, (*place, "not"), part.unless, lists, say)


def _walk(path: Path, options: Sequence[ConditionFile]) -> Iterator[Placed]:
    """Every condition that must hold for a hit, each with its place; what stands under ``not`` is left out."""
    for n, option in enumerate(options):
        yield (*path, n), option
        for key in ("any", "all"):
            yield from _walk((*path, n, key), getattr(option, key) or [])


def _conditions(
    path: Path,
    options: Sequence[ConditionFile],
    excluded: Sequence[ConditionFile],
    excluded_path: Path,
    unless: Sequence[str],
    lists: Mapping[str, tuple[str, ...]],
    say: Say,
) -> None:
    barred = [w for e in excluded for w in _words(e.phrase or [], lists)]
    groups = [(path, options)] if path[-1] == "any" else []
    for place, option in _walk(path, options):
        groups += [((*place, "any"), option.any)] if option.any else []
        for key in ("phrase", "sounds_like"):
            if items := getattr(option, key):
                _contained((*place, key), _own(items), _words(items, lists), unless, say)
                _excluded((*place, key), _own(items), barred, say)
        if option.near is not None:
            _near(place, option, lists, barred, say)
    for n, each in enumerate(excluded):
        if each.phrase:
            _contained((*excluded_path, n, "phrase"), _own(each.phrase), _words(each.phrase, lists), (), say)
    for place, group in groups:
        _covered(place, group, unless, lists, say)


def _words(items: Sequence[str], lists: Mapping[str, tuple[str, ...]]) -> list[str]:
    found = [w for i in items for w in (lists.get(i[1:], ()) if i.startswith("@") else (normalise(i).text,))]
    return [w for w in found if w]


def _own(items: Sequence[str]) -> list[str]:
    return [normalise(i).text for i in items if not i.startswith("@")]


def _within(long: str, short: str, unless: Sequence[str]) -> bool:
    """Whether who says ``long`` has said ``short``, and no context inside ``long`` clears ``short`` alone."""
    at = long.find(short)
    if at < 0:
        return False
    text = normalise(long)
    return not cleared(text, at, at + len(short), (name for name in unless if name in CONTEXTS))


def _contained(path: Path, own: Sequence[str], words: Sequence[str], unless: Sequence[str], say: Say) -> None:
    """Phrases that a shorter one of the same list makes needless."""
    needless = {}
    for n, word in enumerate(own):
        shorter = next((w for w in words if w != word and _within(word, w, unless)), None)
        if shorter is not None:
            needless[word] = f"{word}（有“{shorter}”）"
        elif word in own[:n]:
            needless[word] = f"{word}（写了两次）"
    if needless:
        say(path, f"这些词可以删去，写不写都一样：{_some(list(needless.values()))}")


def _excluded(path: Path, own: Sequence[str], barred: Sequence[str], say: Say) -> None:
    never = [f"{w}（有“{b}”）" for w in own if (b := next((b for b in barred if b in w), None)) is not None]
    if never:
        say(path, f"这些词永远不会命中，被 not 里的词排除了：{_some(never)}")


def _near(
    place: Path, option: ConditionFile, lists: Mapping[str, tuple[str, ...]], barred: Sequence[str], say: Say
) -> None:
    assert option.near is not None
    items = [[i] if isinstance(i, str) else list(i) for i in option.near.all]
    held = [set(_words(item, lists)) for item in items]
    for n, item in enumerate(items):
        _excluded((*place, "near", "all", n), _own(item), barred, say)
        own = _own(item)
        if twice := sorted({w for w in own if own.count(w) > 1}):
            say((*place, "near", "all", n), f"写了两次：{_some(twice)}")
        for earlier in range(n):
            if held[n] and held[n] <= held[earlier]:
                say(
                    (*place, "near", "all", n),
                    f"第 {n + 1} 项的词第 {earlier + 1} 项里都有：同一个词要说两遍才算，多半不是本意",
                )


def _covered(
    path: Path,
    options: Sequence[ConditionFile],
    unless: Sequence[str],
    lists: Mapping[str, tuple[str, ...]],
    say: Say,
) -> None:
    """Options whose every hit is a hit of another one."""
    for n, narrow in enumerate(options):
        for m, broad in enumerate(options):
            words = _words(broad.phrase or [], lists)
            if m == n or not words or not _covers(words, narrow, unless, lists):
                continue
            # two that cover each other: the later one is told
            same = narrow.phrase and _covers(_words(narrow.phrase, lists), broad, unless, lists)
            if not same or n > m:
                say((*path, n), f"这一项不会带来新的命中：第 {m + 1} 项更宽，已经全部包括")
                break


def _covers(
    words: Sequence[str], narrow: ConditionFile, unless: Sequence[str], lists: Mapping[str, tuple[str, ...]]
) -> bool:
    def all_of(items: Sequence[str]) -> bool:
        said = _words(items, lists)
        return bool(said) and all(any(_within(w, b, unless) for b in words) for w in said)

    if narrow.phrase is not None:
        return all_of(narrow.phrase)
    if narrow.near is not None and narrow.near.within_turns is None:
        return any(all_of([i] if isinstance(i, str) else i) for i in narrow.near.all)
    if narrow.all is not None:
        return any(_covers(words, each, unless, lists) for each in narrow.all)
    if narrow.any is not None:
        return all(_covers(words, each, unless, lists) for each in narrow.any)
    return False


def _some(words: Sequence[str]) -> str:
    more = f"……共 {len(words)} 个" if len(words) > MOST_TOLD else ""
    return f"{'、'.join(words[:MOST_TOLD])}{more}"
