"""Reviewing on the call page: every act is kept at once, shows what it did to the score, and never falls on anything else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from auditor.models import Acoustics, Call, ChannelAcoustics, Deduction, Metadata, Scorecard, Span, Utterance, Word
from auditor.review import decisions as review
from auditor.store import catalog, decisions, segments
from auditor.store.home import Home
from auditor.store.keys import Keys
from auditor.store.ledger import Ledger, verify_chain
from auditor.store.people import Person, keep
from auditor.store.queries import Store
from dashboards.components.player import unsure
from dashboards.components.wave import BINS, SILENCE, silences, wave
from dashboards.reviewed import changes
from tests.dashboards.conftest import Opened, act, component, markup
from tests.packs import shipped
from tests.review.homes import judged
from tests.web.homes import HOSTILE

PAGE = "views/call.py"
NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
COLLEAGUE = Person("wang", "王复核", ("qa",))


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = judged(tmp_path_factory.mktemp("judged") / "home", shipped(), "S02", "S06", "S13")
    with Ledger(home) as ledger, ledger.writing() as db:
        for who in (COLLEAGUE, Person("coach", "教练", ("coach",))):
            keep(db, who, "test", NOW)
    return home.path


@pytest.fixture
def desk(once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(once, tmp_path / "home")


@pytest.fixture
def page(opened: Opened, desk: Path) -> Callable[[str], AppTest]:
    """Open a call on this test's own home."""
    return lambda call_id: opened(PAGE, of=desk, id=call_id)


def first(app: AppTest, key: str = "findings") -> dict[str, Any]:
    card: dict[str, Any] = component(app, key)["cards"][0]
    return card


def by_colleague(desk: Path, call_id: str, finding: str, verdict: Any, **more: Any) -> None:
    """What a colleague decides meanwhile."""
    with Store(Home.open(desk)) as store:
        stored = store.call(call_id)
        review.rule_on(
            store, COLLEAGUE, stored, finding, verdict, at=NOW, scoring=shipped().scoring, **{"seen": 0, **more}
        )  # fmt: skip


def made(desk: Path, call_id: str) -> list[tuple[str, str, str]]:
    with Ledger(Home.open(desk)) as ledger, ledger.reading() as db:
        return [(d.kind, d.verdict, d.decided_by) for d in decisions.history(db, call_id)]


def test_upholding_is_saved_at_once_and_says_so(page: Callable[[str], AppTest], desk: Path) -> None:
    app = page("S13")
    own = first(app)["item"]
    app = act(app, "findings", "rule", item=own["item"], seen=own["seen"], verdict="upheld")
    assert made(desk, "S13") == [("finding", "upheld", "local")]
    card = first(app)
    assert card["badge"] == "致命 · 维持"
    assert dict(card["notes"])["机器"] == "致命 · 已确认"
    assert card["item"]["told"].startswith("本机 · 维持「")
    told = component(app, "signoff")["told"]
    assert (told["saved"], "已保存" in told["text"], told["undo"]) == (True, True, ["finding", own["item"], 1])


def test_overturning_gives_the_points_back_beside_the_machines_score(page: Callable[[str], AppTest]) -> None:
    app = page("S13")
    assert component(app, "headline")["score"] == "0"
    own = first(app)["item"]
    app = act(app, "findings", "rule", item=own["item"], seen=0, verdict="overturned", reason="识别错误，没有这么说")
    head, card = component(app, "headline"), first(app)
    assert Decimal(head["score"]) > 0
    assert head["machine"] == "机器 0 · 不合格；人工推翻 1 处后如左"
    assert (card["gone"], card["badge"], "识别错误" in card["item"]["told"]) == (True, "推翻", True)
    lost = component(app, "deductions")["cards"]
    assert [c["badge"] for c in lost if c["open"]] == ["复核后不扣"]
    (mark,) = [m for line in component(app, "player")["lines"] for m in line["marks"] if m["gone"]]
    assert mark["label"].endswith("推翻")


