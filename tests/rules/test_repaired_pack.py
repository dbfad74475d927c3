"""The shipped pack's own lines, which nobody misheard, under the repair of misheard words."""

from __future__ import annotations

from auditor.text.normalise import normalise
from tests.packs import shipped

PACK = shipped()
LINES = {
    text
    for owner, groups in [
        *((rule, (rule.hit, rule.clean)) for rule in PACK.rules),
        *((step, (step.done, step.missed)) for step in PACK.steps),
    ]
    for group in groups
    for example in group
    for _, text in example.turns
}


def test_what_was_heard_right_stays() -> None:
    """Of lines without a mistake, hardly any is changed, and none is changed a second time."""
    folded = sorted({sentence for line in LINES for sentence in _sentences(line)})
    repaired = {sentence: PACK.misheard.repair(sentence) for sentence in folded}
    changed = {heard: meant for heard, meant in repaired.items() if heard != meant}
    assert len(changed) < 0.04 * len(folded), changed
    assert {meant: PACK.misheard.repair(meant) for meant in changed.values()} == {m: m for m in changed.values()}


def _sentences(line: str) -> list[str]:
    text = normalise(line)
    return [text.text[start:end] for start, end in text.sentences()]
