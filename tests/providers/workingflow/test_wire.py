"""The examples of 003 from the client's side: what is sent, and what is read."""

from __future__ import annotations

from typing import Any

import pytest

from procspec.errors import ServiceError
from procspec.model import Definition, Kind, Launch, Phase
from procspec.providers.workingflow import wire
from tests.providers.workingflow.emulator.caller import example

STATUS = example("status-response")


def test_the_start_is_the_documents() -> None:
    request = wire.start(
        Launch(
            process="expense_reimbursement_demo",
            inputs={"department": "Engineering", "notes": "Q2 travel expenses"},
        )
    )
    assert (request.method, request.path) == ("POST", "/processapi/expense_reimbursement_demo/start")
    assert request.body == example("start-request")


@pytest.mark.parametrize(
    ("key", "path"),
    [("list", "/processapi/list/start"), ("a/b?c#é", "/processapi/a%2Fb%3Fc%23%C3%A9/start")],
)
def test_a_key_is_one_segment(key: str, path: str) -> None:
    request = wire.start(Launch(process=key))
    assert (request.path, request.body) == (path, {"variables": {}})


def test_the_list_is_read() -> None:
    expense, leave = wire.definitions(example("list-response"))
    assert expense == Definition(
        key="expense_reimbursement_demo", name="Expense Reimbursement Demo", version="1"
    )
    assert leave.obstacle == "has a start form, which the API cannot start: start it in the web list"


ENTRY = example("list-response")[0]


@pytest.mark.parametrize(
    ("more", "obstacle"),
    [
        ({"suspended": True}, "is suspended"),
        ({"active": False}, "is suspended"),
        ({"suspended": True, "hasStartForm": True}, "is suspended"),
        ({"suspended": False, "active": True, "addedLater": {}}, ""),
    ],
)
def test_members_that_no_document_shows(more: Any, obstacle: str) -> None:
    (found,) = wire.definitions([{**ENTRY, **more}])
    assert found.obstacle == obstacle


def test_the_newest_version_of_a_key_counts() -> None:
    entries = [{**ENTRY, "version": number, "hasStartForm": number == 3} for number in (1, 3, 2)]
    (found,) = wire.definitions(entries)
    assert found.version == "3" and found.obstacle


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"processes": []},
        [None],
        ["expense"],
        [{**ENTRY, "key": ""}],
        [{**ENTRY, "key": 1}],
        [{**ENTRY, "version": "1"}],
        [{**ENTRY, "version": True}],
        [{**ENTRY, "hasStartForm": "false"}],
        [{name: value for name, value in ENTRY.items() if name != "hasStartForm"}],
    ],
)
def test_a_list_that_cannot_be_read(body: Any) -> None:
    with pytest.raises(ServiceError):
        wire.definitions(body)


def test_the_status_is_read() -> None:
    run = wire.run(STATUS)
    assert (run.id, run.process, run.name) == (
        "52407",
        "expense_reimbursement_demo",
        "Expense Reimbursement Demo",
    )
    assert (run.status, run.over, run.phase) == ("ACTIVE", False, Phase.RUNNING)
    assert (run.started, run.ended) == ("2026-05-01T09:15:22.000+00:00", "")
    assert run.variables == STATUS["variables"] and run.files == ()
    assert run.root is not None and run.root.kind is Kind.GROUP and run.root.parallel
    (task,) = run.root.children
    assert (task.kind, task.id, task.title, task.person) == (Kind.JOB, "52412", "Submit Expense Report", "")
    assert (task.since, task.phase) == ("2026-05-01T09:15:22.000+00:00", Phase.RUNNING)
    assert task.detail == "nobody has claimed it yet"


@pytest.mark.parametrize(
    ("members", "person", "detail"),
    [
        ({"assignee": None}, "", wire.UNCLAIMED),
        ({"assignee": ""}, "", wire.UNCLAIMED),
        ({}, "", wire.UNCLAIMED),
        ({"assignee": "ana@example.com"}, "ana@example.com", ""),
    ],
)
def test_a_task_that_nobody_has_claimed(members: Any, person: str, detail: str) -> None:
    """W3: null does not mean that nobody can."""
    task = {name: value for name, value in STATUS["activeTasks"][0].items() if name != "assignee"}
    root = wire.run({**STATUS, "activeTasks": [{**task, **members}]}).root
    assert root is not None
    assert [(node.person, node.detail) for node in root.children] == [(person, detail)]


ENDED = {"endTime": "2026-05-02T09:15:22.000+00:00", "activeTasks": []}


@pytest.mark.parametrize(
    ("status", "ended", "phase"),
    [
        ("ACTIVE", False, Phase.RUNNING),
        ("active", False, Phase.RUNNING),
        ("SUSPENDED", False, Phase.WAITING),
        ("PAUSED", False, Phase.UNKNOWN),
        ("COMPLETED", False, Phase.UNKNOWN),
        ("ACTIVE", True, Phase.COMPLETE),
        ("", True, Phase.COMPLETE),
        ("Complete", True, Phase.COMPLETE),
        ("FINISHED", True, Phase.COMPLETE),
        ("ARCHIVED", True, Phase.UNKNOWN),
        ("SUSPENDED", True, Phase.UNKNOWN),
        ("INCOMPLETE", True, Phase.UNKNOWN),
        ("COMPLETED", True, Phase.COMPLETE),
        ("ENDED", True, Phase.COMPLETE),
        ("Cancelled", True, Phase.CANCELLED),
        ("EXTERNALLY_TERMINATED", True, Phase.CANCELLED),
        ("DELETED", True, Phase.CANCELLED),
        ("FAILED", True, Phase.FAILED),
        ("ENDED_WITH_ERROR", True, Phase.FAILED),
    ],
)
def test_the_end_time_alone_ends_a_run(status: str, ended: bool, phase: Phase) -> None:
    run = wire.run({**STATUS, **(ENDED if ended else {}), "status": status})
    assert (run.status, run.over, run.phase) == (status, ended, phase)
    assert run.ended == (ENDED["endTime"] if ended else "")


@pytest.mark.parametrize(
    ("entries", "files"),
    [
        (["a3f8b2c1_receipt.pdf"], ("a3f8b2c1_receipt.pdf",)),
        ([{"filename": "a_b.pdf", "name": "b.pdf"}], ("a_b.pdf",)),
        ([{"name": "b.pdf", "storedName": "a_b.pdf"}], ("a_b.pdf",)),
        ([{"name": "b.pdf"}], ("b.pdf",)),
        ([{"size": 3}, 7, None, "", "x"], ("x",)),
        (None, ()),
    ],
)
def test_entries_of_files_in_any_shape(entries: Any, files: tuple[str, ...]) -> None:
    assert wire.run({**STATUS, "files": entries}).files == files


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {**STATUS, "processInstanceId": None},
        {**STATUS, "activeTasks": {"a": 1}},
        {**STATUS, "activeTasks": ["x"]},
        {**STATUS, "variables": [1]},
        {**STATUS, "files": {"a": 1}},
    ],
)
def test_a_status_that_cannot_be_read(body: Any) -> None:
    with pytest.raises(ServiceError):
        wire.run(body)


def test_a_claimed_task_has_its_person() -> None:
    task = {**STATUS["activeTasks"][0], "assignee": "ana@x.org"}
    run = wire.run({**STATUS, "activeTasks": [task, task]})
    assert run.root is not None
    assert [node.person for node in run.root.children] == ["ana@x.org"] * 2
