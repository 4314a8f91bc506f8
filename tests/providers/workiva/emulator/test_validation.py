"""`POST /processes/{processId}/validation`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.workiva.emulator.caller import Caller, certification, example, group, job, task

PERSON = {"id": "u", "type": "user"}


def errors(emulator: Caller, process: Any) -> Any:
    answer = emulator.ok("POST", f"/processes/{process['id']}/validation")
    assert set(answer) == {"errors"}
    assert emulator.get(process["id"]) == process, "validation is read-only"
    return answer["errors"]


@pytest.mark.parametrize(
    ("child", "missing"),
    [
        (task(), []),
        (job("sendTask"), ["title", "assigneeUser"]),
        (job("sendTask", title="T"), ["assigneeUser"]),
        (job("contentRequest"), ["title", "assigneeUser", "document", "section"]),
        (job("contentRequest", title="T", assignee=PERSON, document="d", section="s"), []),
        (job("certification"), ["title", "sourceLetter", "steps"]),
        (certification({"signers": ["a"]}), []),
        (certification(), ["steps"]),
    ],
)
def test_what_an_action_needs(emulator: Caller, child: Any, missing: list[str]) -> None:
    expected = [
        {
            "code": "MISSING_REQUIRED_FIELD",
            "message": f"Job is missing required field: {field}",
            "target": "/root/children/0/job",
        }
        for field in missing
    ]
    assert errors(emulator, emulator.create(child)) == expected


def test_a_target_points_into_the_whole_tree(emulator: Caller) -> None:
    """Generated jobs count, and nested groups are stepped into through their wrapper."""
    inner = group("Inner", task(), job("sendTask", title="T"))
    process = emulator.create(certification({"signers": ["a"]}), inner)
    (error,) = errors(emulator, process)
    assert error["target"] == "/root/children/3/group/children/1/job"


@pytest.mark.parametrize(
    ("date", "future"), [("2024-09-29", False), ("2024-09-30", False), ("2024-10-01", True)]
)
def test_due_dates_are_in_the_future(emulator: Caller, date: str, future: bool) -> None:
    process = emulator.create(task(dueDate=date, approverDueDate=date), dueDate=date)
    found = errors(emulator, process)
    assert {(error["code"], error["message"]) for error in found} <= {
        ("INVALID_DUE_DATE", "Due date must be in the future")
    }
    at = "/root/children/0/job/arguments/sendTaskArgs"
    expected = [] if future else [f"{at}/dueDate", f"{at}/approverDueDate", "/dueDate"]
    assert [error["target"] for error in found] == expected


def test_validity_passes_with_time(emulator: Caller) -> None:
    """T22."""
    process = emulator.create(task(), dueDate="2024-10-15")
    assert errors(emulator, process) == []
    emulator.control("PUT", "clock", {"today": "2024-10-15"})
    assert [error["target"] for error in errors(emulator, process)] == ["/dueDate"]


@pytest.mark.parametrize("member", ["assignee", "approver"])
def test_a_person_who_does_not_exist(emulator: Caller, member: str) -> None:
    people: dict[str, Any] = {member: {"id": "unknown-ana", "type": "user"}}
    process = emulator.create(task(**people))
    job_id = process["root"]["children"][0]["job"]["id"]
    (error,) = errors(emulator, process)
    assert error == {
        **example("run-error-400"),
        "target": member,
        "meta": {"argumentName": member, "jobId": job_id},
    }


def test_a_person_who_is_suspended(emulator: Caller) -> None:
    process = emulator.create(task(assignee={"id": "ana", "type": "user"}))
    assert errors(emulator, process) == []
    emulator.control("PUT", "people/ana", {"status": "suspended"})
    assert [error["code"] for error in errors(emulator, process)] == ["invalidUser"]
    emulator.control("PUT", "people/ana", {"status": "active"})
    assert errors(emulator, process) == []


def test_a_target_that_leads_nowhere(emulator: Caller) -> None:
    process = emulator.create(certification({}, letter="missing-letter"))
    (error,) = errors(emulator, process)
    assert error["target"] == "letter"
    assert error["message"] == example("run-error-409")["message"]


def test_errors_keep_the_guides_order(emulator: Caller) -> None:
    """Jobs first, then the process."""
    process = emulator.create(job("sendTask", title="T"), dueDate="2024-01-01")
    assert errors(emulator, process) == example("guide-validation-errors-response")["errors"]