def test_overturning_without_a_reason_is_refused_and_changes_nothing(
    page: Callable[[str], AppTest], desk: Path
) -> None:
    app = page("S13")
    app = act(app, "findings", "rule", item=first(app)["item"]["item"], seen=0, verdict="overturned", reason=" ")
    assert made(desk, "S13") == []
    assert component(app, "signoff")["told"] == {"saved": False, "text": "推翻一项发现要写明理由。", "undo": None}
    assert component(app, "findings")["echoes"][-1]["saved"] is False


def test_another_category_and_severity_count_and_the_machines_stay_visible(page: Callable[[str], AppTest]) -> None:
    app = page("S13")
    own = first(app)["item"]
    app = act(
        app, "findings", "rule", item=own["item"], seen=0, verdict="upheld", category="service_attitude", severity="minor"
    )  # fmt: skip
    card = first(app)
    assert (card["title"], card["badge"], card["tone"]) == ("服务态度", "一般 · 维持", "minor")
    assert "改为「服务态度」 · 改为一般" in card["item"]["told"]
    assert Decimal(component(app, "headline")["score"]) > 0


def test_undo_goes_back_to_what_stood_before_and_the_history_tells_all_of_it(page: Callable[[str], AppTest]) -> None:
    app = page("S13")
    item = first(app)["item"]["item"]
    app = act(app, "findings", "rule", item=item, seen=0, verdict="upheld")
    app = act(app, "findings", "rule", item=item, seen=1, verdict="overturned", reason="听错了")
    app = act(app, "findings", "undo", kind="finding", item=item, seen=2)
    own = first(app)["item"]
    assert (own["verdict"], own["seen"], len(own["history"])) == ("upheld", 3, 3)
    assert "听错了" in own["history"][1]


def test_a_colleagues_newer_decision_is_shown_and_not_overwritten(page: Callable[[str], AppTest], desk: Path) -> None:
    app = page("S13")
    own = first(app)["item"]
    by_colleague(desk, "S13", own["item"], "overturned", reason="对方说的")
    app = act(app, "findings", "rule", item=own["item"], seen=own["seen"], verdict="upheld")
    told = component(app, "signoff")["told"]
    assert told["saved"] is False
    assert "没有保存" in told["text"]
    assert "王复核 · 推翻" in told["text"]
    assert "对方说的" in told["text"]
    assert made(desk, "S13") == [("finding", "overturned", "wang")]
    again = first(app)["item"]
    assert (again["seen"], again["verdict"]) == (1, "overturned")
    act(app, "findings", "rule", item=again["item"], seen=again["seen"], verdict="upheld")
    assert made(desk, "S13") == [("finding", "overturned", "wang"), ("finding", "upheld", "local")]


def test_an_act_falls_on_the_call_it_was_done_on_whatever_the_address_says(
    page: Callable[[str], AppTest], desk: Path
) -> None:
    app = page("S13")
    item = first(app)["item"]["item"]
    app.query_params["id"] = "S06"
    act(app, "findings", "rule", item=item, seen=0, verdict="upheld")
    assert made(desk, "S06") == []
    assert made(desk, "S13") == [("finding", "upheld", "local")]


def test_the_same_act_sent_twice_is_done_once(page: Callable[[str], AppTest], desk: Path) -> None:
    app = page("S13")
    item = first(app)["item"]["item"]
    for _ in range(2):
        app = act(app, "findings", "rule", item=item, seen=0, verdict="upheld", nonce="same")
    assert made(desk, "S13") == [("finding", "upheld", "local")]
    assert component(app, "signoff")["told"]["saved"] is True


