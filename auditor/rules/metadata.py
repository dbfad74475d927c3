"""Tests of a call's metadata (values, lists, bounds, presence, the clock where the debtor is) and of its signals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from auditor.conversation.signals import SIGNALS
from auditor.models import Metadata, Region
from auditor.rules.document import nearest
from auditor.rules.scene import Limits, Scene

# The zones of the three regions have had no daylight saving since 1991, so fixed offsets are exact.
ZONES: dict[str, timezone] = {r: timezone(timedelta(hours=8)) for r in ("CN", "TW", "HK")}


def metadata_holds(tests: Mapping[str, Any], scene: Scene) -> bool:
    """Whether every named field is as asked; an absent field fails every test but ``{present: false}`` and ``false``."""
    return all(_field_holds(name, test, scene) for name, test in tests.items())


def signals_hold(tests: Mapping[str, Any], scene: Scene) -> bool:
    """Whether every named signal was measured and is as asked: within its bounds (inclusive), or yes or no."""
    return all(name in scene.signals and _as_asked(scene.signals[name], test) for name, test in tests.items())


def _as_asked(measured: float, test: Any) -> bool:
    if isinstance(test, bool):
        return bool(measured) is test
    return bool(test.get("min", measured) <= measured <= test.get("max", measured))


def signal_trouble(name: str, wanted: Any) -> str:
    """What is wrong with the test of a signal; empty where nothing is."""
    unit = SIGNALS.get(name)
    if unit is None:
        return f"没有信号 {name}{nearest(name, list(SIGNALS))}；可用：{'、'.join(SIGNALS)}"
    if unit == "yes_no":
        return "" if isinstance(wanted, bool) else f"{name} 请写成 true 或 false"
    if not isinstance(wanted, dict) or not wanted or not set(wanted) <= {"min", "max"}:
        return f"{name} 请写成 {{min: 数}} 或 {{max: 数}}"
    for bound in wanted.values():
        if isinstance(bound, bool) or not isinstance(bound, int | float):
            return f"{name} 的界线 {bound} 不是数"
        if unit == "share" and not 0 <= bound <= 1:
            return f"{name} 是占比，界线写 0 到 1 之间的数，不写 {bound}"
    return ""


def _field_holds(name: str, test: Any, scene: Scene) -> bool:
    metadata = scene.call.metadata
    if name == "local_time":
        asked = {"outside_hours": outside_hours, "outside_agreed_hours": outside_agreed_hours}.get(test)
        return asked is not None and asked(metadata, scene.region, scene.limits)
    if name == "region":
        value: Any = scene.region
    else:
        value = getattr(metadata, name) if name in Metadata.__dataclass_fields__ else metadata.custom.get(name)
    present = value not in (None, "", ())
    if isinstance(test, dict):
        if "present" in test and present != test["present"]:
            return False
        if not {"min", "max"} & set(test):
            return True
        # a custom column may hold anything
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return False
        return bool(test.get("min", value) <= value <= test.get("max", value))
    if isinstance(test, list):
        return value in test
    if isinstance(test, bool):
        return bool(value) is test
    return bool(value == test)


def outside_hours(metadata: Metadata, region: Region, limits: Limits) -> bool:
    """Whether the call began outside the hours allowed where the debtor is, and outside hours agreed with the debtor."""
    if metadata.started_at is None or metadata.direction not in (None, "outbound"):
        return False
    local = metadata.started_at.astimezone(ZONES[region]).time()
    agreed = agreed_hours(metadata.agreed_hours)
    if agreed is not None and _inside(local, agreed):
        return False
    return limits.hours is not None and not _inside(local, limits.hours)


def outside_agreed_hours(metadata: Metadata, region: Region, limits: Limits) -> bool:
    """Whether the call began within the allowed hours, but outside those agreed with the debtor.

    GB/T 45251 lets an agreement take the place of its hours; elsewhere an agreement only allows more.
    """
    agreed = agreed_hours(metadata.agreed_hours)
    if metadata.started_at is None or agreed is None or metadata.direction not in (None, "outbound"):
        return False
    local = metadata.started_at.astimezone(ZONES[region]).time()
    return not _inside(local, agreed) and (limits.hours is None or _inside(local, limits.hours))


def local_start(metadata: Metadata, region: Region) -> datetime | None:
    """When the call began, as the clock stood where the debtor is."""
    return None if metadata.started_at is None else metadata.started_at.astimezone(ZONES[region])


def agreed_hours(said: str | None) -> tuple[time, time] | None:
    """``HH:MM-HH:MM`` as a pair of times; ``None`` for nothing or for what can't be read."""
    try:
        first, last = (said or "").replace("–", "-").split("-")
        return _clock(first), _clock(last)
    except ValueError:
        return None


def _clock(said: str) -> time:
    return datetime.strptime(said.strip(), "%H:%M").time()


def _inside(moment: time, hours: tuple[time, time]) -> bool:
    first, last = hours
    return first <= moment < last if first <= last else moment >= first or moment < last
