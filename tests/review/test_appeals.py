"""Appeals: who may take which step, that what ended stays ended, and what an accepted appeal leaves of the score."""

from __future__ import annotations

import shutil
import tempfile
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from auditor.errors import AuditorError, ConflictError, NotAllowedError, NotFoundError, UsageError
from auditor.models import Finding
from auditor.review import appeals
from auditor.review.appeals import AFTER, ESCALATE_WITHIN, Move, act, lodge, moves, remedies, ruled_by, would_be
from auditor.review.decisions import add_finding, rule_on, undo
from auditor.review.effective import effective
from auditor.rules.pack import Pack
from auditor.store import appeals as kept
from auditor.store import decisions
from auditor.store.answers import Scope, StoredCall
from auditor.store.appeals import Appeal, Change
from auditor.store.home import Home
from auditor.store.ledger import Ledger, verify_chain
from auditor.store.people import Person
from auditor.store.queries import Store
from tests.review.homes import NOON

AGENT_ID = "T301"
AGENT = Person("agent", "坐席", ("agent",), agent_id=AGENT_ID)
OTHER = Person("other", "别的坐席", ("agent",), agent_id="A9999")
QA = Person("qa", "质检", ("qa",))
RULED = Person("ruled", "判定人", ("qa", "compliance"))
ARBITER = Person("arbiter", "仲裁", ("compliance",))
BOTH = Person("both", "复核兼仲裁", ("compliance",))
DOUBLE = Person("double", "坐席兼质检", ("agent", "compliance"), agent_id=AGENT_ID)
COACH = Person("coach", "教练", ("coach",))
EVERYBODY = (AGENT, OTHER, QA, RULED, ARBITER, BOTH, DOUBLE, COACH)
DAY = timedelta(days=1)


def wrong(stored: StoredCall) -> Finding:
    return next(f for f in stored.shown.findings if f.category == "private_account")


def steps_of(home: Home, number: int) -> Appeal:
    with Ledger(home) as ledger, ledger.reading() as db:
        return kept.read(db, number)


def opened(store: Store, pack: Pack, item: str | None = None, at: datetime = NOON) -> tuple[StoredCall, Appeal]:
    stored = store.call("S13")
    item = wrong(stored).finding_id if item is None else item
    return stored, lodge(store, AGENT, stored, item, "这是对公账户", at=at, scoring=pack.scoring)


def score(store: Store, pack: Pack, call_id: str = "S13") -> Decimal | None:
    with Ledger(store.home) as ledger, ledger.reading() as db:
        made = decisions.standing(db, call_id).values()
    return effective(store.call(call_id).shown, made, pack.scoring).scorecard.score


def overturned(stored: StoredCall) -> Change:
    return Change("finding", wrong(stored).finding_id, "overturned")


def test_an_accepted_appeal_overturns_the_finding_and_gives_its_points_back(store: Store, pack: Pack) -> None:
    stored, appeal = opened(store, pack)
    assert score(store, pack) == 0
    after = act(
        store, QA, stored, appeal.appeal, "accept", "是我行对公账户", seen=1, at=NOON, scoring=pack.scoring,
        changes=[overturned(stored)],
    )  # fmt: skip
    assert (after.state, after.last.changes) == ("accepted", (overturned(stored),))
    assert score(store, pack) == 100
    with Ledger(store.home) as ledger, ledger.reading() as db:
        (made,) = decisions.history(db, "S13")
        assert verify_chain(db) is None
    assert (made.verdict, made.decided_by, made.body["appeal"]) == ("overturned", "qa", appeal.appeal)
    assert made.body["finding"]["quote"] == wrong(stored).quote


def test_what_an_acceptance_would_leave_is_what_it_leaves(store: Store, pack: Pack) -> None:
    stored, appeal = opened(store, pack, "")
    possible = remedies(stored.shown, "call", "")
    chosen = [c for c in possible if c.verdict in ("overturned", "done")]
    supposed = would_be(stored.shown, [], chosen, pack.scoring).scorecard
    act(
        store, QA, stored, appeal.appeal, "accept", "整通重判", seen=1, at=NOON, scoring=pack.scoring, changes=chosen
    )  # fmt: skip
    assert supposed.score == score(store, pack) == 100


def test_a_finding_that_a_person_added_is_taken_back(store: Store, pack: Pack) -> None:
    stored = store.call("S02")
    line = next(i for i, u in enumerate(stored.call.utterances) if u.speaker == "agent" and len(u.text) > 8)
    made = add_finding(
        store, RULED, stored, category="insult", severity="major", utterance=line, span=(2, 7), why="辱骂",
        at=NOON, scoring=pack.scoring,
    )  # fmt: skip
    me = Person("agent", "坐席", ("agent",), agent_id=stored.call.metadata.agent_id)
    appeal = lodge(store, me, stored, made.item, "没有骂人", at=NOON, scoring=pack.scoring)
    change = Change("added", made.item, "open")
    with Ledger(store.home) as ledger, ledger.reading() as db:
        standing = decisions.standing(db, "S02").values()
    assert remedies(effective(stored.shown, standing, pack.scoring), appeal.kind, appeal.item) == (change,)
    supposed = would_be(stored.shown, standing, [change], pack.scoring)
    act(store, QA, stored, appeal.appeal, "accept", "确实没有", seen=1, at=NOON, scoring=pack.scoring, changes=[change])
    assert score(store, pack, "S02") == supposed.scorecard.score == stored.shown.scorecard.score


