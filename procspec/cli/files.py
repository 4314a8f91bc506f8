"""Files that commands write: whole or not at all, and readable by their owner alone."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from procspec.errors import ProcspecError
from procspec.model import Json
from procspec.render.visible import json_text


def write_private(path: Path, data: Json) -> None:
    """Writes JSON with mode 0600, atomically: a plan holds people's names and texts.

    Raises ProcspecError when the folder cannot be written to.
    """
    text = json_text(data) + "\n"
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(temporary, path)
    except OSError as error:
        raise ProcspecError(f"{path} cannot be written: {error.strerror}.") from error


def read_text(path: Path) -> str:
    """The text of a file that the command line names; raises ProcspecError when there is none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProcspecError(f"{path} cannot be read: {error}.") from error
