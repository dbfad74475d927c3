"""A report's first pages: scope, completeness, counts, method, what judged, and what people said of the machine, as told sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from auditor.reports.figures import COUNTED_BY, Figures
from auditor.reports.wording import Wording, moment, share
from auditor.store.operations import InForce

Cell: TypeAlias = str | int


_ALWAYS = ("severity", "agency")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, sentences, and a table; ``chart`` is the column of its numbers that is worth drawing over its first column."""

    key: str
    title: str
    says: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    chart: int | None = None


def sections(f: Figures, w: Wording) -> tuple[Section, ...]:
    """Everything that stands before the violations."""
    counts = tuple(_counts(f, w, by) for by in COUNTED_BY if f.tables[by])
    return (_scope(f, w), _summary(f, w), _complete(f, w), _reviewed(f, w), *counts, _method(f, w), _judged(f, w))


def _scope(f: Figures, w: Wording) -> Section:
    asked, filters = f.asked, f.asked.filters
    days = filters.since or filters.until
    period = (
        w.t("period", since=filters.since or w.t("begin"), until=filters.until or w.t("now"))
        if days
        else w.t("any_day")
    )

    def chosen(kind: str, values: Sequence[str]) -> str:
        return w.t("comma").join(w.value(kind, value) for value in values) or w.t("every")

    rows = (
        (w.t("scope_period"), period),
        (w.t("scope_severity"), chosen("severity", asked.at.get("severity", ()))),
        (w.t("scope_decided"), w.t(f"decided_{asked.decided}")),
        (w.t("scope_team"), chosen("team", filters.teams)),
        (w.t("scope_agency"), chosen("agency", asked.at.get("agency", ()))),
        (w.t("scope_region"), chosen("region", filters.regions)),
        *(
            (w.texts[f"dimension.{by}"], chosen(by, values))
            for by, values in asked.at.items()
            if by not in _ALWAYS and values
        ),
        (w.t("scope_made"), " ".join(filter(None, (moment(asked.made_at), asked.made_by)))),
        (w.t("scope_masked"), w.t("unmasked" if asked.unmask else "masked")),
    )
    return Section("scope", w.t("scope"), (), (w.t("scope_what"), w.t("scope_value")), rows)


def _summary(f: Figures, w: Wording) -> Section:
    t = f.total
    if not f.listed:
        says = w.t("empty" if t.of_calls else "empty_no_calls", calls=f"{t.of_calls:,}")
        return Section("summary", w.t("summary"), (says,))
    says = w.t(
        "summary_says", n=f"{f.listed:,}", calls=share(t.calls, t.of_calls), confirmed=f"{t.confirmed:,}",
        suspected=f"{t.suspected:,}", upheld=f"{t.upheld:,}", added=f"{t.added:,}", undecided=f"{t.undecided:,}",
    )  # fmt: skip
    return Section("summary", w.t("summary"), (says,))


def _complete(f: Figures, w: Wording) -> Section:
    c = f.complete
    rows = (
        (w.t("dialled"), c.dialled, w.t("dialled_of")),
        (w.t("answered"), c.answered, share(c.answered, c.dialled)),
        (w.t("recorded"), c.recorded, share(c.recorded, c.answered)),
        (w.t("audited"), c.audited, share(c.audited, c.answered)),
        (w.t("cannot_tell"), c.cannot_tell, share(c.cannot_tell, c.audited)),
        (w.t("failed"), f.failed, w.t("failed_of")),
    )
    headings = (w.t("complete_what"), w.t("complete_n"), w.t("complete_of"))
    says = [w.t("complete_unlisted")]
    if c.dialled == c.answered:
        says.append(w.t("complete_no_attempts"))
    return Section("complete", w.t("complete"), tuple(says), headings, rows)


def _reviewed(f: Figures, w: Wording) -> Section:
    r = f.reviewed
    told = w.t("reviewed_says", reviewed=share(r.decided, r.found), added=f"{r.added:,}")
    agreed = w.t("agreed_says", agreed=share(r.upheld, r.decided)) if r.decided else w.t("agreed_unknown")
    return Section("reviewed", w.t("reviewed"), (told, agreed, w.t("agreed_caution")))


def _counts(f: Figures, w: Wording, by: str) -> Section:
    headings = (
        w.texts[f"dimension.{by}"], w.t("counted"), w.t("confirmed"), w.t("suspected"), w.t("upheld"), w.t("added"),
        w.t("undecided"), w.t("with_calls"), w.t("of_calls"),
    )  # fmt: skip
    rows = tuple(
        (
            w.value(by, t.one), t.counted, t.confirmed, t.suspected, t.upheld, t.added, t.undecided, t.calls,
            t.of_calls or f.total.of_calls,
        )
        for t in f.tables[by]
    )  # fmt: skip
    says = (w.t("clause_says"),) if by == "clause" else ()
    return Section(by, w.t("by", what=w.texts[f"dimension.{by}"]), says, headings, rows, chart=1)


def _method(f: Figures, w: Wording) -> Section:
    codes = sorted({f.clauses[t.one].verification for t in f.tables["clause"] if t.one in f.clauses})
    says = [w.t(f"method_{n}") for n in ("machine", "status", "people", "order", "time")]
    says += [w.t(f"verification_{code}") for code in codes]
    return Section("method", w.t("method"), tuple(says))


def _judged(f: Figures, w: Wording) -> Section:
    def listed(kind: str, found: Sequence[InForce]) -> list[tuple[Cell, ...]]:
        return [(w.t(f"judged_{kind}"), each.version or w.t("judged_none"), each.calls) for each in found]

    rows = (
        *listed("pack", f.packs),
        *listed("code", f.programs),
        *listed("model", f.models),
        *listed("reader", f.readers),
    )
    headings = (w.t("judged_what"), w.t("judged_version"), w.t("judged_calls"))
    return Section("judged", w.t("judged"), (w.t("judged_says"),), headings, rows)
