"""Everything that can go wrong and that a caller would treat differently.

AuditorError            anything below; its text is one clear sentence for the user: which file, what is wrong, what to do
├── UsageError          the command line or an option makes no sense
├── InputError          one input file can't be used; the rest of a batch goes on
│   ├── RecordingError  a recording can't be decoded
│   ├── TranscriptError a transcript file can't be read or breaks its format
│   └── MetadataError   a metadata file or row can't be used
├── PackError           a rule pack has problems; carries all of them, each with file and line
├── ModelError          a recognition model is missing or can't be loaded
├── ReaderError         a large-model server gives no usable answer; audits don't need it
├── HomeError           the auditor's home can't be opened, read or written (also: disk full)
├── NotFoundError       the call, rule or finding asked for does not exist
├── ConflictError       somebody else decided meanwhile; nothing was changed
└── NotAllowedError     the person's role does not allow it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class AuditorError(Exception):
    """Base of all errors the project raises on purpose."""


class UsageError(AuditorError):
    """The command line or an option makes no sense."""


class InputError(AuditorError):
    """One input file can't be used.

    Args:
        path: the file, as the user gave it.
        trouble: what is wrong, in a few words.
        remedy: what the user can do about it.
    """

    def __init__(self, path: str, trouble: str, remedy: str) -> None:
        super().__init__(f"{path}：{trouble}。{remedy}" if remedy else f"{path}：{trouble}。")
        self.path, self.trouble, self.remedy = path, trouble, remedy

    def __reduce__(self) -> tuple[type[InputError], tuple[str, str, str]]:
        return type(self), (self.path, self.trouble, self.remedy)


class RecordingError(InputError):
    """A recording can't be decoded."""


class TranscriptError(InputError):
    """A transcript file can't be read or breaks its format."""


class MetadataError(InputError):
    """A metadata file or one of its rows can't be used."""


@dataclass(frozen=True, slots=True, order=True)
class PackProblem:
    """One thing wrong in a pack, where it stands (1-based line; 0 = the whole file)."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


class PackError(AuditorError):
    """A rule pack has problems; ``problems`` holds all of them."""

    def __init__(self, problems: Sequence[PackProblem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(p) for p in self.problems))


class ModelError(AuditorError):
    """A recognition model is missing or can't be loaded."""


class ReaderError(AuditorError):
    """A large-model server gives no usable answer; audits don't need it.

    Args:
        reason: what went wrong, as a code to count by, e.g. ``timeout``.
        message: one sentence for the user, without anything that the server said: it may repeat a customer.
        lasting: whether other calls would meet the same trouble.
    """

    def __init__(self, reason: str, message: str, *, lasting: bool = False) -> None:
        super().__init__(message)
        self.reason, self.lasting = reason, lasting


class HomeError(AuditorError):
    """The auditor's home can't be opened, read or written."""


class NotFoundError(AuditorError):
    """The call, rule or finding asked for does not exist."""


class ConflictError(AuditorError):
    """Somebody else decided meanwhile; nothing was changed."""


class NotAllowedError(AuditorError):
    """The person's role does not allow it."""
