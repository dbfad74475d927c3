"""The auditor's home: one folder that holds everything, used by any number of processes at once."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from auditor.errors import HomeError, NotFoundError

FORMAT = 1
MINIMUM_FREE = 64 * 1024 * 1024
_HEX = re.compile(r"[0-9a-f]{6,128}")
_HARMLESS = {"home.json", "lost+found"}
_FIRST_RUN = "请先运行 auditor run，或用 --home 指定已有的归档目录。"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True, slots=True)
class Home:
    """A home folder of the present format.

    ``segments/`` holds machine results, ``audio/<first two>/<audio_id>.flac`` the canonical recordings,
    ``packs/<hash>/`` every rule pack that was used, ``drafts/`` rules being written, ``ledger.sqlite`` the transactions, ``home.json`` the format and
    ``secret.key`` the key that signs links to clips.
    """

    path: Path

    @classmethod
    def open(cls, path: str | Path, *, create: bool = True) -> Home:
        """Open a home, making it first where ``create`` is set and nothing is there yet.

        Raises:
            HomeError: not a folder, a folder of something else, made by a newer version, or not writable.
        """
        home = cls(Path(path).absolute())
        try:
            home._open(create)
        except OSError as error:
            raise trouble(error, home.path) from error
        return home

    def _open(self, create: bool) -> None:
        if not self.path.is_dir():
            if self.path.exists():
                raise HomeError(f"{self.path}：这是一个文件，不是归档目录。请用 --home 指定一个目录。")
            if not create:
                raise HomeError(f"{self.path}：没有这个归档目录。{_FIRST_RUN}")
            self.path.mkdir(parents=True, exist_ok=True)
        marker = self.path / "home.json"
        # Looked at before the marker, which is made first: another process may be making this home right now.
        foreign = any(not e.name.startswith(".") and e.name not in _HARMLESS for e in self.path.iterdir())
        if not marker.exists():
            if foreign:
                raise HomeError(f"{self.path}：目录里已有别的内容，不是归档目录。请用 --home 指定一个空目录。")
            if not create:
                raise HomeError(f"{self.path}：目录是空的，还不是归档目录。{_FIRST_RUN}")
            with new_file(marker) as file:
                file.write(json.dumps({"format": FORMAT}).encode())
        self._check_format(marker)
        for folder in (self.segments, self.audio, self.packs):
            folder.mkdir(exist_ok=True)
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise HomeError(f"{self.path}：归档目录不可写。请检查目录权限，或用 --home 指定别的目录。")

    def _check_format(self, marker: Path) -> None:
        try:
            found = json.loads(marker.read_bytes())["format"]
        except (ValueError, KeyError, TypeError) as error:
            raise HomeError(f"{marker}：内容损坏，无法识别归档目录的格式。请从备份恢复这个文件。") from error
        if not isinstance(found, int) or found > FORMAT:
            raise HomeError(f"{self.path}：归档目录由更新的版本创建（格式 {found}）。请升级本程序。")

    @property
    def segments(self) -> Path:
        """The folder of the machine results."""
        return self.path / "segments"

    @property
    def audio(self) -> Path:
        """The folder of the canonical recordings."""
        return self.path / "audio"

    @property
    def packs(self) -> Path:
        """The folder of the archived rule packs."""
        return self.path / "packs"

    @property
    def drafts(self) -> Path:
        """The folder of rules that are being written; there only once one was saved."""
        return self.path / "drafts"

    @property
    def ledger(self) -> Path:
        """The SQLite file of the ledger."""
        return self.path / "ledger.sqlite"

    @property
    def free_bytes(self) -> int:
        """Free space on the home's disk, in bytes, as far as this user may fill it."""
        try:
            return shutil.disk_usage(self.path).free
        except OSError as error:
            raise trouble(error, self.path) from error

    def require_space(self, needed: int = MINIMUM_FREE) -> None:
        """Refuse to begin what would fill the disk: raises HomeError where less than ``needed`` bytes are free."""
        free = self.free_bytes
        if free < needed:
            raise HomeError(
                f"{self.path}：磁盘空间不足，只剩 {free / 2**20:.0f} MB，至少需要 {needed / 2**20:.0f} MB。"
                "请清理磁盘，或用 --home 指定别的磁盘。"
            )

    def audio_path(self, audio_id: str) -> Path:
        """Where the canonical recording of this audio is, or belongs; its folder exists afterwards.

        Raises:
            NotFoundError: ``audio_id`` is not a hash, so that no recording can have it.
        """
        folder = self.audio / _hash(audio_id)[:2]
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise trouble(error, folder) from error
        return folder / f"{audio_id}.flac"

    def archive_pack(self, pack_hash: str, files: Mapping[str, bytes]) -> Path:
        """Keep the files of a rule pack (name relative to it → content) under its hash; kept once, never changed."""
        target = self.packs / _hash(pack_hash)
        if target.is_dir():
            return target
        with new_folder(target) as draft:
            for name, content in files.items():
                inside = PurePosixPath(name)
                if inside.is_absolute() or ".." in inside.parts or not inside.parts:
                    raise HomeError(f"规则包文件名 {name!r} 指向规则包之外。请检查规则包。")
                file = draft / inside
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        return target

    def archived_pack(self, pack_hash: str) -> Path:
        """The folder of an archived rule pack, by its hash or the hash's beginning as audits state it.

        Raises:
            NotFoundError: none was kept under this hash.
        """
        found = sorted(self.packs.glob(f"{_hash(pack_hash)}*"))
        if not found:
            raise NotFoundError(f"归档目录里没有规则包 {pack_hash}。")
        return found[0]

    def secret_key(self) -> bytes:
        """The 32 bytes that sign links to clips; made once, readable by the owner only."""
        path = self.path / "secret.key"
        try:
            if not path.exists():
                draft = self.path / f".secret.{secrets.token_hex(4)}.tmp"
                with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(secrets.token_bytes(32))
                    _sync(file)
                # A link never replaces: of two processes that start at once, both use the key that was there first.
                with contextlib.suppress(FileExistsError):
                    os.link(draft, path)
                draft.unlink()
            return path.read_bytes()
        except OSError as error:
            raise trouble(error, path) from error