NONSENSE: tuple[dict[str, Any], ...] = (
    {"do": "rule", "item": "", "seen": "0", "verdict": "upheld"}, {"do": "rule", "item": "x", "seen": 0, "verdict": "signed"},
    {"do": "add", "span": [3], "utterance": 0}, {"do": "step", "item": "closing", "seen": 0, "verdict": "perhaps"},
    {"do": "line", "index": 10_000, "seen": 0, "text": "x"}, {"do": "undo", "kind": "nothing", "item": "", "seen": 0}, {"do": "erase"},
)  # fmt: skip


def test_nonsense_from_a_browser_changes_nothing(page: Callable[[str], AppTest], desk: Path) -> None:
    app = page("S13")
    for sent in NONSENSE:
        app = act(app, "findings", **sent)
        assert component(app, "signoff")["told"]["saved"] is False
    assert made(desk, "S13") == []


def test_a_missed_violation_is_added_where_it_was_selected(page: Callable[[str], AppTest], desk: Path) -> None:
    app = page("S02")
    text = component(app, "player")["lines"][4]["text"]
    app = act(
        app, "player", "add", utterance=4, span=[0, 2], category="insult", severity="critical", why="辱骂客户"
    )  # fmt: skip
    card = first(app)
    assert (card["badge"], card["title"], card["quote"]) == ("致命 · 人工补充", "辱骂", [[text[:2], False]])
    assert component(app, "headline")["score"] == "0"
    (mark,) = [m for m in component(app, "player")["lines"][4]["marks"] if m["tone"] == "critical"]
    assert mark["span"] == [0, 2]
    again = act(app, "player", "add", utterance=4, span=[0, 2], category="insult", severity="minor", why="又一次")
    assert "没有再存一份" in component(again, "signoff")["told"]["text"]
    app = act(app, "findings", "undo", kind="added", item=card["item"]["item"], seen=1)
    assert component(app, "findings")["cards"] == []
    app = act(app, "player", "add", utterance=4, span=[0, 2], category="insult", severity="minor", why="还是算")
    assert first(app)["badge"] == "一般 · 人工补充"


def test_a_steps_verdict_is_corrected_with_a_reason(page: Callable[[str], AppTest]) -> None:
    app = page("S06")
    before = Decimal(component(app, "headline")["score"])
    step = next(c for c in component(app, "steps")["cards"] if c["badge"] == "遗漏")
    own = step["item"]
    app = act(app, "steps", "step", item=own["item"], seen=own["seen"], verdict="done", reason="录音里做到了")
    now = next(c for c in component(app, "steps")["cards"] if c["item"]["item"] == own["item"])
    assert (now["badge"], dict(now["notes"])["机器"]) == ("完成", "遗漏")
    assert Decimal(component(app, "headline")["score"]) > before
    assert "改判 1 步" in component(app, "headline")["machine"]


def test_a_corrected_line_keeps_what_was_heard_and_the_call_is_judged_again(page: Callable[[str], AppTest]) -> None:
    app = page("S13")
    place = first(app)["line"]
    heard = component(app, "player")["lines"][place]["text"]
    app = act(app, "player", "line", index=place, seen=0, text="好的，谢谢您。")
    line = component(app, "player")["lines"][place]
    assert (line["text"], line["corrected"]["heard"], line["seen"]) == ("好的，谢谢您。", heard, 1)
    assert "本机" in line["corrected"]["label"]
    assert all(card["line"] != place for card in component(app, "findings")["cards"])
    app = act(app, "player", "revert", index=place, seen=1)
    line = component(app, "player")["lines"][place]
    assert (line["text"], line["corrected"]) == (heard, None)
    assert first(app)["line"] == place


def doubted(home: Home, call_id: str, index: int) -> None:
    """Store the call again as if the recogniser had written this line over a silence."""
    with Store(home) as store:
        stored = store.call(call_id)
    lines = list(stored.call.utterances)
    lines[index] = replace(lines[index], quarantined=("silence_under_text",))
    keys = Keys("1" * 64, "2" * 64, "3" * 64)
    result = segments.CallResult(replace(stored.call, utterances=tuple(lines)), stored.audit, keys, stored.tokens)
    with Ledger(home) as ledger:
        written = segments.write(home, ledger, [result], NOW)
        with ledger.writing() as db:
            catalog.add(db, *written, NOW)


