"""Full text: a call is found by what was said in it, by short words too, in either script, and only within what one may see."""

from __future__ import annotations

from collections.abc import Callable

from auditor.store.answers import Filters, Scope
from auditor.store.queries import Store
from auditor.store.search import count, search
from auditor.store.segments import CallResult

Make = Callable[..., CallResult]
Save = Callable[..., None]


def test_a_call_is_found_by_its_words(store: Store, save: Save, make: Make) -> None:
    """Two characters are enough; either script finds the other; several words must all be in the call, not in one line."""
    save(make("A1", text="我们会起诉你"), make("B1", text="您的還款日到了 Visa", team="二组"))
    assert [(h.call_id, h.utterance, h.text) for h in search(store, ["起诉"])] == [("A1", 0, "我们会起诉你")]
    assert [h.call_id for h in search(store, ["还款"])] == [h.call_id for h in search(store, ["還款"])] == ["B1"]
    assert [h.call_id for h in search(store, ["VISA"])] == ["B1"]
    assert [(h.call_id, h.utterance) for h in search(store, ["起诉", "什么"])] == [("A1", 0), ("A1", 1)]
    assert [h.doubtful for h in search(store, ["起诉", "什么"])] == [False, True]
    assert search(store, ["起诉", "还款"]) == search(store, ["%"]) == search(store, [" "]) == search(store, []) == []
    assert (count(store, ["什么"]), count(store, ["起诉"]), count(store, [])) == (2, 1, 0)


def test_words_of_new_calls_are_found_and_replaced_ones_are_not(store: Store, save: Save, make: Make) -> None:
    """Searching again sees what came meanwhile, and a call that was heard anew only as it now stands."""
    save(make("A1", text="第一次听到的"))
    assert count(store, ["第一次"]) == 1
    save(make("A1", text="第二次听到的", pack="p@2+b"), make("C1", text="第二次也听到了"))
    assert (count(store, ["第一次"]), count(store, ["第二次"])) == (0, 2)
    assert search(store, ["第一次"]) == []


def test_search_stays_in_scope_and_pages(store: Store, save: Save, make: Make) -> None:
    """What one may not see is not found; filters narrow; pages follow one another."""
    save(make("A1", text="起诉"), make("A2", text="起诉"), make("B1", text="起诉", team="二组"))
    assert [h.call_id for h in search(store.within(Scope(teams=("二组",))), ["起诉"])] == ["B1"]
    assert count(store.within(Scope(teams=())), ["起诉"]) == 0
    assert [h.call_id for h in search(store, ["起诉"], Filters(teams=("一组",)))] == ["A1", "A2"]
    assert [h.call_id for n in range(4) for h in search(store, ["起诉"], limit=1, offset=n)] == ["A1", "A2", "B1"]