def test_a_missed_step_is_found_done(store: Store, pack: Pack) -> None:
    stored = store.call("S06")
    missed = next(s.id for s in stored.shown.steps if s.verdict == "missed")
    me = Person("agent", "坐席", ("agent",), agent_id=stored.call.metadata.agent_id)
    appeal = lodge(store, me, stored, missed, "开头说过", at=NOON, scoring=pack.scoring)
    before = score(store, pack, "S06")
    done = Change("step", missed, "done")
    with pytest.raises(UsageError):
        act(
            store, QA, stored, appeal.appeal, "accept", "都改", seen=1, at=NOON, scoring=pack.scoring,
            changes=[done, Change("step", missed, "na")],
        )  # fmt: skip
    act(store, QA, stored, appeal.appeal, "accept", "确实说了", seen=1, at=NOON, scoring=pack.scoring, changes=[done])
    after = score(store, pack, "S06")
    assert before is not None
    assert after is not None
    assert after > before


def test_the_second_of_two_reviewers_sees_that_a_colleague_was_first(store: Store, pack: Pack) -> None:
    stored, appeal = opened(store, pack)
    act(store, QA, stored, appeal.appeal, "reject", "账户不在名单上", seen=1, at=NOON, scoring=pack.scoring)
    with pytest.raises(ConflictError):
        act(
            store, BOTH, stored, appeal.appeal, "accept", "成立", seen=1, at=NOON, scoring=pack.scoring,
            changes=[overturned(stored)],
        )  # fmt: skip
    assert steps_of(store.home, appeal.appeal).state == "rejected"
    assert score(store, pack) == 0


def test_a_rejected_appeal_goes_to_the_arbiter_once_and_in_time(store: Store, pack: Pack) -> None:
    stored, appeal = opened(store, pack)
    number = appeal.appeal

    def step(who: Person, move: Move, seen: int, at: datetime = NOON) -> Appeal:
        return act(store, who, stored, number, move, "理由", seen=seen, at=at, scoring=pack.scoring)

    step(QA, "reject", 1)
    with pytest.raises(NotAllowedError, match="7 天"):
        step(AGENT, "escalate", 2, NOON + ESCALATE_WITHIN + timedelta(seconds=1))
    step(AGENT, "escalate", 2, NOON + ESCALATE_WITHIN)
    with pytest.raises(NotAllowedError):
        step(QA, "accept", 3)
    assert step(ARBITER, "reject", 3).state == "final_rejected"
    for who in EVERYBODY:
        assert moves(steps_of(store.home, number), who, (), NOON) == ()
    with pytest.raises(ConflictError):
        lodge(store, AGENT, stored, wrong(stored).finding_id, "再来一次", at=NOON, scoring=pack.scoring)


def test_what_an_appeal_settled_nobody_rules_on_again(store: Store, pack: Pack) -> None:
    stored, appeal = opened(store, pack)
    found = appeal.item
    act(
        store, QA, stored, appeal.appeal, "accept", "对公账户", seen=1, at=NOON, scoring=pack.scoring,
        changes=[overturned(stored)],
    )  # fmt: skip
    with pytest.raises(NotAllowedError, match="最终结果"):
        rule_on(store, RULED, stored, found, "upheld", seen=1, at=NOON, scoring=pack.scoring)
    with pytest.raises(NotAllowedError, match="最终结果"):
        undo(store, QA, stored, "finding", found, seen=1, at=NOON, scoring=pack.scoring)
    assert score(store, pack) == 100


def test_whoever_decided_on_it_answers_no_appeal_about_it(store: Store, pack: Pack) -> None:
    stored = store.call("S13")
    found = wrong(stored).finding_id
    rule_on(store, RULED, stored, found, "upheld", seen=0, at=NOON, scoring=pack.scoring)
    _, appeal = opened(store, pack)
    with Ledger(store.home) as ledger, ledger.reading() as db:
        ruled = ruled_by(db, "S13", appeal.kind, appeal.item)
    assert moves(appeal, RULED, ruled, NOON) == ()
    assert moves(appeal, QA, ruled, NOON) == ("accept", "reject")
    assert moves(appeal, AGENT, ruled, NOON) == ("withdraw",)
    with pytest.raises(NotAllowedError, match="另一个人"):
        act(store, RULED, stored, appeal.appeal, "reject", "维持", seen=1, at=NOON, scoring=pack.scoring)


