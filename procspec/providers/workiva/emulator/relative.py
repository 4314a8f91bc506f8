"""Relative dates: what the server moves when `businessStartDate` moves.

All that is documented are three phrases of the guide: `businessStartDate` is the "anchor date for relative
dates" and `relativeDates` enables "relative date shifting" ("Patchable paths"); "Dates shift relative to
the business start date using the configured business days calendar" ("Common Issues"). How they shift is
said nowhere (T23). This module reads them so (inference, all of it):

- A PATCH shifts when `relativeDates` is true after it and it moved `businessStartDate` from one date to
  another. Setting or removing the start, or turning `relativeDates` on alone, moves nothing.
- Every `dueDate` and `approverDueDate` of a job moves. The dates of the process are fields of their own,
  and the shape of a certification's `steps` is unknown: they stay.
- A date keeps its number: how many business days it lies after the start, or before it, counted with the
  business days before the patch; it lands on the day with that number after the patch. A date on no
  business day has the number of the last business day up to it; number 0 is the start itself.
- `businessDaysOfWeek` that is not set or empty means all seven: without business days, calendar days.
  `calendarIds` name calendars that no operation shows: they add no days.
- A number that the calendar cannot hold, or a text that is no date, stays where it is.
"""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any

from procspec.providers.emulator.nouns import Object
from procspec.providers.workiva.emulator.shapes import WEEKDAYS
from procspec.providers.workiva.emulator.tree import jobs, payload_of

_LAST = datetime.date.max.toordinal()
_MEMBERS = ("dueDate", "approverDueDate")


class Count:
    """The business days of a process, numbered from the beginning of the calendar; days are ordinals."""

    def __init__(self, process: Object) -> None:
        self.start = _day(process.get("businessStartDate"))
        named = [str(name).lower() for name in _list(process, "businessDaysOfWeek")] or WEEKDAYS
        self._week = [name in named for name in WEEKDAYS]
        included = set(_days(process, "businessDateInclusions"))
        excluded = set(_days(process, "businessDateExclusions")) - included
        self._more = sorted(day for day in included if not self._in_week(day))
        self._less = sorted(day for day in excluded if self._in_week(day))

    def _in_week(self, day: int) -> bool:
        return self._week[(day - 1) % 7]  # the first day of the calendar is a Monday

    def up_to(self, day: int) -> int:
        """How many business days there are up to and including a day."""
        weeks, rest = divmod(day, 7)
        plain = weeks * sum(self._week) + sum(self._week[:rest])
        return plain + bisect_right(self._more, day) - bisect_right(self._less, day)

    def number(self, day: int) -> int:
        """How many business days after the start a day is; below 0 before it."""
        start = self.start or 0
        if day >= start:
            return self.up_to(day) - self.up_to(start)
        return self.up_to(day) - self.up_to(start - 1) - 1

    def land(self, number: int) -> int | None:
        """The day with that number; None when there is none."""
        start = self.start or 0
        if number == 0:
            return start
        total = self.up_to(start) + number if number > 0 else self.up_to(start - 1) + 1 + number
        day = bisect_left(range(1, _LAST + 1), total, key=self.up_to) + 1
        return day if total > 0 and day <= _LAST else None


def shift(process: Object, before: Count) -> None:
    """Moves the dates of a process that was just patched; `before` is what counted until then."""
    after = Count(process)
    if process.get("relativeDates") is not True or before.start in (None, after.start) or after.start is None:
        return
    for place in jobs(process["root"]):
        payload = payload_of(place.node)
        for member in _MEMBERS:
            day = _day(payload.get(member))
            landed = None if day is None else after.land(before.number(day))
            if landed is not None:
                payload[member] = f"{datetime.date.fromordinal(landed)}{payload[member][10:]}"


def _day(value: Any) -> int | None:
    """The day of a date; a hand edit may have left a date-time (T5), or anything."""
    try:
        return datetime.date.fromisoformat(value[:10]).toordinal()
    except (TypeError, ValueError):
        return None


def _days(process: Object, member: str) -> Iterator[int]:
    return (day for day in map(_day, _list(process, member)) if day is not None)


def _list(process: Object, member: str) -> list[Any]:
    value = process.get(member)
    return value if isinstance(value, list) else []
