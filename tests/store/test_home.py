"""Opening a home, and what it keeps beside the results."""

from __future__ import annotations

import contextlib
import errno
import json
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from auditor.errors import HomeError, NotFoundError
from auditor.store.home import Home, new_file, new_folder, trouble


def test_a_new_home_is_made_once_and_opens_again(tmp_path: Path) -> None:
    """The first opening makes the folder with parents; the second finds it as it was."""
    first = Home.open(tmp_path / "a" / "b")
    again = Home.open(tmp_path / "a" / "b", create=False)
    assert first == again
    assert json.loads((first.path / "home.json").read_text()) == {"format": 1}


def test_a_home_on_a_fresh_disk_is_made(tmp_path: Path) -> None:
    """Hidden files and lost+found, which a new disk or a desktop puts there, don't make a folder somebody else's."""
    (tmp_path / "lost+found").mkdir()
    (tmp_path / ".DS_Store").touch()
    assert Home.open(tmp_path).segments.is_dir()


def a_file(path: Path) -> None:
    path.write_text("x")


def other_things(path: Path) -> None:
    path.mkdir()
    (path / "账单.xlsx").touch()


def newer(path: Path) -> None:
    path.mkdir()
    (path / "home.json").write_text('{"format": 99}')


def damaged(path: Path) -> None:
    path.mkdir()
    (path / "home.json").write_text("[]")


def a_file_above(path: Path) -> None:
    path.symlink_to(path.parent / "file" / "below")
    (path.parent / "file").touch()


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (a_file, "是一个文件"),
        (other_things, "已有别的内容"),
        (newer, "更新的版本"),
        (damaged, "损坏"),
        (a_file_above, "读写失败"),
    ],
)
def test_what_is_no_home_is_refused_with_the_way_out(tmp_path: Path, prepare: object, words: str) -> None:
    """Each refusal names the folder, what is wrong and what to do."""
    path = tmp_path / "home"
    assert callable(prepare)
    prepare(path)
    with pytest.raises(HomeError, match=words) as caught:
        Home.open(path)
    assert str(path) in str(caught.value)
    assert "请" in str(caught.value)


def test_reading_makes_nothing(tmp_path: Path) -> None:
    """Opening to read neither makes a missing home nor turns an empty folder into one."""
    with pytest.raises(HomeError, match="auditor run"):
        Home.open(tmp_path / "none", create=False)
    with pytest.raises(HomeError, match="auditor run"):
        Home.open(tmp_path, create=False)
    assert list(tmp_path.iterdir()) == []


NOBODY = """
import os, sys
from auditor.errors import HomeError
from auditor.store.home import Home
if os.getuid() == 0:
    os.setgroups([])
    os.setuid(65534)
try:
    Home.open(sys.argv[1])
except HomeError as error:
    print(error)
"""


@pytest.mark.parametrize("prepared", [True, False])
def test_an_unwritable_home_is_refused(prepared: bool) -> None:
    """A user who may not write there gets one clear sentence, whether the home exists or would have to be made."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if prepared:
            Home.open(folder)
        folder.chmod(0o555)
        path = folder if prepared else folder / "home"
        told = subprocess.run([sys.executable, "-c", NOBODY, path], capture_output=True, text=True, check=True).stdout
        folder.chmod(0o755)
    assert str(path) in told
    assert "权限" in told


def test_many_processes_may_make_one_home(tmp_path: Path) -> None:
    """Processes that start at the same moment share one home, one ledger and one key."""
    code = """
import sys
from auditor.store.home import Home
from auditor.store.ledger import Ledger
home = Home.open(sys.argv[1])
with Ledger(home) as ledger, ledger.writing() as db:
    pass
print(home.secret_key().hex())
"""
    starts = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "home")], stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    keys = {process.communicate()[0].strip() for process in starts}
    assert {process.returncode for process in starts} == {0}
    assert len(keys) == 1
    assert len(keys.pop()) == 64


def test_the_key_is_the_owners_alone(home: Home) -> None:
    """Nobody else may read the key that signs links."""
    key = home.secret_key()
    assert key == home.secret_key()
    assert stat.S_IMODE((home.path / "secret.key").stat().st_mode) == 0o600
    assert [p.name for p in home.path.iterdir() if p.name.endswith(".tmp")] == []


def test_a_pack_is_kept_by_its_hash(home: Home) -> None:
    """A pack's files come back as they were; archiving it again changes nothing."""
    files = {"pack.yaml": b"name: x\n", "words/骂人.txt": "笨蛋\n".encode()}
    home.archive_pack("3f9c00", files)
    home.archive_pack("3f9c00", {"pack.yaml": b"other"})
    kept = home.archived_pack("3f9c00")
    assert {p.relative_to(kept).as_posix(): p.read_bytes() for p in kept.rglob("*") if p.is_file()} == files
    with pytest.raises(NotFoundError, match="abcdef"):
        home.archived_pack("abcdef")


@pytest.mark.parametrize("name", ["../out.yaml", "/etc/out.yaml", "a/../../out.yaml", ""])
def test_a_pack_can_not_write_outside_its_folder(home: Home, name: str) -> None:
    """A hostile file name in a pack leaves nothing behind."""
    with pytest.raises(HomeError, match="规则包"):
        home.archive_pack("3f9c00", {"pack.yaml": b"", name: b"x"})
    assert list(home.packs.iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "ABCDEF01", "a" * 200, "3f9c00/../x"])
def test_what_is_no_hash_finds_no_file(home: Home, name: str) -> None:
    """No id from outside can be made into a path of one's choice."""
    with pytest.raises(NotFoundError):
        home.audio_path(name)
    with pytest.raises(NotFoundError):
        home.archived_pack(name)


def test_audio_is_spread_over_folders(home: Home) -> None:
    """A recording's place follows from its hash, and its folder is there."""
    path = home.audio_path("ab" * 32)
    assert path.relative_to(home.audio).as_posix() == f"ab/{'ab' * 32}.flac"
    assert path.parent.is_dir()


def test_too_little_space_is_said_before_work_begins(home: Home) -> None:
    """Asking for more than the disk has names how much there is."""
    home.require_space(1)
    with pytest.raises(HomeError, match="磁盘空间不足"):
        home.require_space(home.free_bytes * 2 + 1)


def test_a_file_that_fails_half_way_never_appears(home: Home) -> None:
    """An interrupted write leaves the old file; an interrupted folder leaves none."""
    with new_file(home.path / "x") as file:
        file.write(b"old")
    with contextlib.suppress(KeyError), new_file(home.path / "x") as file:
        file.write(b"new")
        raise KeyError
    with contextlib.suppress(KeyError), new_folder(home.path / "y") as folder:
        (folder / "z").write_bytes(b"1")
        raise KeyError
    assert (home.path / "x").read_bytes() == b"old"
    assert sorted(p.name for p in home.path.iterdir()) == ["audio", "home.json", "packs", "segments", "x"]


def test_a_full_disk_is_named(home: Home) -> None:
    """The operating system's refusal becomes a sentence that says what to do."""
    assert "磁盘已满" in str(trouble(OSError(errno.ENOSPC, "No space left on device"), home.path))
    assert "权限" in str(trouble(OSError(errno.EROFS, "Read-only file system"), home.path))
