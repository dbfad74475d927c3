"""Lines that somebody typed as a call: who says each may stand before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from auditor.models import Call, Metadata, Speaker, Utterance

SPEAKERS: Mapping[str, Speaker] = {"坐席": "agent", "客户": "customer", "agent": "agent", "customer": "customer"}
SECONDS = 4.0
_SAID = re.compile(rf"\s*({'|'.join(SPEAKERS)})\s*[:：]\s*", re.IGNORECASE)


def typed(lines: Sequence[str], speaker: Speaker = "agent", about: Metadata | None = None) -> Call:
    """A call of a few seconds a line; a line without ``坐席：`` or ``客户：`` before it is said by ``speaker``."""
    utterances = []
    for n, line in enumerate(lines):
        said = _SAID.match(line)
        who = SPEAKERS[said.group(1).lower()] if said else speaker
        text = line[said.end() :] if said else line
        utterances.append(Utterance(who, n * SECONDS, (n + 1) * SECONDS, text))
    return Call("try", about or Metadata(), tuple(utterances))
