"""Calendars of the project file, under the fields of a process."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from procspec.model import Json
from procspec.source.calendars import Calendars, calendars, fields, left_out, taken
from procspec.source.reader import read
from tests.source.spec import brief

FILE = """\
kind: Project
name: test
calendars:
  plain: {businessDaysOfWeek: [monday, tuesday], businessDateExclusions: [2024-12-24, 2024-12-23]}
  us:
    holidays: US
    businessDaysOfWeek: [monday, tuesday, wednesday, thursday, friday]
    businessDateExclusions: [2024-11-29]
    calendarIds: [calendar-1]
  only: {holidays: US-NY}
  zz: {holidays: ZZ, businessDaysOfWeek: [monday]}
  small: {holidays: us-ny, businessDaysOfWeek: [monday]}
"""
CHRISTMAS = date(2024, 12, 25)


def made(text: str = FILE) -> tuple[Calendars, list[str]]:
    document, _ = read("procspec.yaml", text.encode())
    built, problems = calendars(document)
    return built, brief(problems)


def test_unknown_regions_are_reported_where_they_are_written() -> None:
    built, problems = made()
    assert problems == ["11:18 unknown-holidays", "12:21 unknown-holidays"]
    assert {name for name, named in built.named.items() if named.broken} == {"zz", "small"}
    assert built.business({"calendar": "zz"}).reported and built.business({"calendar": "zz"}).days is None


@pytest.mark.parametrize("region", ["''", "' '", "'US '", "'-'"])
def test_a_region_that_is_none(region: str) -> None:
    built, problems = made(f"kind: Project\nname: x\ncalendars:\n  c: {{holidays: {region}}}\n")
    assert problems == ["4:17 unknown-holidays"]
    assert built.named["c"].broken and built.named["c"].holidays is None


def test_a_named_calendar() -> None:
    built, _ = made()
    business = built.business({"calendar": "us"})
    assert business.days is not None and business.days.calendar.name == "us"
    calendar = business.days.calendar
    assert not calendar.is_business(CHRISTMAS) and not calendar.is_business(date(2024, 11, 29))
    assert calendar.is_business(date(2024, 12, 24)) and not calendar.is_business(date(2024, 12, 28))


def test_fields_of_the_process_win_and_its_exclusions_take_the_place_of_the_holidays() -> None:
    built, _ = made()
    worked = {"calendar": "us", "businessDateInclusions": ["2024-12-25"]}
    days = built.business(worked).days
    assert days is not None and days.calendar.is_business(CHRISTMAS) and days.calendar.name == ""
    assert not days.calendar.is_business(date(2024, 11, 29))
    own = built.business({"calendar": "us", "businessDateExclusions": ["2024-12-24"]})
    assert own.days is not None and own.holidays is None
    assert own.days.calendar.is_business(CHRISTMAS) and own.days.calendar.is_business(date(2024, 11, 29))
    sundays = built.business({"calendar": "us", "businessDaysOfWeek": ["sunday", "wednesday"]}).days
    assert sundays is not None and sundays.calendar.is_business(date(2024, 12, 22))
    assert not sundays.calendar.is_business(CHRISTMAS)


def test_equal_business_days_are_worked_out_once() -> None:
    built, _ = made()
    week = {"businessDaysOfWeek": ["monday"]}
    assert built.business({**week}).days is built.business({"businessDaysOfWeek": ["monday"]}).days
    assert built.business({"calendar": "us"}).days is built.business({"calendar": "us", "key": "x"}).days
    assert built.business({"calendar": "us", **week}).days is not built.business({**week}).days


def test_without_days_of_the_week_nothing_can_be_counted() -> None:
    built, _ = made()
    for data in (
        {},
        {"calendar": "only"},
        {"businessDateExclusions": ["2024-12-25"]},
        {"calendarIds": ["x"]},
    ):
        business = built.business(data)
        assert business.days is None and not business.reported
    assert built.business({"calendar": "only", "businessDaysOfWeek": ["monday"]}).days is not None


def test_what_is_sent() -> None:
    built, _ = made()

    def sent(data: dict[str, Json], *years: int) -> Any:
        return fields(data, built.business(data), years)

    assert sent({}, 2024) == {}
    assert sent({"calendar": "plain"}, 2024) == {
        "businessDaysOfWeek": ["monday", "tuesday"],
        "businessDateExclusions": ["2024-12-24", "2024-12-23"],
    }
    both = sent({"calendar": "us"}, 2024, 2025)
    assert list(both) == ["businessDaysOfWeek", "businessDateExclusions", "calendarIds"]
    exclusions = both["businessDateExclusions"]
    assert {"2024-11-29", "2024-12-25", "2025-01-01", "2025-07-04"} < {*exclusions}
    assert exclusions == sorted({*exclusions}) and exclusions[-1] == "2025-12-25"
    assert sent({"calendar": "us"})["businessDateExclusions"] == ["2024-11-29"]
    assert "businessDateExclusions" not in sent({"calendar": "us", "businessDateExclusions": []}, 2024)
    assert "businessDateExclusions" not in sent({"calendar": "only"})
    assert sent({"calendar": "zz"}, 2024) == {} and sent({"calendar": "nobody"}, 2024) == {}


def test_days_off_that_the_exclusions_of_a_process_leave_out() -> None:
    built, _ = made()

    def missing(days: list[Json], years: range, name: str = "us") -> list[date]:
        data = {"calendar": name, "businessDateExclusions": days}
        return left_out(data, built.business(data), years)

    of_2025 = missing(["2025-01-02"], range(2025, 2026))
    assert of_2025[0] == date(2025, 1, 1) and date(2024, 11, 29) not in of_2025
    assert of_2025[1:] == missing(["2025-01-01"], range(2025, 2026))
    assert date(2022, 1, 1) not in missing(["2022-03-01"], range(2022, 2023))  # a Saturday
    assert missing(["2024-01-02"], range(0)) == [date(2024, 11, 29)]
    assert missing([day.isoformat() for day in of_2025], range(2025, 2026)) == []
    assert missing([], range(2025, 2026)) == []  # on purpose
    assert missing(["2025-01-02"], range(2101, 2102)) == []  # nobody knows
    assert len(missing(["2025-01-02"], range(2025, 2026), "only")) > 10  # with no days of the week
    assert missing(["2025-01-02"], range(2025, 2026), "zz") == []
    assert missing(["2025-01-02"], range(2025, 2026), "nobody") == []


def test_what_a_plan_shows() -> None:
    built, _ = made()
    shown = taken(built.named["only"], [2025, 2024])
    assert shown.region == "US-NY" and shown.source.startswith("holidays ")
    assert shown.dates[0] == "2024-01-01" and shown.dates[-1] == "2025-12-25"
    assert "2024-11-29" not in taken(built.named["us"], [2024]).dates


@pytest.mark.parametrize(
    "calendar",
    [
        "~",
        "x",
        "[x]",
        "{businessDaysOfWeek: monday}",
        "{businessDateExclusions: {a: b}}",
        "{holidays: [US]}",
        "{holidays: 12}",
        "{holidays: ~}",
    ],
)
def test_any_shape(calendar: str) -> None:
    built, problems = made(f"kind: Project\nname: x\ncalendars: {{a: {calendar}}}\n")
    assert problems == [] and built.named["a"].broken and built.business({"calendar": "a"}).reported
    assert fields({"calendar": "a"}, built.business({"calendar": "a"}), [2024]) == {}


@pytest.mark.parametrize("text", ["", "a", "- a", "calendars: x", "calendars: [x]", "calendars:"])
def test_a_file_of_any_shape(text: str) -> None:
    built, problems = made(text or "~")
    assert problems == [] and built.business({"calendar": "a"}).reported


def test_no_file() -> None:
    built, problems = calendars(None)
    assert problems == () and built.named == {}


def test_bad_entries_of_a_list_are_left_out() -> None:
    data = {
        "businessDaysOfWeek": ["monday", "Tuesday", None, 3, ["x"]],
        "businessDateExclusions": ["2024-12-23", "2024-02-30", None, "WD+3"],
        "businessDateInclusions": [{"a": 1}, "2024-12-28"],
    }
    days = Calendars({}).business(data).days
    assert days is not None
    assert days.of(2024)[-2:] == [date(2024, 12, 28), date(2024, 12, 30)]
    assert date(2024, 12, 16) in days.of(2024) and date(2024, 12, 23) not in days.of(2024)
