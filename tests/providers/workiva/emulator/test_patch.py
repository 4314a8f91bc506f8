"""`PATCH /processes/{processId}` and `POST /processes/{processId}/batchUpdates`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.workiva.emulator.caller import Caller, certification, example, group, task

VALUES: dict[str, Any] = {
    "/name": "New",
    "/dueDate": "2025-01-15",
    "/businessStartDate": "2025-01-01",
    "/businessEndDate": "2025-03-31",
    "/businessDaysOfWeek": ["sunday"],
    "/businessDateExclusions": ["2025-01-01"],
    "/businessDateInclusions": ["2025-01-04"],
    "/autoClose": True,
    "/relativeDates": True,
    "/root/parallel": True,
    "/root/triggerType": "manual",
    "/certAutoApprove": True,
    "/calendarIds": ["c"],
    "/ipmBetaEnabled": True,
    "/iwmOptOut": True,
    "/defaultCertSignerReminders": [1],
    "/defaultCertApproverReminders": [2],
}
"""The guide's table "Patchable paths": each path and a new value."""

REMOVABLE = {
    "/dueDate",
    "/businessStartDate",
    "/businessEndDate",
    "/businessDaysOfWeek",
    "/businessDateExclusions",
    "/businessDateInclusions",
    "/calendarIds",
    "/defaultCertSignerReminders",
    "/defaultCertApproverReminders",
}


