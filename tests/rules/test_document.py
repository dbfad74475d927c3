"""YAML of a pack: plain values with their lines, and refusal of everything that could surprise."""

from __future__ import annotations

import pytest

from auditor.rules.document import MAX_BYTES, parse_yaml


def refusal(text: str) -> tuple[int, str]:
    """The line and reason of the refusal."""
    with pytest.raises(ValueError) as caught:
        parse_yaml(text)
    line, message = caught.value.args
    return line, message


def test_values_and_their_lines() -> None:
    """Each key and item knows its line; a place that is not there takes the nearest above it."""
    parsed = parse_yaml("a: 1\nb:\n  - x\n  - c: 还\n")
    assert parsed.value == {"a": 1, "b": ["x", {"c": "还"}]}
    assert [parsed.line(p) for p in [("a",), ("b",), ("b", 1), ("b", 1, "c"), ("b", 1, "d"), ("z",)]] == [
        1,
        2,
        4,
        4,
        4,
        1,
    ]
    assert parse_yaml("").value is None


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x\n", "a: 1\nb: &x [1]\n", "a: 1\nb: *x\n"])
def test_anchors_are_refused(text: str) -> None:
    """No anchors or aliases: a small file can't blow up."""
    line, message = refusal(text)
    assert "锚点" in message
    assert line in (1, 2)


def test_a_key_twice_is_refused() -> None:
    """The second one is named, with its line."""
    assert refusal("a: 1\nb: 2\na: 3\n") == (3, "键 a 写了两次")
    assert refusal("x:\n  a: 1\n  a: 1\n")[0] == 3


@pytest.mark.parametrize(
    "text",
    [
        "a: !!python/object/apply:os.system ['true']",
        "a: !!int ''",
        "a: !!bool 也许",
        "a: !!float ''",
        "a: 2026-13-45",
        "a: !!binary '*'",
        "a: !own x",
        "? [1, 2]\n: x",
        "<<: {a: 1}",
        "a: [",
        "a: 'x",
        "a: b: c",
        "\x00",
        "a: 1\n---\nb: 2",
        "[" * 300_000,
        "- " * 300_000,
    ],
)
def test_what_is_no_plain_yaml_is_refused(text: str) -> None:
    """Tags, broken values, several documents, endless nesting: one reason with a line, never a traceback."""
    line, message = refusal(text)
    assert line >= 1
    assert message


def test_a_huge_file_is_refused() -> None:
    """A file past the limit is not even parsed."""
    assert "MiB" in refusal("a" * (MAX_BYTES + 1))[1]
