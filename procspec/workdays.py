"""Workdays: `WD+5`, `end-2wd`, `start+10d`, and the counting of business days (DESIGN section 3)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from calendar import isleap
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import Final

from procspec.model import Calendar

_TEXT = re.compile(
    r"WD(?P<period>[+-][0-9]{1,4})|(?P<anchor>start|end|due)(?P<count>[+-][0-9]{1,4})(?P<unit>wd|d)"
)
EMPTY_YEARS: Final = 10
"""After so many years in a row without a business day, there is none."""


class Uncounted(ValueError):
    """The day that was asked for cannot be told; the message is a sentence that says why."""


class NoBusinessDay(Uncounted):
    """The calendar has no business day there."""


class OutsideCalendar(Uncounted):
    """The day is before the year 1 or after the year 9999."""


class NoHolidays(Uncounted):
    """Raised by `Calendar.holidays`: nothing is known about the holidays of `year`."""

    def __init__(self, message: str, year: int) -> None:
        super().__init__(message)
        self.year = year


@dataclass(frozen=True, slots=True)
class Workday:
    """A day that is counted from another one.

    `anchor` is `start`, `end` or `due`; `count` has the sign. `unit` is `wd` for business days, `d` for
    days of the calendar, and `WD` for business days around the end, which count it backwards if it is one.
    """

    anchor: str
    count: int
    unit: str

    @property
    def fault(self) -> str | None:
        """Why there is no such day, whatever the calendar, in sentences that say what to do; else None."""
        if self.count or self.unit == "d":
            return None
        if self.unit == "WD":
            return "There is no zeroth business day: WD+1 is the first after the end, WD-1 the last up to it."
        return (
            f"There is no zeroth business day. Write {self.anchor}+0d for the day itself, or "
            f"{self.anchor}+1wd for the first business day after it."
        )


def parse(text: str) -> Workday | None:
    """The workday that is written so, in exactly the spelling of the schema; None if it is none."""
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    if match["period"]:
        return Workday("end", int(match["period"]), "WD")
    return Workday(match["anchor"], int(match["count"]), match["unit"])


class Days:
    """The business days of a calendar, worked out for each year that is asked for, once."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._years: dict[int, list[date]] = {}

    def of(self, year: int) -> list[date]:
        """The business days of a year, in order. Raises `OutsideCalendar` and what the holidays raise."""
        if not MINYEAR <= year <= MAXYEAR:
            raise OutsideCalendar(f"The count leaves the years {MINYEAR} to {MAXYEAR}.")
        if year not in self._years:
            first = date(year, 1, 1).toordinal()
            days = map(date.fromordinal, range(first, first + 365 + isleap(year)))
            self._years[year] = [day for day in days if self.calendar.is_business(day)]
        return self._years[year]

    def after(self, day: date, count: int) -> date:
        """The `count`-th business day after `day`, from 1. Raises `Uncounted`."""
        year, empty = day.year, 0
        days = self.of(year)
        index = bisect_right(days, day) + count - 1
        while index >= len(days):
            index -= len(days)
            year += 1
            days = self.of(year)
            empty = self._empty(days, empty)
        return days[index]

    def before(self, day: date, count: int, *, inclusive: bool = False) -> date:
        """The `count`-th business day before `day`, from 1; `inclusive` counts `day` too.

        Raises `Uncounted`.
        """
        year, empty = day.year, 0
        days = self.of(year)
        index = (bisect_right if inclusive else bisect_left)(days, day) - count
        while index < 0:
            year -= 1
            days = self.of(year)
            index += len(days)
            empty = self._empty(days, empty)
        return days[index]

    def _empty(self, days: list[date], empty: int) -> int:
        """How many years in a row had no business day, these days being those of the latest."""
        if days:
            return 0
        if empty + 1 == EMPTY_YEARS:
            named = f' "{self.calendar.name}"' if self.calendar.name else ""
            raise NoBusinessDay(f"The calendar{named} has no business day for {EMPTY_YEARS} years.")
        return empty + 1


def resolve(workday: Workday, anchor: date, days: Days) -> date:
    """The day that is meant, counted from the day `anchor`. Raises `Uncounted`.

    `WD+n` is the n-th business day after the end, `WD-n` the n-th last up to and including it; `+nwd` and
    `-nwd` leave the anchor out (DESIGN section 3). A workday with a `fault` must not come here.
    """
    if workday.unit == "d":
        return shift(anchor, workday.count)
    if workday.count > 0:
        return days.after(anchor, workday.count)
    return days.before(anchor, -workday.count, inclusive=workday.unit == "WD")


def shift(day: date, count: int) -> date:
    """So many days of the calendar later. Raises `OutsideCalendar`."""
    try:
        return day + timedelta(days=count)
    except OverflowError:
        raise OutsideCalendar(f"The count leaves the years {MINYEAR} to {MAXYEAR}.") from None
