"""The plan of rooms in docs/architecture.md, kept: who may import whom, and what stays out of where."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "auditor"
ANYONE = {"models", "errors"}
MAY_IMPORT: dict[str, set[str]] = {
    "models": set(),
    "errors": set(),
    "published": set(),
    "speech": set(),
    "text": set(),
    "conversation": {"text"},
    "rules": {"text", "conversation"},
    "reader": {"text"},
    "suspicions": {"reader", "rules", "conversation", "text"},
    "scoring": {"rules", "conversation", "text"},
    "pipeline": {"speech", "text", "conversation", "rules", "reader", "suspicions", "scoring"},
    "store": {"text.normalise"},
    "review": {"store", "scoring", "rules.points", "text"},
    "batch": {"pipeline", "store", "speech"},
    "worker": {"batch", "pipeline", "rules", "reader", "speech", "store"},
    "recount": {"review", "rules", "scoring", "store"},
    "reaudit": {"pipeline", "reader", "recount", "review", "rules", "store"},
    "lessons": {"pipeline", "reader", "review", "rules", "store"},
    "replay": {"pipeline", "reader", "reports", "rules", "store"},
    "evaluation": {"pipeline", "store", "rules", "reader", "speech", "text"},
    "annotate": {"rules", "store", "text"},
    "reports": {"store", "review.effective", "rules", "speech.audio", "text.masking"},
    "web": {"store", "review", "reports", "speech.audio"},
    "cli": {
        "speech",
        "text",
        "conversation",
        "rules",
        "reader",
        "scoring",
        "pipeline",
        "store",
        "batch",
        "worker",
        "lessons",
        "recount",
        "replay",
        "review",
        "published",
        "evaluation",
        "annotate",
        "reports",
        "web",
    },
}
HOMES: dict[str, tuple[str, ...]] = {
    "faster_whisper": ("speech/transcribe.py",),
    "ctranslate2": ("speech/transcribe.py",),
    "av": ("speech/audio.py",),
    "soundfile": ("speech/audio.py",),
    "kaldi_native_fbank": ("speech/voices.py",),
    "sklearn": ("speech/voices.py", "reader/train.py"),
    "scipy": ("reader/train.py", "review/sampling.py", "review/trends.py"),
    "sherpa_onnx": ("speech/diarizers.py",),
    "pyannote": ("speech/diarizers.py",),
    "torch": ("speech/diarizers.py",),
    "jieba": ("text/segment.py",),
    "spacy": ("text/segment.py", "text/find.py"),
    "re2": ("text/page.py", "text/find.py"),
    "ahocorasick": ("text/index.py", "text/misheard.py"),
    "opencc": ("text/normalise.py",),
    "pypinyin": ("text/pinyin.py",),
    "stdnum": ("text/numbering.py",),
    "phonenumbers": ("text/numbering.py",),
    "duckdb": ("store/",),
    "sqlite3": ("store/",),
    "pyarrow": ("store/",),
    "yaml": ("rules/",),
    "pydantic": ("rules/",),
    "urllib3": ("annotate/client.py",),
    "cryptography": ("reports/signing.py",),
    "xlsxwriter": ("reports/xlsx.py",),
    "typst": ("reports/pdf.py",),
    "starlette": ("web/",),
    "argon2": ("web/passwords.py",),
    "authlib": ("web/oidc.py",),
    "uvicorn": ("web/",),
    "streamlit": (),
    "pandas": (),
}
PURE = (
    "text", "conversation", "rules/match.py", "rules/scene.py", "rules/stated.py", "rules/metadata.py", "rules/place.py", "scoring",
    "reader/grams.py", "reader/weights.py", "reader/read.py", "reader/train.py", "review/triage.py", "review/effective.py",
    "review/sampling.py", "review/roles.py", "review/due.py", "review/precedent.py",
    "review/trends.py", "review/periods.py", "suspicions.py",
    "pipeline.py", "annotate/prompt.py", "annotate/answers.py",
)  # fmt: skip
IMPURE = {
    "os",
    "time",
    "random",
    "secrets",
    "socket",
    "urllib",
    "subprocess",
    "tempfile",
    "shutil",
    "requests",
    "httpx",
    "urllib3",
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path, *, typing_too: bool = True) -> Iterator[tuple[str, str]]:
    """Every (module, name) imported anywhere in the file, also inside functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = set()
    if not typing_too:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                hidden |= {id(n) for n in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ""
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for alias in node.names:
                yield node.module or "", alias.name


def room(path: Path) -> str:
    """The room that a module of the package stands in."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    """A room imports only from the rooms that the plan allows it."""
    own = room(path)
    for module, name in imports(path):
        if not module.startswith("auditor."):
            continue
        target = module.split(".")[1]
        allowed = MAY_IMPORT.get(own, set()) | ANYONE | {own}
        place = ".".join([*module.split(".")[1:], name] if name else module.split(".")[1:])
        fine = target in allowed or any(place == a or place.startswith(f"{a}.") for a in allowed)
        assert own in ("__init__", "__main__") or fine, f"{path.relative_to(ROOT)} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_engines_stay_at_home(path: Path) -> None:
    """A third-party engine is imported only in its one home."""
    place = path.relative_to(PACKAGE).as_posix()
    for module, _ in imports(path, typing_too=False):
        homes = HOMES.get(module.split(".")[0])
        assert homes is None or place.startswith(homes), f"{place} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_judging_is_pure(path: Path) -> None:
    """What judges a call touches no file, clock, network, chance or log."""
    place = path.relative_to(PACKAGE).as_posix()
    if not place.startswith(PURE):
        return
    # jieba logs while it loads its dictionary; segment.py only silences it
    allowed = {"logging"} if place == "text/segment.py" else set()
    for module, _ in imports(path):
        assert module.split(".")[0] not in (IMPURE | {"logging", "pathlib"}) - allowed, f"{place} imports {module}"
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\bopen\(|\bprint\(|datetime\.now|date\.today", text), place


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) != "cli"], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_only_the_command_line_prints_exits_and_reads_the_environment(path: Path) -> None:
    """Library code neither prints, nor exits, nor looks at the environment."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        assert called not in ("print", "exit", "sys.exit", "os._exit"), f"{path.relative_to(ROOT)}:{node.lineno}"  # type: ignore[attr-defined]
        if isinstance(node, ast.Attribute):
            assert ast.unparse(node) not in ("os.environ", "os.getenv"), f"{path.relative_to(ROOT)}:{node.lineno}"


def test_sql_stays_in_the_store() -> None:
    """No SQL outside store/."""
    sql = re.compile(r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|CREATE\s+TABLE|DELETE\s+FROM)\b", re.S)
    for path in [*MODULES, *sorted((ROOT / "dashboards").rglob("*.py"))]:
        if room(path) != "store" if path.is_relative_to(PACKAGE) else True:
            assert not sql.search(path.read_text(encoding="utf-8")), path


def test_there_is_no_circle_of_imports() -> None:
    """No module of the package waits for itself, deferred and typing imports left aside."""
    graph: dict[str, set[str]] = {}
    for path in MODULES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found = {m if not n else f"{m}.{n}" for m, n in imports(path, typing_too=False) if m.startswith("auditor")}
        graph[name] = found | {m.rsplit(".", 1)[0] for m in found}
    done: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join((*trail, name))
        if name in done or name not in graph:
            return
        for other in sorted(graph[name] - {"auditor", name}):
            if other in graph and not name.startswith(f"{other}."):
                walk(other, (*trail, name))
        done.add(name)

    for name in sorted(graph):
        walk(name, ())


def test_help_starts_without_any_engine() -> None:
    """Importing the command line loads no heavy library."""
    heavy = sorted({*HOMES, "numpy"} - {"re2"})
    program = (
        f"import sys, auditor.cli; bad = [m for m in {heavy!r} if m in sys.modules]; print(*bad); sys.exit(bool(bad))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"import auditor.cli loads {done.stdout}{done.stderr}"


@pytest.mark.parametrize(
    "path", [*MODULES, *sorted((ROOT / "dashboards").rglob("*.py"))], ids=lambda p: str(p.relative_to(ROOT))
)
def test_a_module_holds_one_noun(path: Path) -> None:
    """No module grows past 400 lines, and none is a drawer for everything."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert path.stem not in ("utils", "util", "helpers", "helper", "base", "manager", "common", "misc")
