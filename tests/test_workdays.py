"""Counting business days: against numpy, against the definition, and at the edges."""

from __future__ import annotations

import random
from datetime import date, timedelta

import numpy
import pytest

from procspec.model import Calendar
from procspec.workdays import (
    EMPTY_YEARS,
    Days,
    NoBusinessDay,
    NoHolidays,
    OutsideCalendar,
    Uncounted,
    Workday,
    parse,
    resolve,
)

FIRST = date(2015, 1, 1)
DAY = timedelta(days=1)
WEEK = frozenset(range(5))
US = Calendar(week=WEEK, exclusions=frozenset({date(2024, 12, 25), date(2025, 1, 1)}))


def some_dates(choice: random.Random, most: int) -> frozenset[date]:
    return frozenset(FIRST + choice.randrange(4000) * DAY for _ in range(choice.randrange(most + 1)))


def some_calendar(choice: random.Random) -> Calendar:
    week = frozenset(choice.sample(range(7), choice.randint(1, 7)))
    return Calendar(week=week, exclusions=some_dates(choice, 200))


def numpys(calendar: Calendar, day: date, offset: int, roll: str) -> date:
    """numpy has no inclusions, so these may only be days that it would have but for the exclusions."""
    mask = [weekday in calendar.week for weekday in range(7)]
    shut = sorted(calendar.exclusions - calendar.inclusions)
    found = numpy.busday_offset(
        numpy.datetime64(day),
        offset,
        roll=roll,  # type: ignore[call-overload]
        weekmask=mask,
        holidays=[numpy.datetime64(one) for one in shut],
    )
    return date.fromisoformat(str(found))


def test_as_numpy_counts() -> None:
    choice, tried = random.Random(4), {"WD+": 0, "WD-": 0, "+wd": 0, "-wd": 0}
    for _ in range(10_000):
        calendar = some_calendar(choice)
        again = [
            day for day in calendar.exclusions if day.weekday() in calendar.week and choice.random() < 0.1
        ]
        calendar = Calendar(week=calendar.week, exclusions=calendar.exclusions, inclusions=frozenset(again))
        day, count = (
            FIRST + choice.randrange(4000) * DAY,
            choice.choice([1, 1, 2, 3, 5, 10, 40, choice.randint(1, 400)]),
        )
        form = choice.choice([*tried])
        wanted = {
            "WD+": (count, "backward"),
            "WD-": (1 - count, "backward"),
            "+wd": (count, "backward"),
            "-wd": (-count, "forward"),
        }[form]
        text = f"{form}{count}" if form.startswith("WD") else f"start{form[0]}{count}wd"
        workday = parse(text)
        assert workday is not None
        assert resolve(workday, day, Days(calendar)) == numpys(calendar, day, *wanted), (text, day, calendar)
        tried[form] += 1
    assert sum(tried.values()) == 10_000 and min(tried.values()) > 2_000


def naive(calendar: Calendar, day: date, workday: Workday) -> date:
    """Day by day, as DESIGN section 3 defines a business day."""
    step = DAY if workday.count > 0 else -DAY
    day += step if workday.count > 0 or workday.unit == "wd" else 0 * DAY
    left = abs(workday.count)
    while True:
        regular = day.weekday() in calendar.week and day not in calendar.exclusions
        left -= regular or day in calendar.inclusions
        if not left:
            return day
        day += step


def test_as_the_definition_with_inclusions() -> None:
    choice, tried = random.Random(5), 0
    for _ in range(1_000):
        bare = some_calendar(choice)
        calendar = Calendar(
            week=bare.week, exclusions=bare.exclusions, inclusions=some_dates(choice, 200) | {FIRST}
        )
        days = Days(calendar)
        for _ in range(5):
            day, count = FIRST + choice.randrange(1500, 2500) * DAY, choice.randint(1, 40)
            unit = choice.choice(["WD", "wd"])
            workday = Workday("end", choice.choice([count, -count]), unit)
            assert resolve(workday, day, days) == naive(calendar, day, workday), (workday, day, calendar)
            tried += 1
    assert tried == 5_000


@pytest.mark.parametrize(
    "text, anchor, expected",
    [
        ("WD+1", "2024-12-31", "2025-01-02"),  # Tuesday; Wednesday is a holiday
        ("WD-1", "2024-12-31", "2024-12-31"),
        ("WD-2", "2024-12-31", "2024-12-30"),
        ("WD+1", "2024-11-30", "2024-12-02"),  # Saturday
        ("WD-1", "2024-11-30", "2024-11-29"),
        ("WD-1", "2025-01-01", "2024-12-31"),
        ("end-1wd", "2024-12-31", "2024-12-30"),
        ("end-1wd", "2024-11-30", "2024-11-29"),
        ("start+3wd", "2024-10-01", "2024-10-04"),
        ("due-1wd", "2024-12-26", "2024-12-24"),
        ("end+10d", "2024-12-31", "2025-01-10"),
        ("end-31d", "2024-12-31", "2024-11-30"),
        ("start+0d", "2024-12-25", "2024-12-25"),
        ("start-0d", "2024-12-25", "2024-12-25"),
        ("WD+0005", "2024-12-31", "2025-01-08"),
    ],
)
def test_examples(text: str, anchor: str, expected: str) -> None:
    workday = parse(text)
    assert workday is not None and workday.fault is None
    assert resolve(workday, date.fromisoformat(anchor), Days(US)).isoformat() == expected


