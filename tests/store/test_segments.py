"""What was written is read back equal; what is superseded stays; readers and writers don't disturb one another."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import HomeError, InputError
from auditor.models import Audit, Metadata, Utterance, Word
from auditor.published import audit_json
from auditor.store import catalog, segments
from auditor.store.home import Home
from auditor.store.ledger import Ledger
from auditor.store.queries import Store
from auditor.store.segments import CallResult

Make = Callable[..., CallResult]
Save = Callable[..., None]
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def published(audit: Audit) -> bytes:
    return json.dumps(audit_json(audit), ensure_ascii=False).encode()


def test_a_call_comes_back_equal(store: Store, save: Save, make: Make) -> None:
    """Every field of call, acoustics, words and audit survives; the published JSON is the same to the byte."""
    result = make()
    save(result)

    back = store.call("A001")

    assert back.call == result.call
    assert back.audit == result.audit
    assert published(back.audit) == published(result.audit)
    assert back.tokens == result.tokens
    assert back.entry.audit_key == result.keys.audit


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
floats = st.floats(allow_nan=False)
words = st.builds(Word, texts, floats, floats, st.none() | floats)
utterances = st.builds(
    Utterance,
    st.sampled_from(["agent", "customer", "unknown"]),
    floats, floats, texts,
    st.lists(words, max_size=2).map(tuple),
    st.none() | floats,
    st.lists(texts, max_size=2).map(tuple),
    st.none() | st.integers(0, 1),
)  # fmt: skip
decimals = st.decimals(allow_nan=False, allow_infinity=False)
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | floats | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
moments = st.datetimes(timezones=st.timezones() | st.none()).map(lambda d: datetime.fromisoformat(d.isoformat()))
metadata = st.builds(
    Metadata,
    started_at=st.none() | moments,
    agent_id=st.none() | texts,
    amount_due=st.none() | decimals,
    days_overdue=st.none() | st.integers(),
    custom=st.dictionaries(texts, plain, max_size=3),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(call_id=texts, m=metadata, said=st.lists(utterances, max_size=3).map(tuple))
def test_whatever_is_said_comes_back_equal(
    store: Store, save: Save, make: Make, call_id: str, m: Metadata, said: tuple[Utterance, ...]
) -> None:
    """Any text, number, date and custom field comes back as it was."""
    base = make()
    call = dataclasses.replace(base.call, call_id=call_id, metadata=m, utterances=said)
    save(dataclasses.replace(base, call=call))
    assert store.stored_call(call_id) == call


def test_a_redone_call_supersedes_and_the_old_result_stays(store: Store, save: Save, make: Make, home: Home) -> None:
    """A new pack makes a new result; the old one no longer counts but can still be read, and shares the transcript."""
    save(make(pack="p@1+aaaa", score="50.00"))
    before = store.call("A001")
    save(make(pack="p@2+bbbb", score="90.00"))
    after = store.call("A001")

    assert (after.audit.pack, store.count()) == ("p@2+bbbb", 1)
    assert store.overview().average == after.audit.scorecard.score
    assert store.stored(before.entry) == before
    assert after.entry.transcript == before.entry.transcript
    assert after.entry.transcript_segment == before.entry.transcript_segment

    with Ledger(home) as ledger, ledger.writing() as db:
        catalog.make_current(db, before.entry)
    assert store.call("A001") == before
    assert store.overview().average == before.audit.scorecard.score


def test_another_reading_of_the_same_recording_is_kept_beside_the_first(store: Store, save: Save, make: Make) -> None:
    """Where a newer version hears the same recording differently, each result keeps the transcript it rests on."""
    first = make(pack="p@1+aaaa")
    save(first)
    other = make(pack="p@2+bbbb")
    swapped = tuple(dataclasses.replace(u, speaker="unknown") for u in other.call.utterances)
    before = store.call("A001")
    save(dataclasses.replace(other, call=dataclasses.replace(other.call, utterances=swapped)))

    assert store.stored_call("A001").utterances == swapped
    assert store.stored(before.entry).call == first.call


@pytest.mark.parametrize("text", ["坏\ud83d字", "坏\0字"])
def test_text_that_can_not_be_kept_is_refused_with_the_file_name(make: Make, text: str) -> None:
    """Half a character pair or a null is one clear error, found before anything is written."""
    good = make()
    segments.check_storable(good)
    said = (dataclasses.replace(good.call.utterances[0], text=text),)
    for broken in (dataclasses.replace(good.call, call_id=text), dataclasses.replace(good.call, utterances=said)):
        with pytest.raises(InputError, match=r"甲\.wav"):
            segments.check_storable(dataclasses.replace(good, call=broken))


def test_merging_keeps_every_call_and_cleans_up_later(store: Store, save: Save, make: Make, home: Home) -> None:
    """Small segments become one; results, also superseded ones, read the same; old files go after an hour."""
    for i in range(5):
        save(make(f"C{i}", text=f"第{i}通"))
    save(make("C0", pack="p@2+bbbb", text="第0通"))
    before = [store.call(f"C{i}") for i in range(5)]
    overview = store.overview()
    with Ledger(home) as ledger:
        assert segments.compact(home, ledger, NOON, merge_from=7) == 0
        assert segments.compact(home, ledger, NOON, merge_from=2) == 6

        after = [store.call(f"C{i}") for i in range(5)]
        assert [(a.call, a.audit, a.tokens) for a in after] == [(b.call, b.audit, b.tokens) for b in before]
        assert store.overview() == overview
        assert len({a.entry.segment for a in after}) == 1
        assert len(list(home.segments.iterdir())) == 7

        segments.compact(home, ledger, NOON + timedelta(hours=2))
    assert len(list(home.segments.iterdir())) == 1
    assert [store.call(f"C{i}").call for i in range(5)] == [b.call for b in before]


def test_merging_stops_where_a_segment_is_large_enough(store: Store, save: Save, make: Make, home: Home) -> None:
    """However much there is, no more than a few thousand calls are ever merged at once."""
    for i in range(7):
        save(make(f"C{i}-a", text=f"甲{i}"), make(f"C{i}-b", text=f"乙{i}"))
    with Ledger(home) as ledger:
        assert segments.compact(home, ledger, NOON, merge_from=2, enough=4) == 6
        with ledger.reading() as db:
            assert len(catalog.segments_in_use(db)) == 4
    assert store.count() == 14
    assert all(store.call(row.call_id).call.call_id == row.call_id for row in store.calls())


def test_what_a_killed_writer_left_is_ignored_and_removed_later(
    store: Store, save: Save, make: Make, home: Home
) -> None:
    """A segment that never came into the catalog, or a draft, doesn't count; it is swept once it is surely nobody's."""
    save(make())
    left = home.segments / ".20261102T120000-dead.tmp"
    shutil.copytree(next(home.segments.iterdir()), left)
    whole = home.segments / "20261102T120000-dead"
    shutil.copytree(left, whole)
    os.utime(whole, (NOON.timestamp(), NOON.timestamp()))
    os.utime(left, (NOON.timestamp(), NOON.timestamp()))

    assert store.count() == 1
    with Ledger(home) as ledger:
        segments.compact(home, ledger, NOON + timedelta(minutes=5))
        assert left.exists()
        assert whole.exists()
        segments.compact(home, ledger, NOON + timedelta(hours=2))
    assert len(list(home.segments.iterdir())) == 1
    assert store.stored_call("A001") == make().call


def test_a_damaged_file_is_named(store: Store, save: Save, make: Make, home: Home) -> None:
    """A reader says that data is damaged and what to do; it doesn't crash with the engine's words."""
    save(make())
    for file in home.segments.glob("*/calls.parquet"):
        file.write_bytes(b"PAR1 junk PAR1")
    with pytest.raises(HomeError, match="备份"):
        store.overview()
    for file in home.segments.glob("*/calls.parquet"):
        file.unlink()
    with pytest.raises(HomeError, match="备份"):
        store.call("A001")


WRITER = """
import dataclasses, sys
from datetime import datetime, timezone
sys.path.insert(0, sys.argv[1])
from conftest import make_result
from auditor.store import catalog, segments
from auditor.store.home import Home
from auditor.store.ledger import Ledger
home = Home.open(sys.argv[2])
at = datetime(2026, 11, 2, tzinfo=timezone.utc)
with Ledger(home) as ledger:
    for n in range(8):
        results = [make_result(f"{sys.argv[3]}-{n}-{i}", text=f"{n}{i}") for i in range(3)]
        segment, entries = segments.write(home, ledger, results, at)
        with ledger.writing() as db:
            catalog.add(db, segment, entries, at)
        segments.compact(home, ledger, at, merge_from=4)
"""


def test_two_processes_write_and_merge_while_one_reads(
    store: Store, home: Home, request: pytest.FixtureRequest
) -> None:
    """Reads only ever grow, are never torn, and in the end hold exactly what both wrote."""
    folder = str(request.path.parent)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, folder, str(home.path), name], stderr=subprocess.PIPE)
        for name in ("x", "y")
    ]
    counts = [0]
    while any(writer.poll() is None for writer in writers):
        overview = store.overview()
        counts.append(overview.calls)
        assert overview.calls % 3 == 0
        assert sum(overview.bands.values()) == overview.calls
    for writer in writers:
        assert writer.communicate()[1] == b""
        assert writer.returncode == 0
    assert counts == sorted(counts)
    assert store.count() == 48
    assert {row.call_id for row in store.calls(limit=100)} == {
        f"{name}-{n}-{i}" for name in "xy" for n in range(8) for i in range(3)
    }
    assert store.call("y-7-2").call.call_id == "y-7-2"
