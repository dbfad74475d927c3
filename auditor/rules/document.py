"""A YAML document of a pack: plain values, the line of each, and the check against a model with every problem's place."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from auditor.errors import PackProblem

Path = tuple[Hashable, ...]
MAX_BYTES = 1 << 20
MAX_DEPTH = 40
# The one in C where PyYAML was built with it: a pack loads in a fifth of the time.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


# what PyYAML and libyaml say of the mistakes that people make most
_SYNTAX: Mapping[str, str] = {
    "did not find expected key": "缩进不对，或少了冒号",
    "expected <block end>, but found '-'": "缩进不对：这一项和上面没有对齐",
    "did not find expected '-' indicator": "缩进不对：这一项和上面没有对齐",
    "did not find expected ',' or ']'": "方括号没有配对，或少了逗号",
    "did not find expected ',' or '}'": "花括号没有配对，或少了逗号",
    "mapping values are not allowed in this context": "这里不能有冒号；文字里有冒号的要加引号",
    "could not find expected ':'": "少了冒号",
    "found character that cannot start any token": "有不能直接写的字符（如制表符、@、%、反引号）：缩进用空格，文字加引号",
    "found unexpected end of stream": "引号没有写完",
    "did not find expected node content": "逗号或括号多了一个",
    "did not find expected <document start>": "顶格的内容前面多写了一段文字",
}


def nearest(word: str, known: Sequence[str]) -> str:
    """``（是不是 …？）`` with the nearest known word, or nothing."""
    close = difflib.get_close_matches(word, known, 1, 0.6)
    return f"（是不是 {close[0]}？）" if close else ""


@dataclass(slots=True)
class Parsed:
    """A YAML document as plain values, with the line (from 1) of every key and item by its path.

    ``files`` names the file for what came from another one (see ``merged``).
    """

    value: Any
    lines: dict[Path, int] = field(default_factory=dict)
    files: dict[Path, str] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of the nearest known place on the way to ``path``."""
        return self.where(path, "")[1]

    def where(self, path: Path, file: str) -> tuple[str, int]:
        """The file and line of the nearest known place on the way to ``path``; ``file`` is the document's own name."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.files.get(path, file), self.lines.get(path, 1)


def merged(base: Parsed, base_file: str, own: Parsed, added: str = "") -> Parsed:
    """``own`` over ``base``: mappings key by key, anything else replaced whole; to the list under ``added``, the base's is added.

    The result has ``own``'s lines, and ``base_file`` in ``files`` for what came from there.
    """
    result = Parsed(own.value, dict(own.lines), dict(own.files))

    def take(path: Path, place: Path) -> None:
        for each, line in base.lines.items():
            if each[: len(path)] == path:
                moved = (*place, *each[len(path) :])
                result.lines[moved], result.files[moved] = line, base.files.get(each, base_file)

    def over(below: Any, above: Any, path: Path) -> Any:
        if path == (added,) and isinstance(below, list) and isinstance(above, list):
            for n in range(len(below)):
                take((*path, n), (*path, n + len(above)))
            return above + below
        if not (isinstance(below, dict) and isinstance(above, dict)):
            return above
        for key in below.keys() - above.keys():
            take((*path, key), (*path, key))
        both = {key: over(value, above[key], (*path, key)) if key in above else value for key, value in below.items()}
        return both | {key: value for key, value in above.items() if key not in below}

    result.value = over(base.value, own.value, ())
    return result


class _RefusedError(Exception):
    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line, self.message = line, message


def parse_yaml(text: str) -> Parsed:
    """Plain values only: no tags, no anchors (an alias can blow a small file up), no key twice.

    Raises:
        ValueError: (line, message), if the text is no such YAML.
    """
    parsed = Parsed(None)
    try:
        if len(text) > MAX_BYTES:
            raise _RefusedError(1, f"文件超过 {MAX_BYTES >> 20} MiB")
        depth = 0
        for event in yaml.parse(text, Loader=_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            line = event.start_mark.line + 1 if event.start_mark else 1
            if depth > MAX_DEPTH:
                raise _RefusedError(line, f"嵌套超过 {MAX_DEPTH} 层")
            if getattr(event, "tag", None) is not None:
                raise _RefusedError(line, "规则文件不支持 YAML 标签（! 开头），请直接写出内容")
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise _RefusedError(line, "规则文件不支持 YAML 锚点和别名，请直接写出内容")
        node = yaml.compose(text, Loader=_LOADER)
        parsed.value = _plain(node, (), parsed.lines) if node is not None else None
    except _RefusedError as refused:
        raise ValueError(refused.line, refused.message) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        trouble = _SYNTAX.get(str(error.problem), error.problem or error.context)
        raise ValueError(mark.line + 1 if mark else 1, f"YAML 语法错误：{trouble}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(1, f"YAML 语法错误：{error.__class__.__name__}") from None
    return parsed


def _plain(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = _scalar(key_node)
            if key in result:
                raise _RefusedError(key_node.start_mark.line + 1, f"键 {key} 写了两次")
            result[key] = _plain(value_node, (*path, key), lines)
            lines[(*path, key)] = key_node.start_mark.line + 1
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, i), lines) for i, item in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    if not isinstance(node, yaml.ScalarNode):
        raise _RefusedError(node.start_mark.line + 1, "键必须是简单的词")
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    except (yaml.YAMLError, ValueError, LookupError, OverflowError):
        # PyYAML's constructors trip over explicit tags such as !!int ''
        raise _RefusedError(node.start_mark.line + 1, f"看不懂的值 {node.value[:40]!r}") from None
    finally:
        loader.dispose()


Model = TypeVar("Model", bound=BaseModel)


def check(model: type[Model], parsed: Parsed, file: str) -> tuple[Model | None, list[PackProblem]]:
    """The document as ``model``, or everything that is wrong with it."""
    try:
        return model.model_validate(parsed.value), []
    except ValidationError as error:
        return None, [_problem(dict(e), parsed, file, model) for e in error.errors(include_url=False)]


def _problem(error: Mapping[str, Any], parsed: Parsed, file: str, model: type[BaseModel]) -> PackProblem:
    # pydantic puts the names of union members into the path; the file knows nothing of them
    path: Path = ()
    for step in error["loc"]:
        if (*path, step) in parsed.lines:
            path = (*path, step)
    where = ".".join(str(p) for p in path) or "文件"
    kind = error["type"]
    if kind == "extra_forbidden":
        known = sorted(_known_keys(model))
        message = f"不认识的键 {error['loc'][-1]}{nearest(str(error['loc'][-1]), known)}"
    elif kind == "missing":
        message = f"{where} 缺少 {error['loc'][-1]}"
    elif kind == "string_type" and isinstance(error["input"], int | float):
        message = f"{where}：{error['input']} 会被当成数字，请加引号"
    elif kind == "value_error":
        message = str(error["ctx"]["error"])
    else:
        message = f"{where}：{_in_chinese(error)}"
    return PackProblem(*parsed.where(path, file), message)


_SHAPES = {
    "string": "文字",
    "list": "列表",
    "dict": "键值",
    "model": "键值",
    "int": "整数",
    "float": "数",
    "bool": "true 或 false",
}


def _in_chinese(error: Mapping[str, Any]) -> str:
    """pydantic's complaint in the reader's language; its own words where it is none of the usual ones."""
    kind, limits = str(error["type"]), error.get("ctx", {})
    shape = _SHAPES.get(kind.split("_", 1)[0])
    if kind == "literal_error":
        return f"只能写 {limits['expected']}"
    if kind == "string_pattern_mismatch":
        return f"{error['input']!r} 写法不对，应符合 {limits['pattern']}"
    if kind.endswith(("too_short", "too_long")):
        return "太短" if kind.endswith("short") else "太长"
    if kind.startswith(("greater_than", "less_than")):
        return f"数值超出范围（{'、'.join(f'{k} {v}' for k, v in limits.items())}）"
    return f"这里要写成{shape}" if shape and kind.endswith(("_type", "_parsing")) else str(error["msg"])


def _known_keys(model: type[BaseModel]) -> set[str]:
    keys: set[str] = set()
    waiting, seen = [model], set[type[BaseModel]]()
    while waiting:
        each = waiting.pop()
        if each in seen:
            continue
        seen.add(each)
        for name, field_info in each.model_fields.items():
            keys.add(field_info.alias or name)
            waiting.extend(_models_in(field_info.annotation))
    return keys


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for a in get_args(annotation) for m in _models_in(a)]
