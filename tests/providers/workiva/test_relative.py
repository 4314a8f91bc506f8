"""What a patch of `businessStartDate` moves, foretold: the emulator counts in another way and agrees."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procspec.model import PROCESS, ROOT, Json, Kind, Node, Shift
from procspec.providers.workiva.emulator.relative import Count, shift
from procspec.providers.workiva.relative import cascade

WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday"]
NAMES = [*WEEK, "saturday", "sunday"]


def process(*jobs: dict[str, Json], **fields: Json) -> Node:
    """A process that starts on Wednesday, 2025-01-01, with relative dates on; jobs are called j0, j1, ..."""
    given = {"relativeDates": True, "businessStartDate": "2025-01-01", "businessDaysOfWeek": WEEK, **fields}
    children = tuple(
        Node(kind=Kind.JOB, key=f"j{number}", fields={"action": "sendTask", "title": "T", **job})
        for number, job in enumerate(jobs)
    )
    root = Node(kind=Kind.GROUP, key=ROOT, fields={}, children=children)
    return Node(kind=Kind.PROCESS, key=PROCESS, fields=given, children=(root,))


def moved(live: Node, planned: Node) -> dict[str, str | None]:
    return {shift.path: shift.after for shift in cascade(live, planned)}


TASK = {"dueDate": "2025-01-02", "approverDueDate": "2025-01-06"}


def test_every_date_is_told_with_what_moves_it() -> None:
    live, planned = process(TASK), process(TASK, businessStartDate="2025-01-08")
    first = Shift(node="j0", field="dueDate", by="businessStartDate", before="2025-01-02", after="2025-01-09")
    assert cascade(live, planned)[0] == first
    assert moved(live, planned) == {"j0.dueDate": "2025-01-09", "j0.approverDueDate": "2025-01-13"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {}),
        ({}, {"relativeDates": False, "businessStartDate": "2025-01-08"}),
        ({}, {"businessStartDate": None}),
        ({}, {"dueDate": "2025-12-31", "businessDaysOfWeek": ["monday"]}),
        ({"relativeDates": False}, {}),
        ({"businessStartDate": "2025-01-01T00:00:00Z"}, {}),
    ],
)
def test_nothing_moves_unless_the_start_does(before: Any, after: Any) -> None:
    assert cascade(process(TASK, **before), process(TASK, **after)) == ()


def test_a_start_that_was_not_set_moves_nothing() -> None:
    live = process(TASK)
    fields = {name: value for name, value in live.fields.items() if name != "businessStartDate"}
    unset = Node(kind=Kind.PROCESS, key=PROCESS, fields=fields, children=live.children)
    assert cascade(unset, process(TASK, businessStartDate="2025-01-08")) == ()


def test_turned_on_in_the_same_patch_they_move() -> None:
    live = process(TASK, relativeDates=False)
    assert moved(live, process(TASK, businessStartDate="2025-01-08"))["j0.dueDate"] == "2025-01-09"


def test_a_date_that_lands_where_it_is_does_not_move() -> None:
    live = process({"dueDate": "2025-01-03"}, businessStartDate="2025-01-04")
    assert cascade(live, process({"dueDate": "2025-01-03"}, businessStartDate="2025-01-05")) == ()


@pytest.mark.parametrize("hidden", ["businessStartDate", "businessDaysOfWeek", "businessDateExclusions"])
def test_what_the_answer_hides_makes_the_landing_unknown(hidden: str) -> None:
    live = process(TASK, **{"businessDateExclusions": [], hidden: None})
    assert moved(live, process(TASK, businessStartDate="2025-01-08"))["j0.dueDate"] is None


def test_calendars_of_the_server_make_it_uncertain() -> None:
    live, planned = process(TASK), process(TASK, businessStartDate="2025-01-08", calendarIds=["c"])
    assert all("calendarIds" in shift.breaks[0] for shift in cascade(live, planned))


@pytest.mark.parametrize(
    "fields",
    [
        {"businessStartDate": "soon"},
        {"businessStartDate": 5},
        {"businessDaysOfWeek": ["funday"]},
        {"businessStartDate": "0001-01-01"},
        {"businessStartDate": "9999-12-31"},
    ],
)
def test_what_cannot_be_counted_has_no_landing(fields: Any) -> None:
    live, planned = process(TASK, **fields), process(TASK, businessStartDate="2025-01-08")
    assert set(moved(live, planned).values()) == {None}


def test_a_landing_beyond_the_calendar_is_none() -> None:
    planned = process(TASK, businessStartDate="9999-12-31")
    assert set(moved(process(TASK), planned).values()) == {None}


def test_a_date_that_is_none_is_left_alone() -> None:
    live = process({"dueDate": "soon", "approverDueDate": 5})
    assert cascade(live, process(businessStartDate="2025-01-08")) == ()


def test_spellings_of_the_server_are_read() -> None:
    """T3, T5."""
    live = process(
        {"dueDate": "2025-01-02T17:00:00Z"},
        businessDaysOfWeek=["Monday", "Thursday"],
        businessDateExclusions=["2025-01-09T00:00:00Z"],
    )
    planned = Node(
        kind=Kind.PROCESS,
        key=PROCESS,
        fields={**live.fields, "businessStartDate": "2025-01-07"},
        children=live.children,
    )
    assert moved(live, planned) == {"j0.dueDate": "2025-01-13"}


DAYS = st.dates(date(2023, 6, 1), date(2025, 6, 30)).map(date.isoformat)


@st.composite
def settings(draw: st.DrawFn) -> dict[str, Json]:
    lists = {
        "businessDaysOfWeek": draw(st.lists(st.sampled_from(NAMES), unique=True)),
        "businessDateExclusions": draw(st.lists(DAYS, unique=True, max_size=30)),
        "businessDateInclusions": draw(st.lists(DAYS, unique=True, max_size=30)),
    }
    return {"relativeDates": True, "businessStartDate": draw(DAYS), **lists}


@given(settings(), settings(), st.lists(DAYS, min_size=1, max_size=5))
def test_the_emulator_lands_where_it_was_foretold(before: Any, after: Any, dues: list[str]) -> None:
    jobs: list[Any] = [
        {"type": "job", "job": {"arguments": {"type": "sendTask", "sendTaskArgs": {"dueDate": due}}}}
        for due in dues
    ]
    served = {**after, "root": {"children": jobs}}
    shift(served, Count(before))
    landed = [job["job"]["arguments"]["sendTaskArgs"]["dueDate"] for job in jobs]
    tasks = [{"dueDate": due} for due in dues]
    told = moved(process(*tasks, **before), process(*tasks, **after))
    assert [told.get(f"j{number}.dueDate", due) for number, due in enumerate(dues)] == landed
