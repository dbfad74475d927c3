"""How a call went, in numbers: what each side did, then the call as a whole; what could not be measured says so."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.conversation.signals import SIGNALS
from dashboards.components import define
from dashboards.formats import number
from dashboards.locales import t

_signals = define("signals")

# each is measured of the agent and of the customer
SIDED = (
    "talk_share", "longest_monologue", "interruptions", "characters_per_minute", "peak_characters_per_minute",
    "response_latency", "loudness", "raised_voice_share", "longest_raised_voice",
)  # fmt: skip
SIDES = ("agent", "customer")
WHOLE = tuple(name for name in SIGNALS if name not in {f"{side}_{measure}" for side in SIDES for measure in SIDED})


def signals(measured: Mapping[str, float]) -> None:
    """Show the signals of a call."""
    _signals(
        key="signals",
        data={
            "unmeasured": t("call.unmeasured"),
            "heads": [["", t("speaker.agent"), t("speaker.customer")], ["", t("call.whole_call")]],
            "groups": [
                [_row(measure, [f"{side}_{measure}" for side in SIDES], measured) for measure in SIDED],
                [_row(name, [name], measured) for name in WHOLE],
            ],
        },
    )


def _row(measure: str, names: list[str], measured: Mapping[str, float]) -> dict[str, object]:
    values = [shown(name, measured[name]) if name in measured else t("call.unmeasured") for name in names]
    return {"label": t(f"measure.{measure}"), "help": t(f"measure_help.{measure}"), "values": values}


def shown(name: str, value: float) -> str:
    """A signal's value with its unit."""
    unit = SIGNALS[name]
    if unit == "yes_no":
        return t("unit.yes") if value else t("unit.no")
    if unit == "per_minute":
        return t("unit.per_minute", n=f"{value:.0f}")
    return t(f"unit.{unit}", n=number(round(value * 100, 1)) if unit == "share" else number(value))
