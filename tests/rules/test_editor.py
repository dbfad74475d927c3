"""JSON Schemas for editors: they take every file that the program takes, and refuse the usual mistakes."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Any

import jsonschema
import pytest
import yaml

from auditor.rules.editor import ABOUT, SHAPES, about, json_schema, models
from tests.packs import shipped

PACK = shipped()
RULE = {
    "id": "x", "category": "insult", "status": "experimental", "severity": "minor", "message": "坐席骂人。",
    "any": [{"phrase": ["无赖"]}], "examples": {"hit": ["无赖"]},
}  # fmt: skip


def mistakes(kind: str, value: Any) -> list[str]:
    """What the schema says of a file's content."""
    return [e.message for e in jsonschema.Draft7Validator(json_schema(kind, PACK)).iter_errors(value)]


@pytest.mark.parametrize("kind", SHAPES)
def test_every_file_of_the_built_in_pack_is_taken(kind: str) -> None:
    """The schema is a sound one, and the pack's own files are without mistakes."""
    jsonschema.Draft7Validator.check_schema(json_schema(kind, PACK))
    pattern = SHAPES[kind][1].replace("**", "*")
    files = [name for name in PACK.files if fnmatch(name, pattern)]
    assert files
    for name in files:
        assert mistakes(kind, yaml.safe_load(PACK.files[name])) == [], name


@pytest.mark.parametrize(
    "change",
    [
        {"category": "insults"},
        {"severity": "grave"},
        {"severty": "minor"},
        {"all": [{"phrase": ["好"]}]},
        {"any": [{"phrase": ["好"], "regex": "好"}]},
        {"any": [{}]},
        {"any": [{"phrase": "好"}]},
        {"any": [{"signal": {"agent_talk": {"min": 0.9}}}]},
        {"unless": ["negatd"]},
        {"cites": ["CBA2026-hour"]},
        {"examples": {"hits": []}},
        {"party": ["debtor"]},
    ],
    ids=str,
)
def test_a_mistake_in_a_rule_is_marked(change: dict[str, Any]) -> None:
    """The same mistakes that loading refuses."""
    assert mistakes("rule", RULE) == []
    assert mistakes("rule", {**RULE, **change}) != []


def test_a_part_of_the_settings_is_enough_over_another_pack() -> None:
    """An overlay's norms.yaml with one clause lacks limits, and needs none."""
    part = {
        "norms": {"OWN": {"norm": "本行", "article": "1", "requirement": "好", "title": "本行", "verification": "V1"}}
    }
    assert mistakes("norms", part) != []
    from dataclasses import replace

    over = json_schema("norms", replace(PACK, built_on=("base@1.0.0",)))
    assert list(jsonschema.Draft7Validator(over).iter_errors(part)) == []


def test_every_field_is_explained_in_chinese() -> None:
    """What an editor shows while one writes; and no explanation of what is no more."""
    fields = {f"{m.__name__}.{field}" for m in models() for field in m.model_fields}
    assert [f"{m.__name__}.{field}" for m in models() for field in m.model_fields if not about(m, field)] == []
    assert set(ABOUT) - fields - {m.__name__ for m in models()} == set()
