"""What the server moves when `businessStartDate` moves: the dates of jobs, where `relativeDates` is on.

The guide says no more than "Dates shift relative to the business start date using the configured business
days calendar" ("Common Issues"; T23). The rest is inference, and the plan shows every date of it:

- A patch shifts when `relativeDates` is true after it and it changes `businessStartDate` from one date to
  another. The process's own dates are fields that a patch sets: they do not shift.
- A date keeps its number of business days after the start, counted with the business days before the
  patch, and lands on the day with that number after the new start, with the business days after it. Dates
  before the start count backwards from it. A date on no business day counts as the last business day up
  to it. Number 0 is the start itself.
- Without `businessDaysOfWeek` every day of the week counts: calendar days.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from procspec.model import WEEKDAYS, Calendar, Json, Kind, Node, Shift
from procspec.workdays import Days, Uncounted

START = "businessStartDate"
DATES = ("dueDate", "approverDueDate")
"""A certification has dates in its `steps`, whose shape is published nowhere."""
_WEEK, _EXCLUSIONS, _INCLUSIONS = "businessDaysOfWeek", "businessDateExclusions", "businessDateInclusions"
_CALENDARS = "calendarIds"
_UNCERTAIN = "uncertain: the days of its calendarIds are known to the server alone"
_FAR = 100
"""Years from the start: what lies farther off is a slip, and not worth counting."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """What dates are relative to: a start and the business days."""

    start: date
    days: Days

    def number(self, day: date) -> int:
        """How many business days after the start a day is; below 0 before it. Raises `Uncounted`."""
        if abs(day.year - self.start.year) > _FAR:
            raise Uncounted(f"It is more than {_FAR} years from the start.")
        if day >= self.start:
            return self._up_to(day, self.start)
        return -1 - self._between(day)

    def _up_to(self, day: date, start: date) -> int:
        """Business days after `start` up to and including `day`."""
        inner = sum(len(self.days.of(year)) for year in range(start.year, day.year))
        return (
            inner + bisect_right(self.days.of(day.year), day) - bisect_right(self.days.of(start.year), start)
        )

    def _between(self, day: date) -> int:
        """Business days after `day` and before the start."""
        inner = sum(len(self.days.of(year)) for year in range(day.year, self.start.year))
        up_to = bisect_left(self.days.of(self.start.year), self.start)
        return inner + up_to - bisect_right(self.days.of(day.year), day)

    def land(self, number: int) -> date:
        """The day with that number. Raises `Uncounted`."""
        if number > 0:
            return self.days.after(self.start, number)
        return self.days.before(self.start, -number) if number else self.start


def cascade(live: Node, planned: Node) -> tuple[Shift, ...]:
    """The dates that a patch from `live` to `planned` moves, as `Provider.cascade` says."""
    if not _shifts(live.fields, planned.fields):
        return ()
    frames = _frame(live.fields), _frame(planned.fields)
    doubt = (_UNCERTAIN,) if live.fields.get(_CALENDARS) or planned.fields.get(_CALENDARS) else ()
    moved = (
        Shift(
            node=node.key,
            field=name,
            by=START,
            before=day.isoformat(),
            after=_land(day, *frames),
            breaks=doubt,
        )
        for node, name, day in _dates(live)
    )
    return tuple(shift for shift in moved if shift.before != shift.after)


def _shifts(live: Mapping[str, Json], planned: Mapping[str, Json]) -> bool:
    """Whether the patch is one that shifts: the start is there on both sides, and is not the same."""
    after = _day(planned.get(START))
    there = START in live and after is not None
    return there and planned.get("relativeDates") is True and _day(live[START]) != after


def _dates(live: Node) -> Iterator[tuple[Node, str, date]]:
    for node in live.walk():
        if node.kind is Kind.JOB:
            for name in DATES:
                if (day := _day(node.fields.get(name))) is not None:
                    yield node, name, day


def _land(day: date, before: _Frame | None, after: _Frame | None) -> str | None:
    """Where it lands; None where that cannot be said."""
    if before is None or after is None:
        return None
    try:
        return after.land(before.number(day)).isoformat()
    except Uncounted:
        return None


def _frame(fields: Mapping[str, Json]) -> _Frame | None:
    """The start and the business days of a process; None if one of them is hidden, or is nothing we know."""
    start = _day(fields.get(START))
    if start is None or any(
        name in fields and fields[name] is None for name in (_WEEK, _EXCLUSIONS, _INCLUSIONS)
    ):
        return None
    words = [str(name).lower() for name in fields.get(_WEEK) or WEEKDAYS]  # T3
    week = frozenset(number for number, name in enumerate(WEEKDAYS) if name in words)
    listed = [
        frozenset(filter(None, map(_day, fields.get(name) or ()))) for name in (_EXCLUSIONS, _INCLUSIONS)
    ]
    calendar = Calendar(week=week, exclusions=listed[0], inclusions=listed[1])
    return _Frame(start, Days(calendar)) if week else None


def _day(value: Json) -> date | None:
    """The day of a date or a date-time (T5); None for anything else."""
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
