"""Files that verbs leave behind: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def save(path: Path, data: bytes, fresh: bool = False) -> None:
    """Write a file; its folder is made where there is none. With ``fresh``, only where there is no such file yet.

    Raises:
        UsageError: it can't be written, or ``fresh`` and it is there.
    """
    from auditor.errors import UsageError

    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with draft.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if fresh:
                os.link(draft, path)
            else:
                draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except FileExistsError as error:
        raise UsageError(f"{path}：已经有这个文件，没有改动它。请换一个名字。") from error
    except OSError as error:
        raise UsageError(f"{path}：写不了（{error.strerror or type(error).__name__}）。请换一个文件夹。") from error
