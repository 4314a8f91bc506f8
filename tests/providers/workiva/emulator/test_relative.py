"""Relative dates: a PATCH that moves `businessStartDate` moves the dates of jobs (guide; T23)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from procspec.providers.workiva.emulator.relative import Count
from tests.providers.workiva.emulator.caller import Caller, certification, group, job, task

WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday"]
NAMES = [*WEEK, "saturday", "sunday"]


def replace(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def relative(emulator: Caller, *children: Any, **members: Any) -> Any:
    """A process that starts on Wednesday, 2025-01-01, with relative dates on."""
    settings = {"relativeDates": True, "businessStartDate": "2025-01-01", "businessDaysOfWeek": WEEK}
    return emulator.create(*children, **{**settings, **members})


def patched(emulator: Caller, process: Any, *operations: Any) -> Any:
    after = emulator.ok("PATCH", f"/processes/{process['id']}", list(operations))
    assert emulator.get(process["id"]) == after
    return after


def dates(process: Any) -> list[Any]:
    """Both dates of every job of the root group."""
    jobs = [child["job"] for child in process["root"]["children"] if child["type"] == "job"]
    payloads = [each["arguments"].get("sendTaskArgs", {}) for each in jobs]
    return [
        payload[name] for payload in payloads for name in ("dueDate", "approverDueDate") if name in payload
    ]


def lands(due: str, start: str, **members: Any) -> Any:
    """Where a date lands when the start moves from 2025-01-01 to `start`."""
    emulator = Caller()
    process = relative(emulator, task(dueDate=due), **members)
    return dates(patched(emulator, process, replace("/businessStartDate", start)))[0]


# ------------------------------------------------------------------------------------------ what moves


def test_both_dates_of_every_job_move(emulator: Caller) -> None:
    inner = group(
        "Inner", job("contentRequest", title="C", dueDate="2025-01-03", approverDueDate="2025-01-06")
    )
    before = relative(
        emulator,
        task(dueDate="2025-01-02", approverDueDate="2025-01-03"),
        inner,
        dueDate="2025-01-31",
        businessEndDate="2025-03-31",
        businessDateExclusions=["2025-12-25"],
    )
    after = patched(emulator, before, replace("/businessStartDate", "2025-01-08"))
    assert dates(after) == ["2025-01-09", "2025-01-10"]
    moved = after["root"]["children"][1]["group"]["children"][0]["job"]["arguments"]["contentRequestArgs"]
    assert (moved["dueDate"], moved["approverDueDate"]) == ("2025-01-10", "2025-01-13")
    # The dates of the process are fields of their own.
    for name in ("dueDate", "businessEndDate", "businessDateExclusions"):
        assert after[name] == before[name]


def test_it_is_one_revision_like_any_patch(emulator: Caller) -> None:
    before = relative(emulator, task(dueDate="2025-01-02"), task(dueDate="2025-01-03"))
    emulator.control("PUT", "clock", {"today": "2024-10-01"})
    after = patched(emulator, before, replace("/businessStartDate", "2025-01-08"))
    assert after["revision"] == before["revision"] + 1
    assert after["modified"]["dateTime"].startswith("2024-10-01")


def test_the_same_patch_again_moves_nothing(emulator: Caller) -> None:
    process = relative(emulator, task(dueDate="2025-01-02"))
    once = patched(emulator, process, replace("/businessStartDate", "2025-01-08"))
    again = patched(emulator, process, replace("/businessStartDate", "2025-01-08"))
    assert dates(once) == dates(again) == ["2025-01-09"]


def test_only_the_start_before_and_after_the_whole_patch_counts(emulator: Caller) -> None:
    process = relative(emulator, task(dueDate="2025-01-02"))
    there, back = replace("/businessStartDate", "2025-06-02"), replace("/businessStartDate", "2025-01-01")
    assert dates(patched(emulator, process, there, back)) == ["2025-01-02"]


def test_a_certification_stays(emulator: Caller) -> None:
    step = {"signers": ["a"], "dueDate": "2025-01-02"}
    before = relative(emulator, certification(step))
    after = patched(emulator, before, replace("/businessStartDate", "2025-01-08"))
    assert after["root"] == before["root"]


@pytest.mark.parametrize(
    "operations",
    [
        [replace("/relativeDates", False), replace("/businessStartDate", "2025-01-08")],
        [{"op": "remove", "path": "/businessStartDate"}],
        [replace("/businessStartDate", "2025-01-01")],
        [replace("/businessDaysOfWeek", ["monday"])],
        [replace("/dueDate", "2025-02-28")],
    ],
)
def test_anything_else_moves_nothing(emulator: Caller, operations: list[Any]) -> None:
    process = relative(emulator, task(dueDate="2025-01-02"), dueDate="2025-01-31")
    assert dates(patched(emulator, process, *operations)) == ["2025-01-02"]


def test_without_relative_dates_nothing_moves(emulator: Caller) -> None:
    process = relative(emulator, task(dueDate="2025-01-02"), relativeDates=False)
    assert dates(patched(emulator, process, replace("/businessStartDate", "2025-01-08"))) == ["2025-01-02"]


def test_turned_on_in_the_same_patch_they_move(emulator: Caller) -> None:
    process = relative(emulator, task(dueDate="2025-01-02"), relativeDates=False)
    on, start = replace("/relativeDates", True), replace("/businessStartDate", "2025-01-08")
    assert dates(patched(emulator, process, start, on)) == ["2025-01-09"]


def test_turned_on_alone_they_stay(emulator: Caller) -> None:
    process = relative(emulator, task(dueDate="2025-01-02"), relativeDates=False)
    assert dates(patched(emulator, process, replace("/relativeDates", True))) == ["2025-01-02"]


def test_a_refused_patch_moves_nothing(emulator: Caller) -> None:
    before = relative(emulator, task(dueDate="2025-01-02"))
    operations = [replace("/businessStartDate", "2025-01-08"), {"op": "remove", "path": "/dueDate"}]
    emulator.refused(400, "PATCH", f"/processes/{before['id']}", operations)
    assert emulator.get(before["id"]) == before


def test_what_a_hand_left_keeps_its_time_of_day(emulator: Caller) -> None:
    process = relative(emulator, task(dueDate="2025-01-02"), task("Two"))
    payload = "/root/children/{}/job/arguments/sendTaskArgs/dueDate"
    edit = [
        {"op": "add", "path": payload.format(0), "value": "2025-01-02T17:00:00Z"},
        {"op": "add", "path": payload.format(1), "value": "soon"},
        {"op": "add", "path": "/businessDateExclusions", "value": ["x", 5]},
    ]
    emulator.control("POST", f"processes/{process['id']}/edit", edit)
    after = patched(emulator, process, replace("/businessStartDate", "2025-01-08"))
    assert dates(after) == ["2025-01-09T17:00:00Z", "soon"]


# ------------------------------------------------------------------------------------- where it lands


@pytest.mark.parametrize(
    ("due", "start", "landed"),
    [
        ("2025-01-02", "2025-01-06", "2025-01-07"),  # +1
        ("2025-01-06", "2025-01-06", "2025-01-09"),  # +3, over a weekend before
        ("2025-01-02", "2025-01-10", "2025-01-13"),  # +1, over a weekend after
        ("2025-01-01", "2025-01-06", "2025-01-06"),  # the start itself
        ("2025-01-01", "2025-01-05", "2025-01-05"),  # the start itself, on a Sunday
        ("2025-01-04", "2025-01-06", "2025-01-08"),  # a Saturday: as the Friday before it, +2
        ("2024-12-31", "2025-01-06", "2025-01-03"),  # -1
        ("2024-12-29", "2025-01-06", "2025-01-01"),  # a Sunday: as the Friday before it, -3
        ("2025-01-02", "2025-01-05", "2025-01-06"),  # +1 after a Sunday
        ("2024-12-31", "2025-01-05", "2025-01-03"),  # -1 before a Sunday
        ("2025-01-02", "2024-12-02", "2024-12-03"),  # the start may move back
        ("2025-01-02", "9999-12-31", "2025-01-02"),  # the calendar ends: it stays
        ("2024-12-31", "0001-01-01", "2024-12-31"),
    ],
)
def test_a_date_keeps_its_number_of_business_days(due: str, start: str, landed: str) -> None:
    assert lands(due, start) == landed


def test_exclusions_and_inclusions_count() -> None:
    days = {"businessDateExclusions": ["2025-01-07", "2025-01-11"], "businessDateInclusions": ["2025-01-11"]}
    assert lands("2025-01-02", "2025-01-06", **days) == "2025-01-08"
    assert lands("2025-01-02", "2025-01-10", **days) == "2025-01-11"


@pytest.mark.parametrize("week", [{"businessDaysOfWeek": []}, {"businessDaysOfWeek": NAMES}])
def test_without_business_days_calendar_days_count(week: Any) -> None:
    assert lands("2025-01-02", "2025-01-10", **week) == "2025-01-11"


def test_days_before_the_patch_count_and_days_after_it_are_landed_on(emulator: Caller) -> None:
    process = relative(emulator, task(dueDate="2025-01-08"))  # +5 from Monday to Friday
    operations = [replace("/businessDaysOfWeek", ["monday"]), replace("/businessStartDate", "2025-01-06")]
    assert dates(patched(emulator, process, *operations)) == ["2025-02-10"]


DAYS = st.dates(datetime.date(2024, 1, 1), datetime.date(2024, 12, 31))


@given(
    week=st.sets(st.sampled_from(NAMES), min_size=1),
    excluded=st.sets(DAYS, max_size=40),
    included=st.sets(DAYS, max_size=40),
    starts=st.tuples(DAYS, DAYS),
    day=DAYS,
)
def test_counting_is_what_counting_one_by_one_gives(
    week: set[str],
    excluded: set[datetime.date],
    included: set[datetime.date],
    starts: Any,
    day: datetime.date,
) -> None:
    def works(each: datetime.date) -> bool:
        return (NAMES[each.weekday()] in week and each not in excluded) or each in included

    def number(start: datetime.date) -> int:
        between = [start + datetime.timedelta(days) for days in range(1, (day - start).days + 1)]
        if day >= start:
            return sum(map(works, between))
        return -1 - sum(works(day + datetime.timedelta(days)) for days in range(1, (start - day).days))

    process = {
        "businessDaysOfWeek": sorted(week),
        "businessDateExclusions": sorted(map(str, excluded)),
        "businessDateInclusions": sorted(map(str, included)),
    }
    before, after = (Count({**process, "businessStartDate": str(start)}) for start in starts)
    ahead = number(starts[0])
    assert before.number(day.toordinal()) == ahead
    landed = after.land(ahead)
    assert landed is not None
    where = datetime.date.fromordinal(landed)
    assert after.number(landed) == ahead
    assume(ahead)
    assert works(where)
    assert (where > starts[1]) == (ahead > 0)
