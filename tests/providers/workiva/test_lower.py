"""From changes to the fewest requests."""

from __future__ import annotations

import pytest

from procspec.model import PROCESS, ROOT, Action, Change, Kind, Node, When
from procspec.providers.workiva.fields import FIELDS, ROWS
from procspec.providers.workiva.lower import BATCH, lower, operation

PATCHABLE = {
    # guide, "Patchable paths": path -> operations
    "/name": {"replace"},
    "/dueDate": {"replace", "remove"},
    "/businessStartDate": {"replace", "remove"},
    "/businessEndDate": {"replace", "remove"},
    "/businessDaysOfWeek": {"replace", "remove"},
    "/businessDateExclusions": {"replace", "remove"},
    "/businessDateInclusions": {"replace", "remove"},
    "/autoClose": {"replace"},
    "/relativeDates": {"replace"},
    "/root/parallel": {"replace"},
    "/root/triggerType": {"replace"},
    "/certAutoApprove": {"replace"},
    "/calendarIds": {"replace", "remove"},
    "/ipmBetaEnabled": {"replace"},
    "/iwmOptOut": {"replace"},
    "/defaultCertSignerReminders": {"replace", "remove"},
    "/defaultCertApproverReminders": {"replace", "remove"},
}


def job(number: int) -> Node:
    return Node(
        kind=Kind.JOB, key=f"j{number}", id=f"id-{number}", fields={"action": "sendTask", "title": "T"}
    )


def live(jobs: int = 2) -> Node:
    root = Node(kind=Kind.GROUP, key=ROOT, id="r", fields={}, children=tuple(map(job, range(jobs))))
    return Node(kind=Kind.PROCESS, key=PROCESS, id="p1", fields={"name": "P"}, children=(root,))


def update(field: str, after: object, node: str = PROCESS) -> Change:
    return Change(action=Action.UPDATE, node=node, field=field, before="x", after=after)


def rename(node: str, after: str) -> Change:
    field = "name" if node == ROOT else "title"
    return Change(action=Action.RENAME, node=node, field=field, before="x", after=after)


def test_the_table_has_exactly_the_documented_paths() -> None:
    prefixes = {"process": "", "root": "/root"}
    ours = {
        f"{prefixes[row.on]}/{row.name}": {"replace", "remove"} if row.removable else {"replace"}
        for row in ROWS
        if row.update.value == "patch"
    }
    assert ours == PATCHABLE


def test_every_row_says_where_it_is_from() -> None:
    assert all(row.source for row in ROWS)
    assert len(FIELDS) == len(ROWS)


def test_all_patches_of_a_process_are_one_request() -> None:
    changes = (
        update("dueDate", "2025-01-15"),
        update("businessDateExclusions", None),
        update("parallel", True, ROOT),
    )
    (request,) = lower(live(), live(), changes)
    assert (request.method, request.path) == ("PATCH", "/processes/p1")
    assert request.media == "application/json-patch+json"
    assert request.body == [
        {"op": "replace", "path": "/dueDate", "value": "2025-01-15"},
        {"op": "remove", "path": "/businessDateExclusions"},
        {"op": "replace", "path": "/root/parallel", "value": True},
    ]
    assert request.carries == ("dueDate", "businessDateExclusions", "root.parallel")


def test_renames_are_one_request_in_the_flat_form() -> None:
    (request,) = lower(live(), live(), (rename("j0", "New"), rename(ROOT, "Root")))
    assert (request.method, request.path) == ("POST", "/processes/p1/batchUpdates")
    assert request.body == {
        "data": [
            {"type": "jobName", "id": "id-0", "newName": "New"},
            {"type": "groupName", "id": "r", "newName": "Root"},
        ]
    }


@pytest.mark.parametrize(("renames", "requests"), [(1, 1), (BATCH, 1), (BATCH + 1, 2), (2 * BATCH + 1, 3)])
def test_renames_split_at_3000(renames: int, requests: int) -> None:
    lowered = lower(live(renames), live(renames), tuple(rename(f"j{n}", "New") for n in range(renames)))
    assert len(lowered) == requests
    assert sum(len(request.body["data"]) for request in lowered) == renames
    assert all(len(request.body["data"]) <= BATCH for request in lowered)


def test_renames_go_before_the_patch() -> None:
    methods = [
        request.method for request in lower(live(), live(), (update("name", "N"), rename("j1", "New")))
    ]
    assert methods == ["POST", "PATCH"]


def test_a_replacement_has_two_planned_ends() -> None:
    change = Change(action=Action.REPLACE, node="j0", field="assignee", before="a", after="b")
    create, old, new = lower(live(), live(), (change, update("name", "N")))
    assert (create.method, create.path, create.when) == ("POST", "/processes", When.ALWAYS)
    assert (old.method, old.path, old.when) == ("DELETE", "/processes/p1", When.VALID)
    assert (new.method, new.path, new.when) == ("DELETE", "/processes/{id}", When.INVALID)
    assert create.carries == ("j0.assignee", "name")


def test_no_changes_are_no_requests() -> None:
    assert lower(live(), live(), ()) == ()
    assert lower(live(), live(), (Change(action=Action.NOOP, node=PROCESS, field="name"),)) == ()


def test_nothing_below_the_root_is_patched() -> None:
    with pytest.raises(KeyError):
        operation(update("parallel", True, "some-group"))
