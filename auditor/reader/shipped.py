"""The weights that come with the program, from their file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from auditor.errors import ModelError, UsageError
from auditor.reader.weights import Weights, read_weights

SHIPPED = Path(__file__).parent / "builtin.weights"
READERS = ("builtin", "none")


@cache
def open_reader(name: str = "builtin") -> Weights | None:
    """The reader of this name; ``None`` for ``none``.

    Raises:
        UsageError: there is no such reader.
        ModelError: the weights that came with the program are missing or damaged.
    """
    if name not in READERS:
        raise UsageError(f"没有叫 {name} 的第二读者。可写 {'、'.join(READERS)}。")
    return None if name == "none" else load(SHIPPED)


def load(path: Path) -> Weights:
    """The weights in a file.

    Raises:
        ModelError: the file is missing or can't be read, or is no whole weights file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}：读不了第二读者的权重文件。请重新安装，或加 --reader none 不用它。") from error
    return read_weights(data, str(path))
