"""Live against last applied: what is a departure, what is none, and what of it is still known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procspec.model import ROOT, Departure, DriftKind, Json, Node, Record
from procspec.providers.workiva.fields import FIELDS
from procspec.reconcile import diff, drift, keyed, parted, propose
from procspec.reconcile.propose import STAYS
from tests.reconcile.test_causes import A, B, C, below, children, group, process
from tests.trees import applied, edits, processes, served


def found(live: Node, before: Node, after: Node | None = None, **record: Any) -> tuple[Departure, ...]:
    """The drift of `live` when `before` was applied and the files are `after`, or gone."""
    _, known = applied(before, served(before))
    return drift(live, replace(known, **record), FIELDS, after)


def seen(before: Node) -> Node:
    return applied(before, served(before))[0]


def told(departures: tuple[Departure, ...]) -> list[tuple[DriftKind, str, Json, Json]]:
    return [(one.kind, one.path, one.applied, one.live) for one in departures]


@given(processes(), st.data())
def test_what_was_applied_has_not_drifted_whatever_the_files_say(desired: Node, data: st.DataObject) -> None:
    live, record = applied(desired, served(desired))
    assert drift(live, record, FIELDS, desired) == ()
    assert drift(live, record, FIELDS, data.draw(edits(desired))) == ()
    assert drift(live, record, FIELDS) == ()


@given(processes(), st.data())
def test_the_servers_edits_are_the_drift(desired: Node, data: st.DataObject) -> None:
    """Every managed field that was edited is told, with its value, and no other is."""
    _, record = applied(desired, served(desired))
    live = keyed(served(data.draw(edits(desired))), record.ids)
    changed = {(one.node, one.field): one for one in drift(live, record, FIELDS, desired)}
    was, now = children(desired), children(live)
    for (key, name), one in changed.items():
        if one.kind is DriftKind.CHANGED:
            assert one.applied == was[key].fields[name] and not one.unknown
            assert one.live == now[key].fields.get(name)
    names = {key: ("title" if "action" in node.fields else "name") for key, node in was.items()}
    for key, name in names.items():
        retitled = was[key].fields[name].rstrip() != now[key].fields[name].rstrip()
        assert retitled is ((key, name) in changed)


def test_a_value_is_known_as_long_as_the_files_say_it() -> None:
    before = process(A, dueDate="2024-12-31")
    live = replace(seen(before), fields={**seen(before).fields, "dueDate": "2025-02-01"})
    (one,) = found(live, before, before)
    assert (one.applied, one.live, one.unknown) == ("2024-12-31", "2025-02-01", False)
    assert one.place == before.origins["dueDate"].place
    (one,) = found(live, before, process(A, dueDate="2025-01-15"))
    assert (one.applied, one.live, one.unknown) == (None, "2025-02-01", True)
    (one,) = found(live, before)
    assert (one.applied, one.unknown, one.place) == (None, True, None)


@given(processes(), st.data())
def test_what_the_files_have_by_now_is_what_a_plan_leaves_alone(desired: Node, data: st.DataObject) -> None:
    """A field that is settled is in no plan; one that is not is, or is one that the API cannot remove."""
    _, record = applied(desired, served(desired))
    edited = data.draw(edits(desired))
    live = keyed(served(edited), record.ids)
    after = data.draw(st.one_of(st.just(edited), edits(desired), st.just(desired)))
    stays, changes = proposed(live, after, record)
    acted, settled = parted(drift(live, record, FIELDS, after), live, FIELDS, after)
    assert not {(one.node, one.field) for one in settled} & changes
    assert {(one.node, one.field) for one in acted} <= changes | stays


def proposed(live: Node, after: Node, record: Record) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The fields that stay because the API cannot remove them, and those that a plan changes."""
    proposal = propose(live, after, record, FIELDS)
    stays = {(one.node, one.field) for one in proposal.notes if one.reason == STAYS}
    return stays, {(one.node, one.field) for one in diff(live, proposal.planned, record, FIELDS)}


def test_a_value_that_the_file_says_by_now_is_settled() -> None:
    before = process(A, dueDate="2025-01-31")
    live = replace(seen(before), fields={**seen(before).fields, "dueDate": "2025-02-05T00:00:00Z"})
    after = process(A, dueDate="2025-02-05")
    assert split(live, before, after) == ([], ["dueDate"])
    assert split(live, before, before) == (["dueDate"], [])
    assert split(live, before, None) == (["dueDate"], [])
    gone = replace(live, fields={name: it for name, it in live.fields.items() if name != "dueDate"})
    assert split(gone, before, process(A)) == ([], ["dueDate"])
    assert split(gone, before, after) == (["dueDate"], [])
    assert split(live, before, process(A)) == (["dueDate"], [])


