"""Periods by name: `2024-Q4`, `2024-12`, `2024`; fiscal ones by the month in which the year begins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from procspec.errors import UsageError
from procspec.model import Diagnostic, Document, Json, Period
from procspec.source.rules import problem

CHOICE = "PROCSPEC_PERIOD"
"""The variable that names the period, after `--period` and before the project."""
NOTHING: Mapping[str, Json] = dict.fromkeys(("name", "start", "end", "next", "previous"))
"""What the names refer to when the period has a problem that was reported."""
_ADVICE = "A period is a quarter (2024-Q4), a month (2024-12) or a year (2024)."

_NAME = re.compile(r"(?P<year>\d{4})(?:-(?:Q(?P<quarter>[1-4])|(?P<month>\d{2})))?")
_DAY = timedelta(days=1)

Step = tuple[int, int]
"""How many months a period has, and the number of its first month, counted from the year 0."""


def choose(
    document: Document | None, environ: Mapping[str, str]
) -> tuple[Period | None, tuple[Diagnostic, ...]]:
    """The period that the project is about: PROCSPEC_PERIOD > `period`; None when there is none.

    Raises `UsageError` for a period from outside that is none.
    """
    data = document.data if document is not None and isinstance(document.data, dict) else {}
    start = data.get("fiscalYearStart", 1)
    start = start if isinstance(start, int) and 1 <= start <= 12 else 1
    wanted = environ.get(CHOICE)
    if wanted:
        if (given := period(wanted, start)) is None:
            raise UsageError(f"There is no period {wanted!r}.", hint=_ADVICE)
        return given, ()
    written = data.get("period")
    # YAML 1.2 reads 2024 as a number; a year is the one period that is one.
    found = period(str(written) if type(written) is int else written, start)
    if found is None and isinstance(written, str | float) and document is not None:
        detail = f'There is no period "{written}". {_ADVICE}'
        return None, (problem("bad-period", document.place(("period",)), detail),)
    return found, ()


def names(given: Period) -> Mapping[str, Json]:
    """What `${period.x}` may refer to."""
    return {
        "name": given.name,
        "start": given.start.isoformat(),
        "end": given.end.isoformat(),
        "next": given.next,
        "previous": given.previous,
    }


def period(name: Json, fiscal_start: int = 1) -> Period | None:
    """The period of that name; None when there is none.

    A fiscal year has the name of the calendar year in which it ends: when it begins in October, 2025
    is from 2024-10-01 to 2025-09-30, and 2025-Q1 its first three months. A month is one of the calendar.
    """
    step = _step(name, fiscal_start) if isinstance(name, str) and name.isascii() else None
    if step is None:
        return None
    length, first = step
    before, after = _name(length, first - length, fiscal_start), _name(length, first + length, fiscal_start)
    try:
        end = _first_of(first + length) - _DAY
        return Period(name=str(name), start=_first_of(first), end=end, next=after, previous=before)
    except (ValueError, OverflowError):
        return None  # before the year 1, or after 9999


def _step(name: str, fiscal_start: int) -> Step | None:
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    year = int(match["year"])
    if match["month"]:
        month = int(match["month"])
        return (1, 12 * year + month - 1) if 1 <= month <= 12 else None
    first = _first_month(year, fiscal_start)
    return (3, first + 3 * (int(match["quarter"]) - 1)) if match["quarter"] else (12, first)


def _first_month(year: int, fiscal_start: int) -> int:
    """The first month of the (fiscal) year, counted from the year 0."""
    return 12 * (year if fiscal_start == 1 else year - 1) + fiscal_start - 1


def _name(length: int, first: int, fiscal_start: int) -> str:
    """The inverse of `_step`."""
    if length == 1:
        return f"{first // 12:04}-{first % 12 + 1:02}"
    year, month = divmod(first - _first_month(0, fiscal_start), 12)
    return f"{year:04}" if length == 12 else f"{year:04}-Q{month // 3 + 1}"


def _first_of(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)
