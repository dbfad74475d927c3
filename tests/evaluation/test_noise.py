"""Examples misheard by machine: always the same noise from the same seed, and what survives it counted."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from auditor.evaluation.noise import NOISES, dropped, fillers, homophones, run_noise, run_noise_on_steps
from auditor.rules.pack import load_pack
from auditor.text.normalise import normalise
from auditor.text.pinyin import sound

PACK = load_pack(Path(__file__).parent.parent / "golden" / "pack")
LINE = "再不还我就把你通讯录挨个打一遍，12点前" * 10


@pytest.mark.parametrize("noise", NOISES)
def test_noise_comes_from_its_seed(noise: str) -> None:
    """The same seed makes the same noise, and there is some."""
    once, again = (NOISES[noise](LINE, Random(7)) for _ in range(2))
    assert once == again != LINE


def test_homophones_keep_the_sound() -> None:
    """Characters change, their sounds and places don't; about as many as asked for."""
    noisy = homophones(LINE, Random(1), 0.3)
    assert sound(noisy) == sound(LINE)
    assert 0.15 < sum(a != b for a, b in zip(noisy, LINE, strict=True)) / len(LINE) < 0.4


def test_a_line_in_traditional_script_is_misheard_too() -> None:
    """Traditional characters are replaced like simplified ones."""
    assert homophones("錢轉給我", Random(1), 1.0)[0] != "錢"


def test_dropping_leaves_something_and_fillers_change_no_words() -> None:
    """A line never becomes empty; fillers vanish in comparable text."""
    assert dropped("钱", Random(1), 1.0) == "钱"
    assert 0 < len(dropped(LINE, Random(1))) < len(LINE)
    assert normalise(fillers(LINE, Random(1))).text == normalise(LINE).text


def test_survival_of_a_pack() -> None:
    """Each rule with hit examples stands once for each noise; what changes no comparable text costs nothing."""
    results = list(run_noise(PACK, seed=3))
    assert results == list(run_noise(PACK, seed=3))
    spoken = [r.id for r in PACK.rules if any(e.turns for e in r.hit)]
    assert [r.rule for r in results[:: len(NOISES)]] == spoken
    for result in results:
        assert 0 <= result.hits_kept <= result.hits
        assert 0 <= result.cleans_kept <= result.cleans
        if result.noise in ("fillers", "script"):
            assert (result.hits_kept, result.cleans_kept) == (result.hits, result.cleans)
        assert result.confirmed <= result.hits_kept
        assert result.was_confirmed <= result.hits
    assert any(r.hits_kept < r.hits for r in results)
    assert any(r.confirmed for r in results)


def test_survival_of_the_steps() -> None:
    """Each step with dialogues in which it is done stands once for each noise; what changes no comparable text costs nothing."""
    results = list(run_noise_on_steps(PACK, seed=3))
    assert [r.rule for r in results[:: len(NOISES)]] == [s.id for s in PACK.steps if s.done]
    for result in results:
        assert 0 <= result.hits_kept <= result.hits
        if result.noise in ("fillers", "script"):
            assert (result.hits_kept, result.cleans_kept) == (result.hits, result.cleans)
