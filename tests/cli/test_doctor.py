"""``auditor doctor``: what is there, what is missing, what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

from auditor.store.home import Home
from tests.cli.program import MODEL, auditor


def test_a_healthy_machine_passes(home: Home) -> None:
    said = auditor("doctor", "--home", home.path, "--model", MODEL)
    assert (said.code, said.err) == (0, "")
    assert "✗" not in said.out
    for part in ("faster-whisper", "duckdb", f"模型 {MODEL}", "规则包 collections-zh@", "4 通电话", "事件日志完整"):
        assert part in said.out


def test_a_missing_diarizer_is_told_with_the_way_out(tmp_path: Path) -> None:
    """And what the built-in rests on is shown."""
    assert "说话人分离 builtin" in auditor("doctor", cwd=tmp_path).out
    said = auditor("doctor", "--diarizer", "sherpa:nowhere", cwd=tmp_path)
    assert said.code == 3
    assert "collections-auditor[sherpa]" in said.out or "缺少 segmentation.onnx" in said.out


def test_it_makes_nothing(tmp_path: Path) -> None:
    said = auditor("doctor", cwd=tmp_path)
    assert said.code == 0
    assert "还没有归档目录" in said.out
    assert list(tmp_path.iterdir()) == []


def test_a_missing_and_an_incomplete_model_are_told_apart(tmp_path: Path) -> None:
    said = auditor("doctor", "--model", "/no/such/model", cwd=tmp_path)
    assert said.code == 3
    assert "✗ 找不到模型" in said.out
    shutil.copytree(MODEL, tmp_path / "model", ignore=shutil.ignore_patterns("tokenizer.json"))
    said = auditor("doctor", "--model", "model", cwd=tmp_path)
    assert said.code == 3
    assert "缺少 tokenizer.json" in said.out


def test_a_broken_home_is_found(tmp_path: Path, home: Home) -> None:
    """A data file that lost half of its bytes."""
    shutil.copytree(home.path, tmp_path / "home")
    for file in (tmp_path / "home" / "segments").rglob("calls.parquet"):
        file.write_bytes(file.read_bytes()[:200])
    said = auditor("doctor", "--home", "home", cwd=tmp_path)
    assert said.code == 3
    assert "✗" in said.out
    assert "请从备份恢复" in said.out


def test_a_folder_that_is_no_home_is_found(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "photos.zip").write_bytes(b"PK")
    said = auditor("doctor", "--home", "home", cwd=tmp_path)
    assert said.code == 3
    assert "不是归档目录" in said.out


def test_a_pack_of_ones_own_names_what_it_extends(tmp_path: Path) -> None:
    """An overlay of pack.yaml and tenant.yaml; a mistake in it is named with its line."""
    (tmp_path / "bank").mkdir()
    about = "name: qingluan\nversion: 1.0.0\ntitle: 青峦银行\nextends: collections-zh\n"
    (tmp_path / "bank" / "pack.yaml").write_text(about, encoding="utf-8")
    (tmp_path / "bank" / "tenant.yaml").write_text("institutions: [青峦银行]\n", encoding="utf-8")
    said = auditor("doctor", "--pack", "bank", cwd=tmp_path)
    assert said.code == 0
    assert "规则包 qingluan@1.0.0+" in said.out
    assert "（继承 collections-zh@" in said.out
    (tmp_path / "bank" / "pack.yaml").write_text(about + "disabled: [no-such-rule]\n", encoding="utf-8")
    said = auditor("doctor", "--pack", "bank", cwd=tmp_path)
    assert said.code == 3
    assert "pack.yaml:5: " in said.out


def test_an_example_that_comes_out_wrong_is_shown(tmp_path: Path) -> None:
    """A rule whose own example it doesn't hit is named, with the example."""
    pack = tmp_path / "bank"
    folder = pack / "violations" / "insult"
    folder.mkdir(parents=True)
    (pack / "pack.yaml").write_text(
        "name: bank\nversion: 1.0.0\ntitle: 测试\nextends: collections-zh\n", encoding="utf-8"
    )
    (folder / "weather.yaml").write_text(
        "id: weather\ncategory: insult\nstatus: experimental\nseverity: minor\nany:\n  - phrase: [下雨]\n"
        "message: 测试用的规则。\nexamples:\n  hit: [今天天气不错]\n  clean: []\n",
        encoding="utf-8",
    )
    said = auditor("doctor", "--pack", pack, "--home", tmp_path / "none")
    assert said.code == 3
    assert "violations/insult/weather.yaml：例子没有得到 hit" in said.out.replace("\n", "")
