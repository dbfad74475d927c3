"""Write the expected audits of ``calls/`` anew: ``python tests/golden/regenerate.py``, then read the difference before committing it."""

from __future__ import annotations

import json
from pathlib import Path

from auditor.models import Call
from auditor.pipeline import audit_call
from auditor.published import audit_json
from auditor.rules.pack import Pack, load_pack
from auditor.speech.transcripts import read_calls

HERE = Path(__file__).parent


def expected(call: Call, pack: Pack) -> str:
    """The call's audit as its golden file states it; the code's version is left out."""
    audit = audit_json(audit_call(call, pack))
    del audit["code_version"]
    return json.dumps(audit, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Audit every call with the frozen pack beside it."""
    pack = load_pack(HERE / "pack")
    for path in sorted((HERE / "calls").glob("*.json")):
        (call,) = read_calls(path)
        (HERE / "audits" / path.name).write_text(expected(call, pack), encoding="utf-8")


if __name__ == "__main__":
    main()
