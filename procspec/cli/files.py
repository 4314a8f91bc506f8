"""Files that commands write: whole or not at all, and readable by their owner alone."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from procspec.errors import ProcspecError, UsageError
from procspec.model import Json
from procspec.render.visible import json_text


def write_plan(path: Path, data: Json) -> None:
    """Writes a plan with mode 0600, atomically: it holds people's names and texts.

    Raises UsageError rather than replace what is no plan, ProcspecError when it cannot be written.
    """
    target = path.resolve()
    if target.exists() and not _is_plan(target):
        raise UsageError(f"{path} is no plan, so it is not overwritten.", hint="Choose another --out.")
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(json_text(data) + "\n")
        os.replace(temporary, target)
    except OSError as error:
        raise ProcspecError(f"{path} cannot be written: {error.strerror}.") from error


def _is_plan(path: Path) -> bool:
    """Whether a regular file begins as the plans do that this writes; an empty one is free to use."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        head = stream.read(64)
    return not head or head.lstrip().startswith(b'{\n  "format_version"')


def read_text(path: Path) -> str:
    """The text of a file that the command line names; raises ProcspecError when there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ProcspecError(f"{path} cannot be read: {why}.") from error
