"""The subtraction over random processes; `jsonpatch` is the independent judge of our operations."""

from __future__ import annotations

from typing import Any

import jsonpatch
from hypothesis import given
from hypothesis import strategies as st

from procspec.model import Action, Change, Json, Node, Record
from procspec.providers.workiva.fields import FIELDS
from procspec.providers.workiva.lower import lower
from procspec.providers.workiva.wire import payload, process
from procspec.reconcile import diff, keyed, propose
from tests.trees import applied, edits, processes, served


def pending(live: Node, desired: Node, record: Record) -> tuple[Change, ...]:
    return diff(live, propose(live, desired, record, FIELDS).planned, record, FIELDS)


@given(processes())
def test_what_was_applied_has_no_changes(desired: Node) -> None:
    live, record = applied(desired, served(desired))
    assert pending(live, desired, record) == ()


@given(processes(), st.data())
def test_changes_are_empty_exactly_when_requests_are(desired: Node, data: st.DataObject) -> None:
    live, record = applied(desired, served(desired))
    edited = data.draw(edits(desired))
    planned = propose(live, edited, record, FIELDS).planned
    changes = diff(live, planned, record, FIELDS)
    assert bool(lower(live, planned, changes)) == bool(changes)


@given(processes(), st.data())
def test_planned_is_a_fixed_point(desired: Node, data: st.DataObject) -> None:
    live, record = applied(desired, served(desired))
    edited = data.draw(edits(desired))
    once = propose(live, edited, record, FIELDS).planned
    assert propose(once, edited, record, FIELDS).planned == once


@given(processes(), st.data())
def test_our_operations_lead_to_the_planned_process(desired: Node, data: st.DataObject) -> None:
    """`jsonpatch.apply_patch(live, our operations)` is the planned process, for whatever is patched."""
    live, record = applied(desired, served(desired))
    edited = data.draw(edits(desired))
    planned = propose(live, edited, record, FIELDS).planned
    changes = diff(live, planned, record, FIELDS)
    if any(change.action is Action.REPLACE for change in changes):
        return
    assert carried_out(live, planned, changes) == wire(planned)


def wire(node: Node) -> Json:
    """The process on the wire, its parallel root's children in the order of the live one."""
    return payload(node)


def carried_out(live: Node, planned: Node, changes: tuple[Change, ...]) -> Json:
    body = payload(live)
    for request in lower(live, planned, changes):
        if request.method == "PATCH":
            body = jsonpatch.apply_patch(body, request.body)
        else:
            for rename in request.body["data"]:
                _rename(body, live, rename)
    return body


def _rename(body: Json, live: Node, rename: dict[str, Any]) -> None:
    """Renames in the wire form, found by walking both trees side by side."""

    def visit(node: Node, data: dict[str, Any]) -> None:
        if node.id == rename["id"]:
            target = data["arguments"][f"{node.fields['action']}Args"] if "arguments" in data else data
            target["title" if "arguments" in data else "name"] = rename["newName"]
        for child, wrapped in zip(node.children, data.get("children", []), strict=True):
            visit(child, wrapped[wrapped["type"]])

    visit(live.children[0], body["root"])


@given(processes())
def test_the_wire_is_read_back(desired: Node) -> None:
    live = served(desired)
    body = payload(live)
    body["id"] = live.id
    read = process(body)
    assert payload(read) == payload(live)
    assert [node.fields for node in read.walk()] == [node.fields for node in live.walk()]


@given(processes())
def test_nothing_unknown_is_keyed(desired: Node) -> None:
    live, record = applied(desired, served(desired))
    assert [node.key for node in keyed(live, record.ids).walk()] == [node.key for node in desired.walk()]
