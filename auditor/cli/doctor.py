"""``auditor doctor``: what is there, what is missing, what to do about it."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Literal

import typer

from auditor.cli.large_model import ReaderOption, ReaderOutsideOption, reader_of
from auditor.cli.terminal import Exit, PackOption, out, shown

PACKAGES = (
    "faster-whisper", "ctranslate2", "jieba", "spacy", "streamlit", "duckdb", "pyarrow", "av", "soundfile",
    "kaldi-native-fbank", "scikit-learn",
)  # fmt: skip
OPTIONAL = {
    "typst": "PDF 报告，pip install 'collections-auditor[pdf]'",
    "sherpa-onnx": "单声道录音用自备模型分清双方，pip install 'collections-auditor[sherpa]'",
    "pyannote.audio": "同上，pip install 'collections-auditor[pyannote]'",
    "ray": "多机并行，pip install 'collections-auditor[ray]'",
}
MOST_EXAMPLES = 10
MARKS = {"good": ("✓", "green"), "missing": ("✗", "red"), "note": ("·", "dim")}


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was looked at."""

    state: Literal["good", "missing", "note"]
    text: str
    ours: bool = False  # nothing of a call or file in it; a server's address looks like a telephone number


def doctor(
    model: Annotated[str | None, typer.Option("--model", metavar="文件夹|大小", help="要检查的语音识别模型。")] = None,
    diarizer: Annotated[
        str, typer.Option("--diarizer", metavar="方式", help="要检查的说话人分离方式，写法同 auditor run。")
    ] = "builtin",
    home: Annotated[
        Path, typer.Option("--home", metavar="目录", envvar="AUDITOR_HOME", help="要检查的归档目录。")
    ] = Path("auditor-home"),
    pack: PackOption = "collections-zh",
    reader: ReaderOption = None,
    reader_outside: ReaderOutsideOption = False,
) -> None:
    """检查本机：程序和库、语音识别模型、规则包、磁盘、归档目录。

    不联网（写了 --reader 才问一次那台大模型服务器，不含任何通话），不改动任何东西。缺什么、怎么补，都写在那一行里。

    例：

      auditor doctor
      auditor doctor --model /models/faster-whisper-large-v3 --home 归档
      auditor doctor --reader openai://10.0.0.8:8000/Qwen3-32B

    退出码：0 都可以用；3 有不能用的。
    """
    bad = False
    reading = _reader(reader, reader_outside, pack)
    for remark in (*_programs(), *_model(model), *_diarizer(diarizer), *_pack(pack), *_home(home), *reading):
        mark, style = MARKS[remark.state]
        text = remark.text if remark.ours else shown(remark.text)
        out().print(f"{mark} {text}", style=style if remark.state != "good" else None)
        bad = bad or remark.state == "missing"
    if bad:
        raise typer.Exit(Exit.UNUSABLE)


def _programs() -> Iterator[Remark]:
    import auditor

    yield Remark("good", f"auditor {auditor.__version__}，Python {platform.python_version()}，{platform.machine()}")
    for name in PACKAGES:
        found = _version(name)
        yield Remark("good", f"{name} {found}") if found else Remark("missing", f"没有安装 {name}，请重新安装本程序")
    for name, use in OPTIONAL.items():
        found = _version(name)
        yield Remark("good", f"{name} {found}") if found else Remark("note", f"可选：{name} 没有安装（{use}）")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _tried(look: Callable[[], str]) -> Remark:
    from auditor.errors import AuditorError

    try:
        return Remark("good", look())
    except AuditorError as error:
        return Remark("missing", str(error))


def _model(model: str | None) -> Iterator[Remark]:
    from auditor.speech.transcribe import find_model

    if model is None:
        yield Remark(
            "note", "没有指定模型；用 --model 文件夹 检查它是否完整。处理录音需要一个 faster-whisper（CTranslate2）模型"
        )
        return
    yield _tried(lambda: f"模型 {find_model(model, download=False)}")


def _diarizer(name: str) -> Iterator[Remark]:
    from auditor.speech.diarizers import diarizer_named

    def look() -> str:
        found = diarizer_named(name)
        how = "单声道录音按嗓音分清双方" if found is not None else "单声道录音不分说话人，只能记疑似"
        return f"说话人分离 {'none' if found is None else found.fingerprint}：{how}"

    yield _tried(look)


def _pack(pack: str) -> Iterator[Remark]:
    from auditor.errors import PackError
    from auditor.evaluation.examples import run_examples, stale
    from auditor.rules.lint import warnings
    from auditor.rules.pack import load_pack

    try:
        loaded = load_pack(pack)
    except PackError as error:
        yield from (Remark("missing", str(problem)) for problem in error.problems)
        return
    stable = sum(not r.experimental for r in loaded.rules)
    below = f"（继承 {'、'.join(loaded.built_on)}）" if loaded.built_on else ""
    yield Remark(
        "good", f"规则包 {loaded.id}{below}：{len(loaded.steps)} 个步骤，{len(loaded.rules)} 条规则（稳定 {stable} 条）"
    )
    outcomes = list(run_examples(loaded))
    wrong = [o for o in outcomes if not o.right]
    for outcome in wrong[:MOST_EXAMPLES]:
        yield Remark("missing", f"{outcome.file}：例子没有得到 {outcome.expected}：{outcome.text}")
    if len(wrong) > MOST_EXAMPLES:
        yield Remark("missing", f"还有 {len(wrong) - MOST_EXAMPLES} 个例子不对，见 auditor rules test {pack}")
    if not wrong:
        yield Remark("good", f"规则包的 {len(outcomes)} 个例子全部符合")
    strays = sum(o.right and not o.passed for o in outcomes)
    doubts = len(warnings(loaded)) + len(stale(loaded, outcomes))
    if strays or doubts:
        told = f"{strays} 个清白的例子被别的规则命中，{doubts} 处写法可疑"
        yield Remark("note", f"规则包有 {told}，见 auditor rules test {pack}")


def _reader(address: str | None, outside: bool, pack: str) -> Iterator[Remark]:
    from auditor.annotate.probe import probe
    from auditor.errors import PackError
    from auditor.rules.pack import load_pack

    if address is None:
        return
    try:
        loaded = load_pack(pack)
    except PackError:
        return  # its problems are told already
    yield replace(_tried(lambda: probe(reader_of(address, outside=outside).client, loaded)), ours=True)


def _home(home: Path) -> Iterator[Remark]:
    from auditor.errors import HomeError
    from auditor.store.health import problems
    from auditor.store.home import Home
    from auditor.store.queries import Store

    if not home.exists():
        yield Remark("note", f"还没有归档目录 {home}；第一次 auditor run 时会建立")
        return
    try:
        opened = Home.open(home, create=False)
        found = problems(opened)
        yield from (Remark("missing", problem) for problem in found)
        with Store(opened) as store:
            calls, failed = store.overview().calls, len(store.failed_jobs())
    except HomeError as error:
        yield Remark("missing", str(error))
        return
    yield Remark("good", f"归档目录 {home}：{calls} 通电话，磁盘剩余 {opened.free_bytes / 2**30:.1f} GB")
    if failed:
        yield Remark("note", f"有 {failed} 个输入失败，可用 auditor run --retry 重试")
    if not found:
        yield Remark("good", "数据文件齐全；事件日志完整，没有被改动")
