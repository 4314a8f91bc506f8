"""What people do in the web application: tasks, forms, files, definitions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from procspec.providers.emulator import EmulatorError
from procspec.providers.workiva.emulator import create_app
from tests.providers.workingflow.emulator.caller import EXPENSE, Caller


def tasks(status: Any) -> list[tuple[str, str | None]]:
    return [(task["taskName"], task["assignee"]) for task in status["activeTasks"]]


def done(emulator: Caller, id: str, **more: Any) -> Any:
    """The status after the one task was completed."""
    (task,) = emulator.status(id)["activeTasks"]
    return emulator.control("POST", f"instances/{id}/complete", {"task": task["taskId"], **more})


def test_an_expense_report_is_revised_approved_and_paid() -> None:
    emulator = Caller()
    id = emulator.start()
    claimed = emulator.control("POST", f"instances/{id}/claim", {"task": "52412", "user": "ana@x.org"})
    assert tasks(claimed) == [("Submit Expense Report", "ana@x.org")]
    done(emulator, id, variables={"amount": 120})
    revise = done(emulator, id, outcome="revise")
    assert tasks(revise) == [("Revise Expense Report", None)]
    emulator.control("PUT", "clock", {"today": "2026-05-04"})
    again = done(emulator, id)
    assert again["activeTasks"][0]["createTime"] == "2026-05-04T09:15:22.000+00:00"
    assert tasks(done(emulator, id, outcome="approve")) == [("Reimburse Expenses", None)]
    over = done(emulator, id)
    assert (over["status"], over["endTime"], over["activeTasks"]) == (
        "COMPLETED",
        "2026-05-04T09:15:22.000+00:00",
        [],
    )
    assert over["variables"]["managerDecision"] == "approve" and over["variables"]["amount"] == 120
    assert emulator.status(id) == over
    assert emulator.call("POST", f"/_emulator/instances/{id}/end").status_code == 409


def test_a_rejection_ends_it() -> None:
    emulator = Caller()
    id = emulator.start()
    done(emulator, id)
    assert done(emulator, id, outcome="reject")["endTime"] is not None


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("complete", {"task": "1"}, 400),
        ("complete", {"task": "52412", "outcome": "approve"}, 400),
        ("complete", {"task": "52412", "more": 1}, 400),
        ("claim", {"task": "52412"}, 400),
        ("files", {"name": "a/b", "content": ""}, 400),
        ("files", {"name": "a", "content": "?"}, 400),
    ],
)
def test_a_control_is_strict(action: str, body: Any, status: int) -> None:
    emulator = Caller()
    id = emulator.start()
    before = emulator.status(id)
    assert emulator.call("POST", f"/_emulator/instances/{id}/{action}", body).status_code == status
    assert emulator.call("POST", f"/_emulator/instances/1/{action}", {"task": "1"}).status_code in (400, 404)
    assert emulator.status(id) == before


def test_an_outcome_must_be_one_of_the_steps() -> None:
    emulator = Caller()
    id = emulator.start()
    done(emulator, id)
    (task,) = emulator.status(id)["activeTasks"]
    for body in ({"task": task["taskId"]}, {"task": task["taskId"], "outcome": "maybe"}):
        assert emulator.call("POST", f"/_emulator/instances/{id}/complete", body).status_code == 400


def test_a_start_form_is_filled_in_by_a_person() -> None:
    emulator = Caller()
    body = {"user": "ana@x.org", "variables": {"days": 3}}
    id = emulator.control("POST", "definitions/leave_request_demo/start", body)["processInstanceId"]
    assert emulator.status(id)["variables"] == {"days": 3, "initiator": "ana@x.org"}
    assert tasks(done(emulator, id, outcome="revise")) == [("Revise Leave Request", "ana@x.org")]
    done(emulator, id)
    assert tasks(done(emulator, id, outcome="approve")) == [("Acknowledge Leave", None)]


def test_an_instance_is_ended_with_any_word() -> None:
    emulator = Caller()
    id = emulator.start()
    assert emulator.control("POST", f"instances/{id}/end", {"status": "DELETED"})["status"] == "DELETED"
    listed = emulator.control("GET", "instances")
    assert [(one["id"], one["process"], one["status"]) for one in listed] == [
        (id, "expense_reimbursement_demo", "DELETED")
    ]


def test_suspending_and_activating() -> None:
    emulator = Caller()
    state = "definitions/expense_reimbursement_demo/state"
    emulator.control("PUT", state, {"suspended": True})
    assert emulator.refused(409, "POST", EXPENSE, {"variables": {}}) == "PROCESS_SUSPENDED"
    emulator.control("PUT", state, {"suspended": False})
    assert emulator.start()


def test_deploying() -> None:
    emulator = Caller()
    old = emulator.start()
    steps = [
        {"id": "a", "task": "Both", "next": ["b", "c"]},
        {"id": "b", "task": "One", "next": []},
        {"id": "c", "task": "Other", "next": []},
    ]
    body = {"key": "expense_reimbursement_demo", "name": "Expenses", "steps": steps}
    assert emulator.control("POST", "definitions", body)["version"] == 2
    id = emulator.start()
    both = done(emulator, id)
    assert [name for name, _ in tasks(both)] == ["One", "Other"]
    for task in both["activeTasks"]:
        left = emulator.control("POST", f"instances/{id}/complete", {"task": task["taskId"]})
    assert left["status"] == "COMPLETED"
    assert tasks(emulator.status(old)) == [("Submit Expense Report", None)], "as it was when it started"
    for wrong in ([], [{"id": "a", "task": "A"}], [{"id": "a", "task": "A", "next": ["z"]}], [steps[1]] * 2):
        assert emulator.call("POST", "/_emulator/definitions", {**body, "steps": wrong}).status_code == 400


@pytest.mark.parametrize(
    ("shown", "header"),
    [
        ('a "b" \\c.pdf', 'attachment; filename="a \\"b\\" \\\\c.pdf"'),
        ("Beleg März.pdf", "attachment; filename*=UTF-8''Beleg%20M%C3%A4rz.pdf"),
        ("../../a\nb", "attachment; filename*=UTF-8''..%2F..%2Fa%0Ab"),
    ],
)
def test_any_name_can_be_shown(shown: str, header: str) -> None:
    emulator = Caller()
    id = emulator.start()
    stored = emulator.upload(id, shown=shown, variable="receipt")
    assert emulator.status(id)["variables"]["receipt"] == stored
    file = emulator.call("GET", f"/processapi/{id}/files/{stored}")
    assert file.headers["content-disposition"] == header


def test_it_outlives_the_process(tmp_path: Path) -> None:
    id = Caller(tmp_path / "e.db").start()
    assert Caller(tmp_path / "e.db").status(id)["processInstanceId"] == id
    with pytest.raises(EmulatorError, match="another program"):
        create_app(tmp_path / "e.db")
