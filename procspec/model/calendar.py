"""Business days and periods: values of the calendar that people close their books by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""As the API writes them (guide, business days), in the order of `date.weekday()`."""


def _none(year: int) -> frozenset[date]:
    return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Which days are business days: `(weekday in week and not excluded) or included` (DESIGN section 3).

    `week` holds numbers of `date.weekday()`. `holidays` gives further exclusions of a year; it raises
    what `workdays` lets pass. `name` is the calendar's in the project, empty for fields of a process.
    """

    week: frozenset[int]
    exclusions: frozenset[date] = frozenset()
    inclusions: frozenset[date] = frozenset()
    holidays: Callable[[int], frozenset[date]] = field(default=_none, compare=False)
    name: str = ""

    def is_business(self, day: date) -> bool:
        """Whether people work on this day."""
        if day in self.inclusions:
            return True
        if day.weekday() not in self.week or day in self.exclusions:
            return False
        return day not in self.holidays(day.year)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of time that processes are about: a month, a quarter or a year; both ends belong to it."""

    name: str
    start: date
    end: date
    next: str
    previous: str
