"""From a recording to an audit, twice: the same call, pack and model give the same bytes, whichever process does it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from auditor.store.home import Home
from auditor.store.queries import Store
from tests.cli.program import HEARING, ROOT, auditor, environment, process

SAMPLES = ROOT / "samples"


@pytest.mark.model
def test_a_recording_gives_the_same_bytes_in_two_processes(tmp_path: Path) -> None:
    """Two homes, two processes with different hash seeds; and once more in the first home, where nothing is to be done."""
    shutil.copy(SAMPLES / "calls" / "S12.wav", tmp_path / "S12.wav")
    asked = ["run", "S12.wav", "--metadata", str(SAMPLES / "metadata.csv"), *HEARING, "-q", "--home"]
    shown = []
    for seed in ("1", "2"):
        home = f"home-{seed}"
        surroundings = {**environment(), "PYTHONHASHSEED": seed}
        assert process(*asked, home, cwd=tmp_path, env=surroundings).code == 0
        shown.append(process("show", "S12", "--home", home, "--json", cwd=tmp_path, env=surroundings).out)
    assert shown[0].startswith('{"call_id": "S12"')
    assert shown[0] == shown[1]
    assert auditor(*asked, "home-1", cwd=tmp_path).code == 0
    assert auditor("show", "S12", "--home", "home-1", "--json", cwd=tmp_path).out == shown[0]

    heard = []
    for seed in ("1", "2"):
        with Store(Home.open(tmp_path / f"home-{seed}", create=False)) as store:
            heard.append(store.call("S12"))
    assert heard[0].call == heard[1].call
    assert heard[0].call.acoustics is not None
    sounds = [next((tmp_path / f"home-{seed}" / "audio").rglob("*.flac")).read_bytes() for seed in ("1", "2")]
    assert sounds[0] == sounds[1]


@pytest.mark.model
def test_a_mono_recording_is_judged_and_says_how_sure_it_is(tmp_path: Path) -> None:
    """Its voices are told apart and given roles; a second time nothing is done; told not to, it can't be judged."""
    shutil.copy(SAMPLES / "calls" / "S14.amr", tmp_path / "S14.amr")
    asked: list[str | Path] = ["run", "S14.amr", "--metadata", SAMPLES / "metadata.csv", *HEARING, "--home", "home"]
    assert "本次完成" in auditor(*asked, cwd=tmp_path).out
    (row,) = auditor("show", "S14", "--home", "home", "--json", cwd=tmp_path).rows
    done = {s["id"] for s in row["steps"] if s["verdict"] == "done"}
    assert {"introduction", "identity_verification", "recording_notice", "state_purpose", "closing"} <= done
    assert row["party"] == "debtor_verified"
    assert row["facts"]["customer_flags"] == ["dispute_or_paid"]
    assert "分清双方的把握 9" in auditor("show", "S14", "--home", "home", cwd=tmp_path).out
    assert "没有变化" in auditor(*asked, cwd=tmp_path).out

    together = auditor(*asked, "--diarizer", "none", "--json", "-q", cwd=tmp_path).rows
    (judged,) = (r for r in together if r["call_id"] == "S14")
    assert (judged["outcome"], judged["score"]) == ("stored", None)
    assert {s["verdict"] for s in judged["steps"]} == {"cannot_tell"}


def test_transcripts_give_the_same_bytes_in_two_processes(tmp_path: Path) -> None:
    """What one process prints is what another prints, and what ``run`` keeps is what ``check`` says."""
    transcripts = SAMPLES / "transcripts"
    seeds = [{**environment(), "PYTHONHASHSEED": seed} for seed in ("1", "2")]
    first, second = (process("check", transcripts, "--format", "jsonl", env=seed) for seed in seeds)
    assert (first.code, len(first.rows)) == (0, 17)
    assert first.out == second.out
    kept = auditor("run", transcripts, "--home", "home", "--json", "-q", cwd=tmp_path)
    assert [{**row, "outcome": None} for row in kept.rows] == [{**row, "outcome": None} for row in first.rows]
