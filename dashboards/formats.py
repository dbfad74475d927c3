"""Numbers and times as a reader writes them."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal

_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def straight(text: str) -> str:
    """Text without the invisible marks that turn the direction of writing: in a sentence they would turn its other words too."""
    return _TURNING.sub("", text)


def joined(*parts: str) -> str:
    """What is known of something, in one line; what is empty is left out."""
    return " · ".join(straight(part) for part in parts if part)


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds: 75.2 → ``1:15``."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def number(value: Decimal | float) -> str:
    """A number with at most two decimals and no trailing zeros: 60.0 → ``60``, 58.50 → ``58.5``."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(part: float, whole: float) -> str:
    """A share as a whole per cent, with one decimal below ten: ``3.4%``, ``41%``; ``0%`` of nothing."""
    share = 100 * part / whole if whole else 0.0
    return f"{share:.1f}%" if 0 < share < 10 else f"{share:.0f}%"


def when(moment: datetime) -> str:
    """A moment in its own time zone, to the minute."""
    return f"{moment:%Y-%m-%d %H:%M}"
