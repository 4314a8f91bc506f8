"""The dates that the server moves by itself, one a line, and what the days break on which they land."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from procspec.model import Shift
from procspec.render.style import PLAIN, Paint
from procspec.render.values import weekday
from procspec.render.visible import visible

_UNKNOWN = "a day that cannot be said: the server's answer leaves out what it counts with"


def shifts(given: Iterable[Shift], paint: Paint = PLAIN) -> Iterator[str]:
    """The block of a process plan, nothing when nothing is moved; by the field that moves them."""
    for by, group in groupby(given, key=lambda shift: shift.by):
        moved = list(group)
        width = min(60, max(len(visible(shift.path)) for shift in moved))
        yield f"    Moved by the server with {visible(by)}:"
        for shift in moved:
            after = _UNKNOWN if shift.after is None else weekday(shift.after)
            yield f"      {visible(shift.path).ljust(width)}  {weekday(shift.before)} -> {after}"
            yield from (f"          {paint(visible(told), 'warning')}" for told in shift.breaks)
