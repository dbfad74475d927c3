"""Does the machine run well? Runs, failures, recordings, what judges the calls, and the disk."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

import auditor
from auditor.store import disk, health, operations
from auditor.store.home import Home
from auditor.store.operations import InForce, Intake, Lease, RunRow
from auditor.store.queries import Store
from auditor.text.masking import mask_text
from dashboards import data
from dashboards.components.retries import failed
from dashboards.components.warning_trend import warning_trend
from dashboards.formats import number, percent, when
from dashboards.locales import name, t
from dashboards.who import need

VIEWS = ("runs", "failures", "recordings", "versions", "disk")
UNITS = ("B", "KB", "MB", "GB", "TB")
LATEST = 200


@st.cache_data(ttl=timedelta(minutes=10), show_spinner=False, max_entries=4)
def uses(home: Home) -> list[disk.Use]:
    """The room that the home takes; looked at every ten minutes."""
    return disk.uses(home)


@st.cache_data(ttl=timedelta(minutes=10), show_spinner=False, max_entries=4, hash_funcs={Store: lambda s: s.home.path})
def intake(store: Store) -> Intake:
    """How many calls came in lately; counted every ten minutes."""
    return operations.intake(store, datetime.now(UTC))


@st.cache_data(show_spinner=False, max_entries=20, hash_funcs={Store: lambda s: (s.home.path, s.version())})
def rests_on(store: Store, by: operations.By) -> list[InForce]:
    """What calls were judged by, until something else is stored."""
    return operations.in_force(store, by)


def size(count: float) -> str:
    """Bytes as a reader writes them: 2105941 → ``2.01 MB``."""
    unit = 0
    while count >= 1024 and unit < len(UNITS) - 1:
        count, unit = count / 1024, unit + 1
    return f"{number(count)} {UNITS[unit]}"


def head(store: Store, rows: Sequence[RunRow], taken: Sequence[Lease]) -> None:
    """One sentence, then the numbers to look at first."""
    jobs = operations.jobs_by_state(store)
    if not rows:
        st.text(t("operations.no_runs"))
    else:
        last = rows[0]
        said = {
            "run": last.run,
            "at": when(last.started_at.astimezone()),
            "state": name("run_state", _state(last, taken)),
        }
        counts = t("operations.last_counts", stored=last.stored, unchanged=last.unchanged, failed=last.failed)
        st.text(t("operations.last_run", **said) + (counts if last.stored is not None else ""))
    first, second, third, fourth, fifth = st.columns(5)
    first.metric(t("operations.failed"), f"{jobs.get('failed', 0):,}", border=True, help=t("operations.failed_help"))
    second.metric(
        t("operations.running"), f"{jobs.get('running', 0):,}", border=True, help=t("operations.running_help")
    )
    third.metric(t("operations.queued"), f"{jobs.get('queued', 0):,}", border=True, help=t("operations.queued_help"))
    fourth.metric(t("operations.free"), size(store.home.free_bytes), border=True, help=t("operations.free_help"))
    left = _days_left(store)
    told = t("app.none") if left is None else f"{left:,.0f}" if left < 3650 else t("operations.long")
    fifth.metric(t("operations.days_left"), told, border=True, help=t("operations.days_left_help"))


def _state(run: RunRow, taken: Sequence[Lease]) -> str:
    """What the ledger says, but for a run whose process is gone: nobody could write down its end."""
    at_work = any(lease.run == run.run and lease.alive for lease in taken)
    return "gone" if run.state == "running" and not at_work else run.state


def _per_call(store: Store) -> tuple[float, Intake, bool]:
    """Bytes a call takes on average, how many come in, and whether all files were looked at."""
    found, lately = uses(store.home), intake(store)
    total = sum(use.bytes for use in found)
    return (total / lately.ever if lately.ever else 0.0), lately, all(use.whole for use in found)


def _days_left(store: Store) -> float | None:
    each, lately, _ = _per_call(store)
    growth = each * lately.calls / lately.days
    return store.home.free_bytes / growth if growth else None


def runs(rows: Sequence[RunRow], taken: Sequence[Lease]) -> None:
    """The latest runs, and what workers have in hand."""
    if taken:
        st.subheader(t("operations.leases"), anchor=False)
        st.caption(t("operations.leases_say", n=len(taken), gone=sum(not lease.alive for lease in taken)))
        now = datetime.now(UTC)
        st.dataframe(
            {
                t("table.call"): [mask_text(lease.call_id) for lease in taken],
                t("operations.source"): [mask_text(lease.source) for lease in taken],
                t("operations.run"): [lease.run for lease in taken],
                t("operations.age"): [t("operations.minutes", n=f"{(now - lease.since).total_seconds() / 60:.0f}") for lease in taken],
                t("operations.worker"): [lease.worker.rpartition(":")[0] for lease in taken],
                t("operations.alive"): [_alive(lease, now) for lease in taken],
            },
            hide_index=True,
            key="leases",
        )  # fmt: skip
    st.subheader(t("operations.runs"), anchor=False)
    if not rows:
        st.info(t("operations.no_runs"))
        return
    st.caption(t("operations.runs_say", n=len(rows)))
    st.dataframe(
        {
            t("operations.run"): [run.run for run in rows],
            t("operations.started"): [when(run.started_at.astimezone()) for run in rows],
            t("operations.took"): [_took(run) for run in rows],
            t("operations.state"): [name("run_state", _state(run, taken)) for run in rows],
            t("operations.stored"): [run.stored for run in rows],
            t("operations.unchanged"): [run.unchanged for run in rows],
            t("operations.failed"): [run.failed for run in rows],
            t("operations.inputs"): [mask_text(t("app.comma").join(run.paths)) for run in rows],
        },
        hide_index=True,
        key="runs",
        placeholder=t("app.none"),
    )


def _alive(lease: Lease, now: datetime) -> str:
    return t("operations.worker_gone" if not lease.alive or lease.until < now else "operations.worker_alive")


def _took(run: RunRow) -> str:
    if run.ended_at is None:
        return t("app.none")
    return t("operations.minutes", n=number((run.ended_at - run.started_at).total_seconds() / 60))


def versions(store: Store, rows: Sequence[RunRow]) -> None:
    """What judges the calls, and how many rest on something older."""
    kinds: list[tuple[str, list[InForce], str]] = [
        ("pack", rests_on(store, "pack"), t("operations.all_calls")),
        ("model", rests_on(store, "model"), t("operations.heard_calls")),
        ("code", rests_on(store, "code"), t("operations.all_calls")),
        ("reader", operations.readers(store, latest=LATEST), t("operations.latest_calls", n=LATEST)),
    ]
    for kind, found, _ in kinds:
        if found:
            every = sum(each.calls for each in found)
            older = every - found[0].calls
            st.text(t(f"operations.older_{kind}", older=f"{older:,}", of=f"{every:,}", share=percent(older, every)))
    current = rests_on(store, "code")
    if current and current[0].version != auditor.__version__:
        st.warning(t("operations.newer_code", version=auditor.__version__))
    table = [(kind, each, sum(e.calls for e in found), of) for kind, found, of in kinds for each in found]
    st.dataframe(
        {
            t("operations.kind"): [t(f"operations.kind_{kind}") for kind, *_ in table],
            t("operations.version"): [each.version or t("operations.without") for _, each, _, _ in table],
            t("operations.newest"): [t("operations.yes") if each.newest else "" for _, each, _, _ in table],
            t("overview.calls"): [each.calls for _, each, _, _ in table],
            t("operations.share"): [f"{percent(each.calls, every)} / {every:,}" for _, each, every, _ in table],
            t("operations.counted"): [of for *_, of in table],
        },
        hide_index=True,
        key="versions",
    )
    st.caption(t("operations.again"))
    st.code(_again(store, rows), language=None, wrap_lines=True)


def _again(store: Store, rows: Sequence[RunRow]) -> str:
    """The command of the latest run that named its inputs, or one to fill in."""
    home = shlex.quote(str(store.home.path))
    rest = f"--model {t('operations.model_folder')} --home {home}"
    last = next((run for run in rows if run.paths), None)
    if last is None:
        return f"auditor run {t('lab.recordings')} {rest}"
    metadata = f" --metadata {shlex.quote(last.metadata)}" if last.metadata else ""
    return f"cd {shlex.quote(last.folder)}\nauditor run {shlex.join(last.paths)}{metadata} {rest}"


def room(store: Store) -> None:
    """What lies on the disk, how fast it grows, and whether the home is sound."""
    found, (each, lately, whole) = uses(store.home), _per_call(store)
    total, growth = sum(use.bytes for use in found), each * lately.calls / lately.days
    said = {"total": size(total), "ever": f"{lately.ever:,}", "each": size(each), "days": lately.days}
    st.text(t("operations.disk_says", **said, calls=f"{lately.calls:,}", growth=size(growth)))
    left = _days_left(store)
    if left is not None:
        st.text(t("operations.left_says", free=size(store.home.free_bytes), days=f"{left:,.0f}"))
    if not whole:
        st.warning(t("operations.not_whole", n=f"{disk.MOST_FILES:,}"))
    st.dataframe(
        {
            t("operations.part"): [t(f"operations.part_{use.part}") for use in found],
            t("operations.size"): [size(use.bytes) for use in found],
            t("operations.share"): [percent(use.bytes, total) for use in found],
            t("operations.files"): [use.files for use in found],
        },
        hide_index=True,
        key="disk",
    )
    st.caption(t("operations.place", minutes=10))
    st.code(str(store.home.path), language=None, wrap_lines=True)
    st.subheader(t("operations.health"), anchor=False)
    st.caption(t("operations.health_says"))
    if st.button(t("operations.check"), key="check"):
        with st.spinner(t("operations.checking")):
            troubles = health.problems(store.home)
        if troubles:
            st.error(t("operations.unsound", n=len(troubles)))
            st.text("\n".join(troubles))
        else:
            st.success(t("operations.sound"))


def show(store: Store) -> None:
    """The page."""
    need("operate")
    st.title(t("app.operations"), anchor=False)
    rows, taken = operations.runs(store), operations.leases(store)
    head(store, rows, taken)
    asked = st.query_params.get("view")
    view = st.segmented_control(
        t("operations.view"), VIEWS, default=asked if asked in VIEWS else "runs", required=True,
        format_func=lambda v: t(f"operations.view_{v}"), label_visibility="collapsed", key="operations_view",
    )  # fmt: skip
    st.query_params["view"] = view
    if view == "runs":
        runs(rows, taken)
    elif view == "failures":
        failed(store, store.failed_jobs())
    elif view == "recordings":
        st.caption(t("operations.recordings_say"))
        warning_trend(operations.warning_shares(store))
    elif view == "versions":
        versions(store, rows)
    else:
        room(store)


show(data.everything())
