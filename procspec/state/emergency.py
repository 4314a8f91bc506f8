"""Where an id goes that the state would not take: a file of its own, wherever one can still be written."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from procspec.model import Json


def keep(note: Json, folder: Path) -> Path | None:
    """Writes a note durably, with mode 0600, to `folder` or else to a folder of the system or the user.

    None when no place takes it: then the terminal is all that is left.
    """
    text = json.dumps({"format_version": 1, **note}, indent=2) + "\n"
    places: tuple[Callable[[], Path], ...] = (lambda: folder, _temporary, _home)
    for place in places:
        # Even asking for a place may fail: no folder for temporary files on a full disk, no home.
        with contextlib.suppress(OSError, RuntimeError):
            return _written(place(), text)
    return None


def _temporary() -> Path:
    return Path(tempfile.gettempdir())


def _home() -> Path:
    return Path("~").expanduser()


def _written(place: Path, text: str) -> Path:
    """A new file, named by nobody else; removed again when it cannot be written in full."""
    handle, name = tempfile.mkstemp(prefix="procspec-lost-id-", suffix=".json", dir=place)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError:
        Path(name).unlink()
        raise
    return Path(name)