def test_parsed() -> None:
    assert parse("WD+5") == Workday("end", 5, "WD")
    assert parse("WD-1") == Workday("end", -1, "WD")
    assert parse("start+3wd") == Workday("start", 3, "wd")
    assert parse("due-10d") == Workday("due", -10, "d")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "WD",
        "WD5",
        "wd+5",
        "WD+",
        "WD +5",
        "WD+5 ",
        "WD+5\n",
        "WD+12345",
        "WD+5d",
        "start+3",
        "Start+3wd",
        "start+3WD",
        "begin+3wd",
        "start+3w",
        "WD+٣",
        "WD+²",
        "2024-12-31",
    ],
)
def test_no_workdays(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    "text, advice",
    [
        ("WD+0", "WD+1 is the first after the end"),
        ("WD-0", "WD-1 the last up to it"),
        ("WD+0000", "no zeroth business day"),
        ("start+0wd", "Write start+0d for the day itself, or start+1wd"),
        ("due-0wd", "due+1wd for the first business day after it"),
    ],
)
def test_there_is_no_zeroth_business_day(text: str, advice: str) -> None:
    workday = parse(text)
    assert workday is not None and workday.fault is not None and advice in workday.fault


def test_a_calendar_without_a_business_day_ends() -> None:
    never = Days(Calendar(week=frozenset(), name="never"))
    for count in (1, -1, 9999):
        for unit in ("WD", "wd"):
            with pytest.raises(NoBusinessDay, match='"never" has no business day for 10 years'):
                resolve(Workday("end", count, unit), FIRST, never)


def test_years_of_exclusions_end() -> None:
    def shut(years: int) -> Days:
        last = date(FIRST.year + years, 1, 1)
        closed = frozenset(FIRST + number * DAY for number in range((last - FIRST).days))
        return Days(Calendar(week=WEEK, exclusions=closed))

    eve = FIRST - DAY
    assert shut(EMPTY_YEARS - 1).after(eve, 1) == date(2024, 1, 1)
    with pytest.raises(NoBusinessDay):
        shut(EMPTY_YEARS).after(eve, 1)


def test_a_few_inclusions_alone() -> None:
    open_days = frozenset({date(2024, 12, 28), date(2025, 1, 4)})
    days = Days(Calendar(week=frozenset(), inclusions=open_days))
    assert days.after(date(2024, 12, 1), 2) == date(2025, 1, 4)
    assert days.before(date(2025, 1, 4), 1) == date(2024, 12, 28)
    assert days.before(date(2025, 1, 4), 1, inclusive=True) == date(2025, 1, 4)
    with pytest.raises(NoBusinessDay):
        days.after(date(2024, 12, 1), 3)
    with pytest.raises(NoBusinessDay):
        days.before(date(2025, 1, 4), 2)


@pytest.mark.parametrize("text", ["WD+9999", "end+9999d", "end+9999wd"])
def test_after_the_last_year(text: str) -> None:
    workday = parse(text)
    assert workday is not None
    with pytest.raises(OutsideCalendar, match="1 to 9999"):
        resolve(workday, date(9999, 12, 31), Days(US))


@pytest.mark.parametrize("text", ["WD-9999", "end-9999d", "end-9999wd"])
def test_before_the_first_year(text: str) -> None:
    workday = parse(text)
    assert workday is not None
    with pytest.raises(OutsideCalendar, match="1 to 9999"):
        resolve(workday, date(1, 1, 31), Days(US))


def test_far_away() -> None:
    every = Days(Calendar(week=frozenset(range(7))))
    assert every.after(FIRST, 9999) == FIRST + 9999 * DAY
    assert every.before(FIRST, 9999) == FIRST - 9999 * DAY
    assert every.after(date(9999, 12, 30), 1) == date.max
    assert every.before(date(1, 1, 2), 1) == date.min


def test_holidays_are_asked_for_year_by_year_and_may_be_unknown() -> None:
    asked: list[int] = []

    def known(year: int) -> frozenset[date]:
        asked.append(year)
        if year > 2024:
            raise NoHolidays("nobody knows", year)
        return frozenset({date(2024, 12, 31)})

    days = Days(Calendar(week=WEEK, holidays=known))
    assert days.after(date(2024, 12, 27), 1) == date(2024, 12, 30)
    assert days.before(date(2024, 12, 31), 1, inclusive=True) == date(2024, 12, 30)
    assert set(asked) == {2024}
    before = len(asked)
    assert days.before(date(2024, 12, 31), 20) < date(2024, 12, 31) and len(asked) == before
    with pytest.raises(Uncounted, match="nobody knows") as caught:
        days.after(date(2024, 12, 30), 1)
    assert isinstance(caught.value, NoHolidays) and caught.value.year == 2025
