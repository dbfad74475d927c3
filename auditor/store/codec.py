"""Values of ``models`` as JSON text and back, exactly: money stays ``Decimal``, tuples stay tuples."""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

T = TypeVar("T")


def encode(value: object) -> str:
    """The value as compact JSON, dataclass fields in their order; equal values of one type give equal text.

    What JSON has no word for becomes text: a decimal or date as its digits. Lone surrogates, which no UTF-8 file can
    hold, are written as escapes.
    """
    text = json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, default=_plain, separators=(",", ":"))
    return text


def decode(kind: type[T], text: str) -> T:
    """Read back what ``encode`` wrote. Fields unknown to this version are left out; missing ones take their default."""
    return typing.cast(T, _typed(kind, json.loads(text)))


def canonical(value: object) -> bytes:
    """JSON with sorted keys, for hashing: the same for equal values, also for 1.50 and 1.5 as decimals."""
    return json.dumps(value, default=_shortest, sort_keys=True, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    """What stands in JSON for a value that JSON has no word for; the encoder goes on with what is inside."""
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: getattr(value, name) for name in _fields(type(value))}
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def _shortest(value: object) -> object:
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value.normalize():f}"
    return _plain(value)


@functools.cache
def _fields(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _typed(kind: Any, value: Any) -> Any:
    origin = typing.get_origin(kind)
    if value is None or kind is Any or origin is typing.Literal:
        return value
    if origin in (typing.Union, types.UnionType):
        (inner,) = (k for k in typing.get_args(kind) if k is not type(None))
        return _typed(inner, value)
    if origin is tuple:
        inner = typing.get_args(kind)
        if inner[-1] is Ellipsis:
            return tuple(_typed(inner[0], v) for v in value)
        return tuple(_typed(k, v) for k, v in zip(inner, value, strict=True))
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = _fields(kind)
        return kind(**{name: _typed(hints[name], v) for name, v in value.items() if name in hints})
    if kind is Decimal:
        return Decimal(value)
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    return value
