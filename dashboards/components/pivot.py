"""Violations by one or two dimensions as a table; a chosen number leads to the findings behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from auditor.rules.norms import Norm
from auditor.store.violations import OF_CALLS, Tally
from dashboards.components.dimensions import drill, shown
from dashboards.formats import percent
from dashboards.locales import t

MOST_COLUMNS = 12
_NUMBERS = (
    "calls", "of_calls", "confirmed", "suspected", "machine_confirmed", "machine_suspected", "undecided", "upheld",
    "overturned", "added",
)  # fmt: skip


def by_one(found: Sequence[Tally], dimension: str, norms: Mapping[str, Norm]) -> None:
    """Each value with its numbers: what counts, in how many of how many calls, what the machine said, what people said."""
    top = found[0]
    says = {"kinds": len(found), "top": shown(dimension, top.one, norms), "counted": top.counted, "calls": top.calls}
    st.text(t("violations.one_says", **says, of=top.of_calls, share=percent(top.calls, top.of_calls)))
    table: dict[str, Any] = {t(f"dimension.{dimension}"): [shown(dimension, each.one, norms) for each in found]}
    table[t("violations.counted")] = [each.counted for each in found]
    table[t("violations.rate")] = [100 * each.calls / each.of_calls if each.of_calls else 0.0 for each in found]
    for number in _NUMBERS:
        table[t(f"violations.{number}")] = [getattr(each, number) for each in found]
    most = max(table[t("violations.rate")])
    columns = {
        t("violations.rate"): st.column_config.ProgressColumn(
            help=t("violations.rate_help"), format="%.1f%%", min_value=0.0, max_value=max(most, 0.1)
        ),
        t("violations.of_calls"): st.column_config.NumberColumn(help=t("violations.of_calls_help")),
        t("violations.machine_confirmed"): st.column_config.NumberColumn(help=t("violations.machine_help")),
        t("violations.machine_suspected"): st.column_config.NumberColumn(help=t("violations.machine_help")),
    }
    row, _ = _chosen(table, [each.one for each in found], "single-row", columns)
    if row is not None:
        drill({dimension: found[row].one})
        st.rerun()


def by_two(
    found: Sequence[Tally], of: Mapping[tuple[str, str], int], one: str, two: str, norms: Mapping[str, Norm]
) -> None:
    """A grid of what counts, each number with the calls that were audited there, ``of``; empty where there were none."""
    rows = list(dict.fromkeys(each.one for each in found))
    sums = {value: 0 for _, value in of} if two in OF_CALLS else {}
    for each in found:
        sums[each.two] = sums.get(each.two, 0) + each.counted
    order = (
        sorted(sums, key=lambda value: value)
        if two in ("day", "week", "month")
        else sorted(sums, key=lambda v: (-sums[v], v))
    )
    columns = order[-MOST_COLUMNS:] if two in ("day", "week", "month") else order[:MOST_COLUMNS]
    cells = {(each.one, each.two): each for each in found}
    top = max(found, key=lambda each: each.counted)
    says = {"one": shown(one, top.one, norms), "two": shown(two, top.two, norms)}
    st.text(t("violations.two_says", **says, counted=top.counted, calls=top.calls, of=top.of_calls))
    if len(order) > len(columns):
        st.text(t("violations.two_rest", shown=len(columns), every=len(order)))
    heads = _different([shown(two, value, norms) for value in columns])
    table: dict[str, Any] = {t(f"dimension.{one}"): [shown(one, value, norms) for value in rows]}
    for head, column in zip(heads, columns, strict=True):
        table[head] = [_cell(cells.get((row, column)), of.get(_key(one, row, two, column), 0)) for row in rows]
    _, cell = _chosen(table, [*rows, *columns], "single-cell", {})
    if cell is not None:
        row, head = cell
        chosen = {one: rows[row]}
        if head in heads:
            chosen[two] = columns[heads.index(head)]
        drill(chosen)
        st.rerun()


def _key(one: str, row: str, two: str, column: str) -> tuple[str, str]:
    return row if one in OF_CALLS else "", column if two in OF_CALLS else ""


def _cell(cell: Tally | None, of_calls: int) -> str:
    if cell is None:
        return f"0 / {of_calls:,}" if of_calls else ""
    return f"{cell.counted} / {cell.of_calls:,}"


def _different(heads: Sequence[str]) -> list[str]:
    """Headings that differ, as columns need it."""
    seen: dict[str, int] = {}
    told = []
    for head in heads:
        seen[head] = seen.get(head, 0) + 1
        told.append(head if seen[head] == 1 else f"{head} ({seen[head]})")
    return told


def _chosen(
    table: Mapping[str, Any], ids: Sequence[str], mode: Any, columns: Mapping[str, Any]
) -> tuple[int | None, tuple[int, str] | None]:
    """Show the table; the row or cell that was chosen. The key names what is shown, so that no choice slips to another."""
    at = "\n".join([*ids, "", *table, "", *st.query_params.get_all("at")])
    choice = st.dataframe(
        table, key=f"pivot:{hashlib.sha256(at.encode()).hexdigest()[:12]}", hide_index=True, on_select="rerun",
        selection_mode=mode, height=min(38 + 35 * len(next(iter(table.values()))), 420), column_config=dict(columns),
    )  # fmt: skip
    rows, cells = choice["selection"]["rows"], choice["selection"]["cells"]
    return (rows[0] if rows else None), (cells[0] if cells else None)
