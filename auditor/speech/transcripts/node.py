"""A value of a JSON document and its place in it: a wrong type or missing key becomes an error naming the place."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from auditor.errors import TranscriptError

LONGEST_TEXT = 50_000
"""Characters: engines without sentences give a whole call, some three hours of talk, as one text."""

MOST_ITEMS = 100_000
LARGEST_TIME = 360_000.0
"""No call lasts a hundred hours: a larger time is a unit mixed up."""

REMEDY = "请改正，或从转写系统重新导出后再试。"


class Node:
    """A value, the path to it (``utterances[3].text``) and the file that it stands in.

    Every method raises ``TranscriptError`` where the value is not what it asks for.
    """

    __slots__ = ("path", "value", "where")

    def __init__(self, value: Any, where: str, path: str = "") -> None:
        self.value, self.where, self.path = value, where, path

    def refuse(self, trouble: str) -> TranscriptError:
        """The error to raise about this value."""
        return TranscriptError(self.where, f"{self.path or '最外层'} {trouble}", REMEDY)

    def mapping(self) -> Mapping[str, Any]:
        """The value, which must be an object."""
        if not isinstance(self.value, dict):
            raise self.refuse("应为对象")
        return self.value

    def get(self, *names: str) -> Node | None:
        """The first of these keys that is there and not null."""
        mapping = self.mapping()
        for name in names:
            if mapping.get(name) is not None:
                return Node(mapping[name], self.where, f"{self.path}.{name}" if self.path else name)
        return None

    def need(self, *names: str) -> Node:
        """As ``get``, where one of the keys must be there."""
        found = self.get(*names)
        if found is None:
            raise self.refuse(f"缺少 {names[0]}")
        return found

    def items(self) -> list[Node]:
        """The elements of the value, which must be a list."""
        if not isinstance(self.value, list):
            raise self.refuse("应为列表")
        if len(self.value) > MOST_ITEMS:
            raise self.refuse(f"超过 {MOST_ITEMS} 项")
        return [Node(item, self.where, f"{self.path}[{index}]") for index, item in enumerate(self.value)]

    def list_at(self, *names: str) -> list[Node]:
        """The elements under the first of these keys that is there; none where none is."""
        found = self.get(*names)
        return found.items() if found else []

    def text(self) -> str:
        """The value, which must be text that can be stored."""
        if not isinstance(self.value, str):
            raise self.refuse("应为文字")
        if len(self.value) > LONGEST_TEXT:
            raise self.refuse(f"超过 {LONGEST_TEXT} 个字符")
        if "\0" in self.value or any("\ud800" <= c <= "\udfff" for c in self.value):
            raise self.refuse("含有无法存储的字符")
        return self.value

    def text_at(self, *names: str) -> str:
        """The text under the first of these keys that is there; empty where none is. Numbers are taken as text."""
        found = self.get(*names)
        if found is None:
            return ""
        return str(found.value) if type(found.value) is int and abs(found.value) < 10**18 else found.text()

    def number(self, low: float, high: float) -> float:
        """The value, which must be a number (some engines put it in quotes) from ``low`` to ``high``."""
        value = self.value
        if isinstance(value, str) and len(value) <= 30:
            try:
                value = float(value)
            except ValueError:
                raise self.refuse("应为数字") from None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.refuse("应为数字")
        if isinstance(value, float) and not math.isfinite(value):
            raise self.refuse("不能是 NaN 或无穷大")
        if not low <= value <= high:
            raise self.refuse("不能为负" if value < low == 0 else "超出合理范围")
        return float(value)

    def seconds(self, per_second: int = 1) -> float:
        """The value, a time from the start of the call counted in 1/``per_second`` s, in seconds."""
        return self.number(0, LARGEST_TIME * per_second) / per_second

    def share(self) -> float:
        """The value, which must be a number from 0 to 1."""
        return self.number(0, 1)

    def embedded(self) -> Node:
        """The value itself or, where it is JSON in a string, what that string holds."""
        if not isinstance(self.value, str):
            return self
        try:
            return Node(json.loads(self.value), self.where, self.path)
        except (ValueError, RecursionError):
            raise self.refuse("里面不是有效的 JSON") from None