def test_a_line_in_quarantine_is_restored_and_can_be_put_back(page: Callable[[str], AppTest], desk: Path) -> None:
    doubted(Home.open(desk), "S02", 4)
    app = page("S02")
    assert component(app, "player")["lines"][4]["quarantined"] == "疑似未说过，不计分：这里没有人声"
    app = act(app, "player", "restore", index=4, seen=0)
    assert component(app, "signoff")["told"]["text"].endswith("恢复第 5 句，已重新质检")
    line = component(app, "player")["lines"][4]
    assert (line["quarantined"], line["corrected"]["heard"]) == ("", "疑似未说过，不计分：这里没有人声")
    assert "恢复" in line["corrected"]["label"]
    app = act(app, "player", "revert", index=4, seen=1)
    assert component(app, "player")["lines"][4]["quarantined"]


def test_the_address_names_the_line_to_begin_at(opened: Opened) -> None:
    assert component(opened(PAGE, id="fatal-1", line="3"), "player")["start"] == 3
    for nonsense in ("-1", "٣", "x", "9" * 40):
        assert component(opened(PAGE, id="fatal-1", line=nonsense), "player")["start"] is None


def test_signing_off_and_what_comes_after_it(page: Callable[[str], AppTest], desk: Path) -> None:
    app = page("S13")
    state = component(app, "signoff")
    assert (state["badge"], state["left"], state["may"]) == ("待复核", len(component(app, "findings")["cards"]), "sign")
    own = first(app)["item"]
    app = act(app, "findings", "rule", item=own["item"], seen=0, verdict="upheld")
    app = act(app, "signoff", "sign", seen=0)
    state = component(app, "signoff")
    assert (state["badge"], state["may"]) == ("已签核", "reopen")
    assert state["says"].startswith("本机 于 ")
    app = act(app, "findings", "rule", item=own["item"], seen=1, verdict="overturned", reason="改主意")
    assert component(app, "signoff")["badge"] == "需重新签核"
    app = act(app, "signoff", "sign", seen=1)
    app = act(app, "signoff", "reopen", seen=2)
    assert component(app, "signoff")["may"] == "sign"
    assert [row[1] for row in made(desk, "S13")] == ["upheld", "signed", "overturned", "signed", "open"]


def test_without_the_pack_the_call_is_read_but_not_reviewed(opened: Opened) -> None:
    app = opened(PAGE, id="fatal-1")
    state = component(app, "signoff")
    assert (state["may"], "规则包" in state["says"]) == ("", True)
    assert component(app, "findings")["review"] is None