def test_a_structure_that_the_file_has_by_now_is_settled() -> None:
    before = process(group("g", A, B), C)
    known = children(seen(before))
    moved = below(
        seen(before), known["c"], replace(known["g"], children=()), replace(known["a"], fields=B.fields)
    )
    after = process(C, group("g"), replace(A, fields=B.fields))
    assert split(moved, before, before)[1] == []
    assert split(moved, before, after) == ([], ["root.children", "a.parent", "a.title", "b"])
    half = process(group("g", B), C, A)
    assert split(moved, before, half) == (["root.children", "a.title", "b"], ["a.parent"])


def test_another_action_is_settled_with_all_of_its_job() -> None:
    before = process(A)
    fields = {"action": "certification", "title": "Other"}
    live = below(seen(before), replace(children(seen(before))["a"], fields=fields))
    assert split(live, before, process(replace(A, fields=fields))) == ([], ["a.action"])
    other = replace(A, fields={**fields, "title": "Third"})
    assert split(live, before, process(other)) == (["a.action"], [])


def split(live: Node, before: Node, after: Node | None) -> tuple[list[str], list[str]]:
    acted, settled = parted(found(live, before, after), live, FIELDS, after)
    return [one.path for one in acted], [one.path for one in settled]


def test_a_default_is_known_without_the_files() -> None:
    before = process(A, autoClose=False)
    live = replace(seen(before), fields={**seen(before).fields, "autoClose": True})
    assert told(found(live, before)) == [(DriftKind.CHANGED, "autoClose", False, True)]


def test_what_is_not_managed_does_not_drift() -> None:
    before = process(A)
    live = replace(seen(before), fields={**seen(before).fields, "autoClose": True, "dueDate": "2025-02-01"})
    assert found(live, before, before) == ()


@pytest.mark.parametrize(
    ("applied_value", "answer"),
    [
        ("2024-12-31", "2024-12-31T00:00:00Z"),
        (None, None),
    ],
)
def test_the_servers_spelling_is_no_drift(applied_value: Json, answer: Json) -> None:
    before = process(A, **({"dueDate": applied_value} if applied_value else {}))
    live = seen(before)
    fields = {**live.fields, **({"dueDate": answer} if answer else {}), "businessDaysOfWeek": ["FRIDAY"]}
    (one,) = found(replace(live, fields=fields), before, before)
    assert one.path == "businessDaysOfWeek"


def test_what_the_answers_hide_is_believed() -> None:
    before = process(A, dueDate="2024-12-31")
    live, record = applied(before, served(before))
    hidden = replace(live, fields={name: it for name, it in live.fields.items() if name != "dueDate"})
    assert [one.path for one in drift(hidden, record, FIELDS, before)] == ["dueDate"]
    marks = {key: dict(marks) for key, marks in record.marks.items()}
    marks[""]["dueDate"] = replace(marks[""]["dueDate"], shown=False)
    assert drift(hidden, replace(record, marks=marks), FIELDS, before) == ()


def test_jobs_that_were_added_removed_and_moved() -> None:
    before = process(group("g", A, B), C)
    live = seen(before)
    known = children(live)
    stranger = replace(known["b"], key="id:new", id="new")
    moved = below(live, known["c"], replace(known["g"], children=(stranger,)), known["a"])
    assert [(one.kind, one.path) for one in found(moved, before, before)] == [
        (DriftKind.REORDERED, "root.children"),
        (DriftKind.ADDED, "id:new"),
        (DriftKind.MOVED, "a.parent"),
        (DriftKind.REMOVED, "b"),
    ]
    added, parent, removed = found(moved, before, before)[1:]
    assert added.live["title"] == "B"
    assert (parent.applied, parent.live) == ("g", ROOT)
    assert removed.applied == {"kind": "job", "action": "sendTask", "title": "B"}
    assert found(moved, before)[-1].applied == {"kind": "job"}
    assert {one.kind for one in found(moved, before, before, order={})} == {
        DriftKind.ADDED,
        DriftKind.REMOVED,
    }


def test_the_children_of_a_parallel_group_have_no_order() -> None:
    before = process(group("g", A, B, parallel=True))
    live = seen(before)
    shown = children(live)["g"]
    turned = replace(shown, children=shown.children[::-1])
    assert found(below(live, turned), before, before) == ()
    serial = replace(turned, fields={**turned.fields, "parallel": False})
    assert told(found(below(live, serial), before, before)) == [
        (DriftKind.CHANGED, "g.parallel", True, False)
    ]


def test_of_a_job_with_another_action_only_the_action_is_told() -> None:
    before = process(A)
    live = seen(before)
    other = replace(children(live)["a"], fields={"action": "certification", "title": "Other"})
    assert told(found(below(live, other), before, before)) == [
        (DriftKind.CHANGED, "a.action", "sendTask", "certification")
    ]
