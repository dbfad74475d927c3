"""The files of a packet, in a folder or in one ZIP file that is the same bytes for the same files."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _UTF8, _STORED = 20, 0x800, 0
_TIME, _DATE = 0, 0x21  # 1980-01-01 00:00, where the time of ZIP begins
_UNIX = 3 << 8
_PLAIN_FILE = (stat.S_IFREG | 0o644) << 16


class Files(Protocol):
    """Files by their name, parts separated by ``/``."""

    def names(self) -> list[str]:
        """Every name, sorted; what is not a plain file too."""

    def read(self, name: str) -> bytes:
        """A file's content; raises OSError where it is gone, unreadable or no plain file."""

    def flaw(self) -> str | None:
        """What is wrong with the wrapping and not with any file in it, ``None`` where nothing is: its name."""


class Folder:
    """The files in a folder. A link, also to a folder, and a folder without files are names that can't be read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """Every name."""
        found = []
        for where, folders, files in os.walk(self.path):
            links = [name for name in folders if Path(where, name).is_symlink()]
            found += [Path(where, name).relative_to(self.path).as_posix() for name in (*files, *links)]
            if not folders and not files and Path(where) != self.path:
                found.append(f"{Path(where).relative_to(self.path).as_posix()}/")
        return sorted(found)

    def read(self, name: str) -> bytes:
        """A file's content."""
        path = self.path / name
        if not stat.S_ISREG(path.lstat().st_mode):
            raise OSError(f"{name} is no plain file")
        return path.read_bytes()

    def flaw(self) -> str | None:
        """A folder wraps nothing."""
        return None


class Archive:
    """The files in a ZIP file as ``zipped`` writes it; a context manager that closes it. Raises OSError where it is no ZIP file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
            raise OSError(f"{path} is no ZIP file") from error

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def names(self) -> list[str]:
        """Every name, once for each time that it stands there."""
        return sorted(self._zip.namelist())

    def read(self, name: str) -> bytes:
        """A file's content."""
        try:
            entry = self._zip.getinfo(name)
            # packed content could unfold to any size; packets are not packed
            if entry.compress_type != _STORED or entry.file_size > self.path.stat().st_size:
                raise OSError(f"{name} is packed")
            return self._zip.read(entry)
        except (zipfile.BadZipFile, KeyError, ValueError, RuntimeError, NotImplementedError, EOFError) as error:
            raise OSError(f"{name} can't be read") from error

    def flaw(self) -> str | None:
        """The ZIP file's name where it differs from the one that the same files would be written to."""
        try:
            with self.path.open("rb") as file:
                same = all(file.read(len(piece)) == piece for piece in zipped(self.names(), self.read))
                return None if same and not file.read(1) else self.path.name
        except OSError:
            return self.path.name


def zipped(names: Iterable[str], read: Callable[[str], bytes]) -> Iterator[bytes]:
    """A ZIP file piece by piece: files as they are, in this order, no times, no owners.

    Raises:
        ValueError: a name, or all together, are more than a ZIP file holds (4 GB).
    """
    central, offset, count = b"", 0, 0
    for name in names:
        content, label = read(name), name.encode()
        about = (_UTF8, _STORED, _TIME, _DATE, zlib.crc32(content), len(content), len(content), len(label), 0)
        try:
            head = _LOCAL.pack(b"PK\3\4", _VERSION, *about)
            central += (
                _CENTRAL.pack(b"PK\1\2", _UNIX | _VERSION, _VERSION, *about, 0, 0, 0, _PLAIN_FILE, offset) + label
            )
        except struct.error as error:
            raise ValueError(f"{name} does not fit") from error
        yield head + label
        yield content
        offset += len(head) + len(label) + len(content)
        count += 1
    try:
        yield central + _END.pack(b"PK\5\6", 0, 0, count, count, len(central), offset, 0)
    except struct.error as error:
        raise ValueError("too many files") from error


def inside(name: str) -> PurePosixPath:
    """The name as a path below a folder; raises OSError where it leads out of it, on any system."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or any(c in name for c in "\\:\0"):
        raise OSError(f"{name!r} leads out of the folder")
    return path


def opened(path: Path) -> Folder | Archive:
    """The files of a folder or a ZIP file; raises OSError where it is neither."""
    return Folder(path) if path.is_dir() else Archive(path)
