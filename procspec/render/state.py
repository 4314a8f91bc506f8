"""The records of an environment as a table."""

from __future__ import annotations

from collections.abc import Iterable

from procspec.model import Record
from procspec.render.style import PLAIN, Paint
from procspec.render.visible import visible


def table(records: Iterable[Record], paint: Paint = PLAIN) -> str:
    """Key, id, revision and what is to be known, a record a line."""
    rows = [("KEY", "ID", "REVISION", "NOTE"), *(_row(record) for record in records)]
    if len(rows) == 1:
        return "No records."
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([paint(lines[0], "head"), *lines[1:]])


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
    return "  ".join([*cells, row[3]]).rstrip()


def _row(record: Record) -> tuple[str, str, str, str]:
    notes = [
        _unsettled(record),
        *(f"outcome unknown: {run.act.action.value}, run {run.id}" for run in record.runs if run.act),
        "trashed" if record.trashed else "",
        "protected" if record.protect else "",
        "not valid on the server, or not asked" if record.invalid else "",
        f"to trash: {', '.join(record.leftovers)}" if record.leftovers else "",
        f"run {record.runs[-1].id}" if record.runs and record.id is None else "",
    ]
    revision = "" if record.revision is None else str(record.revision)
    told = ", ".join(note for note in notes if note)
    return visible(record.key), visible(record.id or ""), revision, visible(told)


def _unsettled(record: Record) -> str:
    if record.intent is None:
        return ""
    return "outcome unknown" if record.intent.id is None else f"made {record.intent.id}, not looked at yet"