def test_a_withdrawn_appeal_may_be_lodged_again_and_an_open_one_not(store: Store, pack: Pack) -> None:
    stored, appeal = opened(store, pack)
    with pytest.raises(ConflictError):
        opened(store, pack)
    act(store, AGENT, stored, appeal.appeal, "withdraw", "", seen=1, at=NOON, scoring=pack.scoring)
    _, again = opened(store, pack)
    assert (again.appeal, again.state) == (appeal.appeal + 1, "open")


@pytest.mark.parametrize("who", [OTHER, QA, COACH, Person("nobody", "", ("agent",))])
def test_only_the_agent_of_the_call_appeals(store: Store, pack: Pack, who: Person) -> None:
    stored = store.call("S13")
    with pytest.raises(NotAllowedError):
        lodge(store, who, stored, "", "不服", at=NOON, scoring=pack.scoring)


@pytest.mark.parametrize(("item", "text"), [("", "  "), ("", "长" * 1001), ("no-such-item", "理由")])
def test_an_appeal_needs_a_reason_and_something_to_appeal_against(
    store: Store, pack: Pack, item: str, text: str
) -> None:
    with pytest.raises(UsageError):
        lodge(store, AGENT, store.call("S13"), item, text, at=NOON, scoring=pack.scoring)


def test_who_may_not_see_the_call_answers_no_appeal_about_it(store: Store, pack: Pack) -> None:
    stored, appeal = opened(store, pack)
    elsewhere = store.within(Scope(teams=("别的组",)))
    with pytest.raises(NotFoundError):
        act(elsewhere, QA, stored, appeal.appeal, "reject", "不看", seen=1, at=NOON, scoring=pack.scoring)
    assert kept.listed(elsewhere) == []
    assert [row.appeal for row in kept.listed(store)] == [appeal.appeal]


class Procedure(RuleBasedStateMachine):
    """Anybody tries anything at any time; what is written down must be a lawful procedure."""

    template: Path
    pack: Pack

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.home = Home.open(shutil.copytree(self.template, self.folder / "home"))
        self.store = Store(self.home)
        self.stored = self.store.call("S13")
        self.now = NOON

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    @initialize()
    def ruled_and_appealed(self) -> None:
        found = wrong(self.stored).finding_id
        rule_on(self.store, RULED, self.stored, found, "upheld", seen=0, at=NOON, scoring=self.pack.scoring)
        _, appeal = opened(self.store, self.pack)
        self.number, self.path, self.ended = appeal.appeal, [appeal], False

    @rule(days=st.integers(0, 5))
    def time_passes(self, days: int) -> None:
        self.now += days * DAY

    @rule(who=st.sampled_from(EVERYBODY), move=st.sampled_from(appeals.MOVES), stale=st.integers(0, 1))
    def somebody_tries(self, who: Person, move: Move, stale: int) -> None:
        before = self.path[-1]
        changes = [overturned(self.stored)] if move == "accept" else []
        try:
            after = act(
                self.store, who, self.stored, self.number, move, "理由", seen=before.version - stale, at=self.now,
                scoring=self.pack.scoring, changes=changes,
            )  # fmt: skip
        except AuditorError:
            assert steps_of(self.home, self.number) == before
            return
        assert not stale
        assert not self.ended
        assert after.state == AFTER[before.state, move]
        self.path.append(after)
        self.ended = appeals.ended(after, self.now)

    @rule(chance=st.randoms(use_true_random=False))
    def somebody_takes_a_step_that_is_theirs(self, chance: Random) -> None:
        ruled = {"ruled"}
        lawful = [(w, m) for w in EVERYBODY for m in moves(self.path[-1], w, ruled, self.now) if m != "withdraw"]
        if lawful:
            before = len(self.path)
            self.somebody_tries(*chance.choice(lawful), stale=0)
            assert len(self.path) == before + 1

    @invariant()
    def what_is_written_is_lawful(self) -> None:
        if not hasattr(self, "number"):
            return
        appeal = steps_of(self.home, self.number)
        assert [s.version for s in appeal.steps] == list(range(1, len(self.path) + 1))
        assert sum(s.state.startswith("final") for s in appeal.steps) <= 1
        answers = [s.taken_by for s in appeal.steps if s.state.endswith(("accepted", "rejected"))]
        assert len(set(answers)) == len(answers) <= 2
        assert not {"agent", "double", "ruled", "other", "coach"} & set(answers)
        with Ledger(self.home) as ledger, ledger.reading() as db:
            made = [d.verdict for d in decisions.history(db, "S13")]
            assert verify_chain(db) is None
        accepted = appeal.state in ("accepted", "final_accepted")
        assert made == ["upheld", *(["overturned"] if accepted else [])]


def test_whatever_people_try_the_procedure_holds(judged_home: Path, pack: Pack) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    bound = type("BoundProcedure", (Procedure,), {"template": judged_home, "pack": pack})
    run_state_machine_as_test(bound, settings=settings(max_examples=20, stateful_step_count=12, deadline=None))
