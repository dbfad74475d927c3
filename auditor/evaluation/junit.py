"""Outcomes of examples as a JUnit report, the format that build servers read.

One suite; a test case an example, named after its owner. The format has no schema of its own; these are the elements that Jenkins'
(https://github.com/jenkinsci/junit-plugin) and GitLab's readers know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree

from auditor.evaluation.examples import Outcome
from auditor.text.masking import mask_text


def junit_report(name: str, outcomes: Sequence[Outcome]) -> bytes:
    """The report of a run as UTF-8 XML; ``name`` is the suite's."""
    failed = sum(not o.passed for o in outcomes)
    suite = ElementTree.Element("testsuite", name=name, tests=str(len(outcomes)), failures=str(failed), errors="0")
    numbers: Counter[tuple[str, str]] = Counter()
    for outcome in outcomes:
        numbers[outcome.owner, outcome.expected] += 1
        number = numbers[outcome.owner, outcome.expected]
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=_legal(outcome.owner),
            name=_legal(f"{outcome.expected} {number}: {outcome.text}"),
            file=_legal(outcome.file),
        )
        if not outcome.passed:
            strays = [f"{s.rule}（{s.status}）：{s.quote}" for s in outcome.strays if not s.tolerated]
            message = "；".join([*([] if outcome.right else [f"expected {outcome.expected}"]), *strays])
            ElementTree.SubElement(case, "failure", message=_legal(message)).text = _legal(outcome.text)
    whole = ElementTree.Element("testsuites", tests=suite.get("tests", ""), failures=suite.get("failures", ""))
    whole.append(suite)
    return bytes(ElementTree.tostring(whole, encoding="utf-8", xml_declaration=True)) + b"\n"


def _legal(text: str) -> str:
    """Without personal data, which calls to be kept clean may hold; XML 1.0 has no control characters, not even escaped."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in mask_text(text))
