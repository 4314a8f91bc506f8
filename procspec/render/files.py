"""The files of a run: a table of them, and what became of a download."""

from __future__ import annotations

from collections.abc import Sequence

from procspec.render.style import PLAIN, Paint
from procspec.render.visible import visible


def table(rows: Sequence[tuple[str, str]], paint: Paint = PLAIN) -> str:
    """A file a line: the name that the system keeps it by, and the variable that holds it, if any."""
    if not rows:
        return "No files."
    shown = [("FILE", "VARIABLE"), *((visible(file), visible(variable)) for file, variable in rows)]
    width = max(len(file) for file, _ in shown)
    lines = [f"{file.ljust(width)}  {variable}".rstrip() for file, variable in shown]
    return "\n".join([paint(lines[0], "head"), *lines[1:]])


def downloaded(file: str, path: str, size: int, paint: Paint = PLAIN) -> str:
    """A file that is there now."""
    unit = "byte" if size == 1 else "bytes"
    return f"{paint('downloaded', 'ok')}  {visible(file)} -> {visible(path)}  ({size:,} {unit})"


def failed(file: str, error: str, hint: str, paint: Paint = PLAIN) -> str:
    """A file that is not, and why."""
    told = f"{paint('not downloaded', 'error')}  {visible(file)}: {visible(error)}"
    return f"{told}\n    {visible(hint)}" if hint else told