def as_person(app_of: Opened, desk: Path, name: str, call_id: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The page as somebody else who is logged in sees it."""
    with Ledger(Home.open(desk)) as ledger, ledger.reading() as db:
        from auditor.store.people import person

        who = person(db, name)
    monkeypatch.setattr("dashboards.who.LOCAL", who)
    return app_of(PAGE, of=desk, id=call_id)


def test_who_may_not_review_or_unmask_gets_neither(opened: Opened, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = as_person(opened, desk, "coach", "S13", monkeypatch)
    assert component(app, "player")["review"] is None
    assert component(app, "signoff")["may"] == ""
    assert list(app.toggle) == []
    own = first(app)["item"]
    app = act(app, "findings", "rule", item=own["item"], seen=0, verdict="upheld")
    assert component(app, "signoff")["told"]["text"] == "你的角色不能做这个操作。需要时请联系管理员。"
    assert made(desk, "S13") == []


def test_unmasking_is_written_down_once_a_session_and_call(page: Callable[[str], AppTest], desk: Path) -> None:
    def unmasked() -> list[dict[str, Any]]:
        with Ledger(Home.open(desk)) as ledger, ledger.reading() as db:
            assert verify_chain(db) is None
            rows = db.execute("SELECT body FROM events WHERE kind = 'unmasked' ORDER BY seq").fetchall()
        return [json.loads(body) for (body,) in rows]

    app = page("S13")
    assert unmasked() == []
    for wanted in (True, False, True):
        app.toggle[0].set_value(wanted).run()
    assert unmasked() == [{"call_id": "S13", "by": "local"}]
    app.query_params["id"] = "S06"
    app.run()
    assert app.toggle[0].value is False
    app.toggle[0].set_value(True).run()
    assert [event["call_id"] for event in unmasked()] == ["S13", "S06"]


def test_what_reviewers_write_stays_text(page: Callable[[str], AppTest]) -> None:
    app = page("S13")
    own = first(app)["item"]
    app = act(app, "findings", "rule", item=own["item"], seen=0, verdict="overturned", reason=HOSTILE)
    assert HOSTILE.strip() in first(app)["item"]["told"]
    assert "evil.example" not in markup(app)


def test_words_that_the_recogniser_doubted_are_marked_where_they_stand() -> None:
    words = tuple(Word(text, 0, 1, sure) for text, sure in (("你", 0.9), ("欠", 0.3), ("了", None), ("欠", 0.59)))
    said = Utterance("agent", 0, 1, "你欠了，欠", words)
    assert [mark["span"] for mark in unsure(said, 0.6)] == [(1, 2), (4, 5)]
    assert unsure(said, 0.0) == []


spans = st.tuples(st.integers(0, 200), st.integers(0, 20)).map(lambda s: (float(s[0]), float(s[0] + s[1])))


@given(st.lists(spans))
def test_a_silence_is_long_enough_and_nobody_speaks_in_it(speech: list[Span]) -> None:
    found = silences(speech)
    for start, end in found:
        assert end - start >= SILENCE
        assert all(until <= start or begins >= end for begins, until in speech)
        assert any(until <= start for _, until in speech)
        assert any(begins >= end for begins, _ in speech)


@pytest.mark.parametrize("tenths", [0, 1, 500, BINS, BINS + 1, 72_000])
def test_a_timeline_of_any_length_fits_a_screen_and_keeps_its_peaks(tenths: int) -> None:
    loud = [-90.0] * tenths
    if tenths:
        loud[-1] = -12.0
    channels = tuple(ChannelAcoustics(n, ((0.0, 1.0), (9.0, 12.0)), tuple(loud), 0.0, 0.0) for n in (0, 1))
    call = Call("x", Metadata(), (), acoustics=Acoustics(tenths / 10, 8000, channels))
    drawn = wave(call)
    assert all(len(lane.levels) <= BINS for lane in drawn.lanes)
    assert all(max(lane.levels, default=48) == 48 for lane in drawn.lanes)
    assert drawn.bin * max(len(drawn.lanes[0].levels), 1) * 10 >= tenths
    assert drawn.silences == ((1.0, 9.0),)


points = st.decimals(0, 60, places=2)
cards = st.lists(
    st.tuples(st.sampled_from(("step", "finding", "cap")), st.sampled_from("abc"), points), max_size=6
).map(
    lambda lost: tuple(Deduction(source, of, worth, "") for source, of, worth in lost)  # type: ignore[arg-type]
)


@given(cards, cards)
def test_what_changed_adds_up_to_the_difference(before: Any, after: Any) -> None:
    from tests.web.homes import _audit

    plain = _audit("x", Decimal(100), "pass", None)
    machine, counts = (replace(plain, scorecard=Scorecard(Decimal(0), "fail", False, lost)) for lost in (before, after))
    total = sum((change.points for change in changes(machine, counts)), Decimal(0))
    assert total == sum(d.points for d in before) - sum(d.points for d in after)
