"""The wheel, as an institution installs it: only our package, all of its data, and a program that works from anywhere."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.cli.program import ROOT

SAMPLE = ROOT / "samples" / "transcripts" / "S12.json"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this tree."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``auditor`` of the wheel in an empty environment.

    The libraries are lent by the environment of the tests, behind the wheel's own files, and without its links to this
    tree: nothing has to be downloaded, and nothing of the tree can be imported.
    """
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, symlinks=True)
    own = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    lent = sysconfig.get_path("purelib")
    (own / "lent.pth").write_text(f"import sys; sys.path.append({lent!r})\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "--no-deps"]
    options = ["--no-index", "--ignore-installed", "--disable-pip-version-check", "--quiet", str(wheel)]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "bin" / "auditor"


@pytest.fixture
def surroundings() -> dict[str, str]:
    """An environment that leads nobody back to this tree."""
    return {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV") and "AUDITOR" not in k}


def test_it_brings_our_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"auditor"}
    assert not [
        n for n in names if "samples" in n.split("/") or n.endswith((".bin", ".ogg", ".wav", ".pyc", ".parquet"))
    ]
    assert not [n for n in names if any(part.startswith(".") for part in n.split("/"))]


def test_every_rule_page_and_module_is_in_it(wheel: Path) -> None:
    """Word lists, rules and pages stand inside the package's own name."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in (
        ("auditor", "auditor"),
        ("lexicons", "auditor/lexicons"),
        ("dashboards", "auditor/dashboards"),
    ):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in path.parts):
                assert f"{inside}/{path.relative_to(ROOT / folder).as_posix()}" in names


def test_check_works_from_an_empty_folder(program: Path, tmp_path: Path, surroundings: dict[str, str]) -> None:
    where = [str(program.parent / "python"), "-c", "import auditor; print(auditor.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(program.parent.parent))
    done = subprocess.run(
        [program, "check", SAMPLE, "--format", "jsonl"],
        cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["call_id"] for line in done.stdout.splitlines()] == ["S12"]
    assert list(tmp_path.iterdir()) == []


def test_serve_works_from_an_empty_folder(program: Path, tmp_path: Path, surroundings: dict[str, str]) -> None:
    """The first page comes, and audio is given to nobody without a signed link."""
    run = [str(program), "run", str(SAMPLE), "--home", "home", "-q"]
    subprocess.run(run, cwd=tmp_path, env=surroundings, check=True, capture_output=True)
    server = subprocess.Popen(
        [program, "serve", "--home", "home", "--port", "0"],
        cwd=tmp_path, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert server.stderr is not None
        line = server.stderr.readline()
        assert "http://" in line, line + server.stderr.read()
        url = "http://" + line.split("http://")[1].split("（")[0].rstrip("/")
        assert status(f"{url}/") == 200
        assert status(f"{url}/_stcore/health") == 200
        assert status(f"{url}/audio?id={'ab' * 32}") == 403
    finally:
        server.terminate()
        server.communicate(timeout=30)


def status(url: str) -> int:
    """The status that a URL answers with."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=30)
    try:
        connection.request("GET", f"{where.path}?{where.query}")
        return connection.getresponse().status
    finally:
        connection.close()