@contextlib.contextmanager
def new_file(target: Path) -> Iterator[BinaryIO]:
    """Write a file that appears whole or not at all, and is on the disk once it has appeared.

    Raises:
        HomeError: the file can't be written, e.g. the disk is full.
    """
    draft = _draft(target)
    try:
        with draft.open("wb") as file:
            yield file
            _sync(file)
        draft.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise trouble(error, target) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Fill a folder that appears whole or not at all; where the target came to be meanwhile, that one stays.

    Raises:
        HomeError: the folder can't be written, e.g. the disk is full.
    """
    draft = _draft(target)
    try:
        draft.mkdir()
        yield draft
        for folder, _, names in os.walk(draft):
            for name in names:
                with Path(folder, name).open("rb") as file:
                    os.fsync(file.fileno())
            _sync_folder(Path(folder))
        try:
            draft.rename(target)
        except OSError:
            if not target.is_dir():
                raise
        _sync_folder(target.parent)
    except OSError as error:
        raise trouble(error, target) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def trouble(error: OSError, path: Path) -> HomeError:
    """Say what the operating system refused, and what to do about it."""
    if error.errno in FULL:
        return HomeError(f"{path}：磁盘已满，没有写入。请清理磁盘后再运行一次，已保存的通话不会重做。")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return HomeError(f"{path}：没有读写权限。请检查目录权限，或用 --home 指定别的目录。")
    reason = error.strerror or type(error).__name__
    return HomeError(f"{path}：读写失败（{reason}）。请检查磁盘，或用 --home 指定别的目录。")


def _hash(text: str) -> str:
    if not _HEX.fullmatch(text):
        raise NotFoundError(f"{text[:80]!r} 不是有效的散列值。")
    return text


def _draft(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
