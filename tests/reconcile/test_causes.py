"""Which side moved since the last apply, for every kind of difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from procspec.model import PROCESS, ROOT, Cause, Json, Kind, Location, Node, Origin, Record
from procspec.providers.workiva.fields import FIELDS
from procspec.reconcile import diff, order_of, propose
from tests.trees import applied, served

HERE = Location("close.procspec.yaml", 1, 1)
WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday"]
CALENDAR = {"businessDaysOfWeek": WEEK, "businessDateExclusions": ["2024-12-25"]}
Edit = Callable[[Node], Node]


def origin(written: str = "", via: str = "") -> Origin:
    return Origin(place=HERE, written=written, via=via)


def job(key: str, origins: Mapping[str, Origin] | None = None, **fields: Json) -> Node:
    values = {"action": "sendTask", "title": key.title(), **fields}
    return Node(kind=Kind.JOB, key=key, fields=values, origins=origins or {}, place=HERE)


def group(key: str, *children: Node, **fields: Json) -> Node:
    return Node(kind=Kind.GROUP, key=key, fields={"name": key, **fields}, children=children, place=HERE)


def process(
    *children: Node, calendar: str = "us", days: Mapping[str, Json] = CALENDAR, **fields: Json
) -> Node:
    """A process whose calendar fills in its days, and whose other fields are written as they are."""
    origins = {name: origin(calendar, "calendar") for name in days} | {name: origin() for name in fields}
    return Node(
        kind=Kind.PROCESS,
        key=PROCESS,
        fields={"name": "Close", **fields, **days},
        origins={"name": origin(), **origins},
        children=(group(ROOT, *children),),
        place=HERE,
    )


def causes(before: Node, after: Node, edit: Edit = lambda live: live, **record: Any) -> dict[str, Cause]:
    """The causes by path when `before` was applied, the server was edited, and the files are `after`."""
    live, known = applied(before, served(before))
    return changed(edit(live), after, replace(known, **record))


def changed(live: Node, after: Node, record: Record) -> dict[str, Cause]:
    planned = propose(live, after, record, FIELDS).planned
    return {change.path: change.cause for change in diff(live, planned, record, FIELDS)}


def below(live: Node, *children: Node) -> Node:
    """The live process with these children of the root group."""
    (root,) = live.children
    return replace(live, children=(replace(root, children=children),))


def children(live: Node) -> dict[str, Node]:
    return {node.key: node for node in live.walk()}


# ------------------------------------------------------------------------------------------ the order

A, B, C = job("a"), job("b"), job("c")


def arranged(*keys: str) -> Edit:
    return lambda live: below(live, *(children(live)[key] for key in keys))


def test_the_file_moved_a_job() -> None:
    assert causes(process(A, B), process(B, A)) == {"root.children": Cause.SPEC}


def test_the_server_moved_a_job() -> None:
    assert causes(process(A, B), process(A, B), arranged("b", "a")) == {"root.children": Cause.DRIFT}


def test_both_moved_a_job() -> None:
    made = causes(process(A, B, C), process(C, A, B), arranged("b", "a", "c"))
    assert made == {"root.children": Cause.BOTH}


def test_a_record_without_an_order_takes_it_for_the_file() -> None:
    made = causes(process(A, B), process(A, B), arranged("b", "a"), order={})
    assert made == {"root.children": Cause.SPEC}


def test_a_new_job_does_not_hide_who_moved_the_others() -> None:
    made = causes(process(A, B), process(A, C, B), arranged("b", "a"))
    assert made == {"root.children": Cause.DRIFT, "c": Cause.SPEC}


def test_a_group_that_the_file_makes_serial_was_not_reordered_by_hand() -> None:
    """The server keeps the children of a parallel group as it likes."""
    many, one = group("g", A, B, parallel=True), group("g", A, B, parallel=False)
    live, record = applied(process(many), served(process(many)))
    (shown,) = live.children[0].children
    moved = below(live, replace(shown, children=shown.children[::-1]))
    known = replace(record, order=order_of(moved, process(many)))
    assert changed(moved, process(one), known) == {"g.parallel": Cause.SPEC, "g.children": Cause.SPEC}


# ----------------------------------------------------------------------------------------- the parent

IN, OUT = process(group("g", A, B), C), process(group("g", B), A, C)
ELSEWHERE = process(group("g", B), group("h", A), C)


def taken_out(live: Node) -> Node:
    known = children(live)
    return below(live, replace(known["g"], children=(known["b"],)), known["a"], known["c"])


def test_the_file_moved_a_job_into_another_group() -> None:
    assert causes(IN, OUT) == {"a.parent": Cause.SPEC}


def test_the_server_moved_a_job_into_another_group() -> None:
    assert causes(IN, IN, taken_out) == {"a.parent": Cause.DRIFT}


def test_both_moved_a_job_into_another_group() -> None:
    assert causes(IN, ELSEWHERE, taken_out) == {"h": Cause.SPEC, "a.parent": Cause.BOTH}


def test_both_sides_made_the_same_move() -> None:
    assert causes(IN, OUT, taken_out) == {}


def test_what_else_happened_to_a_group_does_not_hide_a_move() -> None:
    def edit(live: Node) -> Node:
        known = children(live)
        stranger = replace(known["b"], key="id:new", id="new")
        return below(live, replace(known["g"], children=(known["a"], stranger)), known["c"])

    assert causes(IN, OUT, edit) == {"a.parent": Cause.SPEC, "b": Cause.DRIFT, "id:new": Cause.DRIFT}


def test_added_and_removed() -> None:
    gone = arranged("a")
    assert causes(process(A, B), process(A, B), gone) == {"b": Cause.DRIFT}
    assert causes(process(A, B), process(A)) == {"b": Cause.SPEC}
    assert causes(process(A), process(A, B)) == {"b": Cause.SPEC}


# --------------------------------------------------------------------------------------- the calendar

HOLIDAY = {**CALENDAR, "businessDateExclusions": ["2024-12-25", "2025-01-01"]}
WD = {"dueDate": origin("WD+5", "calendar")}


def due(day: str) -> Node:
    return job("a", WD, dueDate=day)


def test_a_holiday_moves_a_workday() -> None:
    made = causes(process(due("2025-01-07")), process(due("2025-01-08"), days=HOLIDAY))
    assert made == {"businessDateExclusions": Cause.CALENDAR, "a.dueDate": Cause.CALENDAR}


def test_a_period_moves_a_workday_and_no_calendar_does() -> None:
    before = process(due("2025-01-08"), businessEndDate="2024-12-31")
    after = process(due("2025-04-07"), businessEndDate="2025-03-31")
    assert causes(before, after) == {"businessEndDate": Cause.SPEC, "a.dueDate": Cause.SPEC}


def test_a_period_with_the_holidays_of_another_year() -> None:
    before = process(due("2025-01-08"), businessEndDate="2024-12-31")
    after = process(due("2025-04-07"), businessEndDate="2025-03-31", days=HOLIDAY)
    assert causes(before, after)["a.dueDate"] is Cause.SPEC


def test_another_workday_is_the_files_doing() -> None:
    later = job("a", {"dueDate": origin("WD+6", "calendar")}, dueDate="2025-01-09")
    made = causes(process(due("2025-01-07")), process(later, days=HOLIDAY))
    assert made["a.dueDate"] is Cause.SPEC


def test_another_calendar_is_the_files_doing() -> None:
    made = causes(process(due("2025-01-07")), process(due("2025-01-08"), calendar="eu", days=HOLIDAY))
    assert made == {"businessDateExclusions": Cause.SPEC, "a.dueDate": Cause.SPEC}


def test_a_hand_edit_of_a_workday() -> None:
    def edit(live: Node) -> Node:
        shown = children(live)["a"]
        return below(live, replace(shown, fields={**shown.fields, "dueDate": "2025-02-01"}))

    same = process(due("2025-01-07"))
    assert causes(same, same, edit) == {"a.dueDate": Cause.DRIFT}
    made = causes(same, process(due("2025-01-08"), days=HOLIDAY), edit)
    assert made["a.dueDate"] is Cause.BOTH


@pytest.mark.parametrize("known", [True, False])
def test_a_calendar_begins_to_fill_a_field(known: bool) -> None:
    """A list that the calendar has now and had not then; a process that had no calendar got one."""
    more = {**CALENDAR, "businessDateInclusions": ["2024-12-28"]}
    before = process(A) if known else process(A, days={})
    made = causes(before, process(A, days=more))
    assert made["businessDateInclusions"] is (Cause.CALENDAR if known else Cause.SPEC)


def test_a_calendar_ceases_to_fill_a_field() -> None:
    less = {"businessDaysOfWeek": WEEK}
    assert causes(process(A), process(A, days=less)) == {"businessDateExclusions": Cause.CALENDAR}
    assert causes(process(A), process(A, days={})) == dict.fromkeys(CALENDAR, Cause.SPEC)


# -------------------------------------------------------------------------------- people and defaults


def assigned(id: str, name: str = "controller") -> Node:
    return job("a", {"assignee": origin(name, "person")}, assignee={"id": id, "type": "user"})


def test_another_id_behind_a_name() -> None:
    before = process(assigned("user-1"))
    assert causes(before, process(assigned("user-2"))) == {"a.assignee": Cause.PERSON}
    assert causes(before, process(assigned("user-2", "fpa"))) == {"a.assignee": Cause.SPEC}


def test_another_id_and_a_hand_edit() -> None:
    def edit(live: Node) -> Node:
        shown = children(live)["a"]
        return below(live, replace(shown, fields={**shown.fields, "assignee": {"id": "x", "type": "user"}}))

    assert causes(process(assigned("user-1")), process(assigned("user-2")), edit) == {
        "a.assignee": Cause.BOTH
    }


def test_an_answer_without_the_default_that_was_applied_is_no_drift() -> None:
    def edit(live: Node) -> Node:
        return replace(live, fields={name: it for name, it in live.fields.items() if name != "autoClose"})

    made = causes(process(A, autoClose=False), process(A, autoClose=True), edit)
    assert made == {"autoClose": Cause.SPEC}


def test_what_the_server_filled_in_is_a_default() -> None:
    live, record = applied(process(A), served(process(A)))
    notes = propose(live, process(A), record, FIELDS).notes
    assert {note.cause for note in notes} == {Cause.DEFAULT}
    assert "autoClose" in {note.path for note in notes}
