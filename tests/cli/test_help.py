"""Help that teaches, at every width; and a wrongly written command that is told what is wrong, in one line."""

from __future__ import annotations

import pytest

from tests.cli.program import auditor, process

VERBS = ("run", "check", "show", "serve", "doctor")


def test_the_program_names_its_verbs_and_exit_codes() -> None:
    said = process("--help", columns=80)
    assert (said.code, said.err) == (0, "")
    for verb in VERBS:
        assert f"auditor {verb}" in said.out
        assert f"\n  {verb} " in said.out
    assert "退出码" in said.out
    assert "130" in said.out


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("columns", [60, 80, 200])
def test_every_verb_teaches_with_examples_and_cuts_nothing_off(verb: str, columns: int) -> None:
    """Chinese has no spaces to break a line at; a table that cuts a long word off would swallow half a sentence."""
    from rich.cells import cell_len

    said = auditor(verb, "--help", columns=columns)
    assert said.code == 0
    assert "例：" in said.out
    assert f"auditor {verb}" in said.out.split("例：")[1]
    assert "…\n" not in said.out
    assert "Show this message" not in said.out
    assert all(cell_len(line.rstrip()) <= columns for line in said.out.splitlines() if "--" in line)


def test_options_say_what_they_take_and_their_default() -> None:
    said = auditor("run", "--help")
    assert "--model 文件夹|大小" in said.out
    assert "默认 small。" in said.out
    assert "AUDITOR_HOME" in said.out


@pytest.mark.parametrize(
    ("arguments", "trouble"),
    [
        (["run", "--modle", "x"], "没有选项 --modle，是不是 --home 或 --model"),
        (["run", "x", "--beam-size", "99"], "--beam-size 的值不对"),
        (["check"], "缺少 PATH…"),
        (["check", "x", "--format", "xml"], "--format 的值不对"),
        (["runn"], "命令写法不对"),
        (["run"], "请写出要处理的录音或转写文件"),
        (["check", "x", "--lang", "fr"], "--lang 只有 zh 和 en"),
    ],
)
def test_a_wrong_command_gets_one_line_and_exit_code_2(arguments: list[str], trouble: str) -> None:
    said = auditor(*arguments)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(trouble)
    assert said.err.count("\n") == 1


def test_nothing_asked_shows_the_help() -> None:
    said = auditor()
    assert said.code == 2
    assert "用法：auditor" in said.out
