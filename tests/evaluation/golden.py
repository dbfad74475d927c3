"""Small reference files, judged with the small test pack."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from auditor.evaluation.gold import read_cases
from auditor.evaluation.judging import judge
from auditor.evaluation.metrics import Judged
from auditor.rules.pack import load_pack

FOLDER = Path(__file__).parent.parent / "golden" / "pack"
PACK = load_pack(FOLDER)


def written(path: Path, *rows: dict[str, Any]) -> Path:
    """The rows as a file: JSON lines, or the one row of a ``.json`` file."""
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")
    return path


def a_call(call_id: str, turns: Sequence[str], **gold: Any) -> dict[str, Any]:
    """A call of ``A:…`` and ``C:…`` turns to a debtor whose identity nobody asks for."""
    utterances = [
        {"speaker": {"A": "agent", "C": "customer"}[t[0]], "start": 3.0 * i, "end": 3.0 * i + 3, "text": t[2:]}
        for i, t in enumerate(turns)
    ]
    return {"call_id": call_id, "metadata": {"region": "CN"}, "utterances": utterances, "gold": gold}


def a_line(line_id: str, text: str, label: str = "violation", **more: Any) -> dict[str, Any]:
    """A labelled line."""
    return {"id": line_id, "text": text, "label": label, **more}


def judged(path: Path) -> list[Judged]:
    """Every case of the file, judged."""
    return [judge(case, PACK) for case in read_cases(path)]