def replace(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def remove(path: str) -> dict[str, Any]:
    return {"op": "remove", "path": path}


def full(emulator: Caller) -> Any:
    """A process in which every member is set."""
    settings = {path[1:]: VALUES[path] for path in REMOVABLE}
    return emulator.create(
        task("One"), group("Inner", task("Two")), certification({"signers": ["a"]}), **settings
    )


def value_at(process: Any, path: str) -> Any:
    for part in path.split("/")[1:]:
        process = process.get(part, ...)
    return process


def test_there_are_seventeen_paths() -> None:
    assert (len(VALUES), len(REMOVABLE)) == (17, 9)


@pytest.mark.parametrize("path", VALUES)
def test_every_listed_path_can_be_replaced(emulator: Caller, path: str) -> None:
    before = full(emulator)
    after = emulator.ok("PATCH", f"/processes/{before['id']}", [replace(path, VALUES[path])])
    assert value_at(after, path) == VALUES[path]
    assert after["revision"] == 2
    assert emulator.get(before["id"]) == after


@pytest.mark.parametrize("path", VALUES)
def test_only_some_can_be_removed(emulator: Caller, path: str) -> None:
    before = full(emulator)
    if path in REMOVABLE:
        after = emulator.ok("PATCH", f"/processes/{before['id']}", [remove(path)])
        assert value_at(after, path) is ...
    else:
        emulator.refused(400, "PATCH", f"/processes/{before['id']}", [remove(path)])
        assert emulator.get(before["id"]) == before


@pytest.mark.parametrize("path", sorted(REMOVABLE))
@pytest.mark.parametrize("op", ["replace", "remove"])
def test_what_is_not_set_cannot_be_touched(emulator: Caller, op: str, path: str) -> None:
    """T13: RFC 6902, sections 4.2 and 4.3."""
    before = emulator.create(task())
    operation = {"op": op, "path": path, "value": VALUES[path]}
    emulator.refused(400, "PATCH", f"/processes/{before['id']}", [operation])
    assert emulator.get(before["id"]) == before


@pytest.mark.parametrize("path", [path for path in VALUES if path not in REMOVABLE])
def test_what_has_a_default_can_always_be_replaced(emulator: Caller, path: str) -> None:
    id = emulator.create(task())["id"]
    emulator.ok("PATCH", f"/processes/{id}", [replace(path, VALUES[path])])


REFUSED: list[Any] = [
    {},
    "text",
    [None],
    [[]],
    [{}],
    [{"op": "replace", "path": "/name"}],
    [{"op": "replace", "value": "x"}],
    [{"path": "/name", "value": "x"}],
    [{"op": "add", "path": "/name", "value": "x"}],
    [{"op": "add", "path": "/businessDateExclusions/-", "value": "2024-12-24"}],
    [{"op": "test", "path": "/name", "value": "Close"}],
    [{"op": "move", "from": "/dueDate", "path": "/businessEndDate"}],
    [{"op": "copy", "from": "/dueDate", "path": "/businessEndDate"}],
    [{"op": ["replace"], "path": "/name", "value": "x"}],
    [replace(path, "x") for path in ("/id",)],
    [replace("/revision", 9)],
    [replace("", {})],
    [replace("name", "x")],
    [replace("/Name", "x")],
    [replace("/root", {})],
    [replace("/root/name", "x")],
    [replace("/root/readOnly", True)],
    [replace("/root/children", [])],
    [remove("/root/children/0")],
    [replace("/root/children/0/job/triggerType", "manual")],
    [replace("/root/children/1/group/parallel", True)],
    [replace("/businessDateExclusions/0", "2024-12-24")],
    [remove("/businessDaysOfWeek/0")],
    [replace(["/name"], "x")],  # type: ignore[arg-type]
    [replace("/name", "")],
    [replace("/name", None)],
    [replace("/dueDate", None)],
    [replace("/dueDate", "2025-02-29")],
    [replace("/autoClose", "false")],
    [replace("/root/triggerType", "sometimes")],
    [replace("/businessDaysOfWeek", ["Monday"])],
    [remove("/dueDate"), replace("/dueDate", "2025-01-01")],
    [remove("/dueDate"), remove("/dueDate")],
]


@pytest.mark.parametrize("body", REFUSED, ids=str)
def test_a_refused_patch_changes_nothing(emulator: Caller, body: Any) -> None:
    before = full(emulator)
    emulator.refused(400, "PATCH", f"/processes/{before['id']}", body)
    if isinstance(body, list):
        emulator.refused(400, "PATCH", f"/processes/{before['id']}", [replace("/name", "First"), *body])
    assert emulator.get(before["id"]) == before


def test_operations_apply_in_order(emulator: Caller) -> None:
    before = full(emulator)
    body = [replace("/name", "One"), replace("/name", "Two"), {**remove("/dueDate"), "comment": "ignored"}]
    after = emulator.ok("PATCH", f"/processes/{before['id']}", body)
    assert (after["name"], after["revision"]) == ("Two", 2)
    assert "dueDate" not in after


# ------------------------------------------------------------------------------------------- renames


def ids_of(process: Any) -> dict[str, str]:
    """Some ids by what they are."""
    one, inner, certify, generated, _ = (
        next(value for name, value in child.items() if name != "type")
        for child in process["root"]["children"]
    )
    return {
        "root": process["root"]["id"],
        "job": one["id"],
        "group": inner["id"],
        "nested": inner["children"][0]["job"]["id"],
        "certification": certify["id"],
        "generated": generated["id"],
        "process": process["id"],
    }


def flat(kind: str, id: str, name: Any = "New") -> dict[str, Any]:
    return {"type": kind, "id": id, "newName": name}


def nested(kind: str, id: str, name: Any = "New") -> dict[str, Any]:
    return {"type": kind, f"{kind}Update": {"id": id, "newName": name}}


@pytest.mark.parametrize("form", [flat, nested])
def test_both_forms_rename(emulator: Caller, form: Any) -> None:
    """T1: the guide's items are flat, the schema page's are nested."""
    process = full(emulator)
    ids = ids_of(process)
    data = [
        form("jobName", ids["job"], "Job"),
        form("jobName", ids["nested"], "Nested"),
        form("jobName", ids["certification"], "Certification"),
        form("groupName", ids["root"], "Root group"),
        form("groupName", ids["group"], "Group"),
    ]
    after = emulator.ok("POST", f"/processes/{process['id']}/batchUpdates", {"data": data})
    one, inner, certify, *_ = after["root"]["children"]
    assert after["root"]["name"] == "Root group"
    assert one["job"]["arguments"]["sendTaskArgs"]["title"] == "Job"
    assert inner["group"]["name"] == "Group"
    assert inner["group"]["children"][0]["job"]["arguments"]["sendTaskArgs"]["title"] == "Nested"
    assert certify["job"]["arguments"]["certificationArgs"]["title"] == "Certification"
    assert after["revision"] == 2
    assert emulator.get(process["id"]) == after


def test_a_job_without_arguments_gets_its_title(emulator: Caller) -> None:
    bare = {"type": "job", "job": {"arguments": {"type": "sendTask"}}}
    process = emulator.create(bare)
    id = process["root"]["children"][0]["job"]["id"]
    after = emulator.ok("POST", f"/processes/{process['id']}/batchUpdates", {"data": [flat("jobName", id)]})
    assert after["root"]["children"][0]["job"]["arguments"]["sendTaskArgs"] == {"title": "New"}


@pytest.mark.parametrize(
    ("kind", "which"),
    [
        ("jobName", "unknown"),
        ("groupName", "unknown"),
        ("jobName", "group"),
        ("groupName", "job"),
        ("groupName", "process"),
        ("jobName", "generated"),
    ],
)
def test_a_rename_of_the_wrong_thing(emulator: Caller, kind: str, which: str) -> None:
    process = full(emulator)
    ids = {**ids_of(process), "unknown": "nobody"}
    data = [flat("jobName", ids["job"]), flat(kind, ids[which])]
    error = emulator.refused(400, "POST", f"/processes/{process['id']}/batchUpdates", {"data": data})
    assert error["target"] == "/data/1/id"
    assert emulator.get(process["id"]) == process


def test_renames_that_are_malformed(emulator: Caller) -> None:
    process = full(emulator)
    id = ids_of(process)["job"]
    good = flat("jobName", id)
    refused: list[Any] = [
        {},
        [],
        {"data": good},
        {"data": [good], "more": 1},
        {"data": [good, good]},
        {"data": [{**good, "type": "name"}]},
        {"data": [{**good, "newName": ""}]},
        {"data": [{**good, "newName": None}]},
        {"data": [{**good, "oldName": "Task"}]},
        {"data": [{"type": "jobName", "id": id}]},
        {"data": [{**good, **nested("jobName", id)}]},
        {"data": [{**nested("jobName", id), "type": "groupName"}]},
        {"data": [{"type": "jobName", "jobNameUpdate": {"id": id}}]},
        {"data": [{"type": "jobName"}]},
    ]
    for body in refused:
        emulator.refused(400, "POST", f"/processes/{process['id']}/batchUpdates", body)
    assert emulator.get(process["id"]) == process


@pytest.mark.parametrize(("count", "status"), [(0, 200), (3000, 200), (3001, 400)])
def test_at_most_3000_renames(emulator: Caller, count: int, status: int) -> None:
    process = emulator.create(*(task(f"Task {index}") for index in range(count)))
    ids = [child["job"]["id"] for child in process["root"]["children"]]
    body = {"data": [flat("jobName", id, f"New {id}") for id in ids]}
    answer = emulator.call("POST", f"/processes/{process['id']}/batchUpdates", body)
    assert answer.status_code == status
    titles = {
        c["job"]["arguments"]["sendTaskArgs"]["title"][:3]
        for c in emulator.get(process["id"])["root"]["children"]
    }
    assert titles <= {"New" if status == 200 else "Tas"}


def test_the_guides_patch_and_renames(emulator: Caller) -> None:
    created = emulator.ok("POST", "/processes", example("guide-create-request"))
    patched = emulator.ok("PATCH", f"/processes/{created['id']}", example("guide-patch-request"))
    assert patched["name"] == "Q4 2024 Financial Close — Updated"
    assert patched["dueDate"] == "2025-01-15"
    assert patched["autoClose"] is False
    assert "businessDateExclusions" not in patched
    renamed = emulator.ok("POST", f"/processes/{created['id']}/batchUpdates", example("guide-batch-request"))
    assert renamed["root"]["name"] == "Q4 Close Workflow — Final"
    title = renamed["root"]["children"][0]["job"]["arguments"]["sendTaskArgs"]["title"]
    assert title == "Reconcile AR — All Entities"
    assert renamed["revision"] == 3
