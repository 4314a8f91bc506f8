"""Starting, looking and resuming: strict about what is asked, and one state machine behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from procspec.providers.apptor.emulator import SYSTEM_KEY, TOKEN
from tests.providers.apptor.emulator.caller import FLOW, Caller

ASK: Any = {"id": "ask", "type": "inputNode", "inputType": "textbox"}
SET: Any = {"id": "set", "type": "setVariable", "sets": {"seen": True}}


def flow(emulator: Caller, *nodes: Any) -> str:
    emulator.flow("flow-1", *nodes, name="One")
    return emulator.start("flow-1")


# ------------------------------------------------------------------------------------------- starting


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "processId: must not be null"),
        ({"processId": None}, 422, "processId: must not be null"),
        ({"processId": " "}, 422, "processId: must not be blank"),
        ({"processId": FLOW, "data": []}, 400, "Must be an object: data"),
        ({"processId": FLOW, "data": None}, 400, "Must be an object: data"),
        ({"processId": FLOW, "correlationKey": 7}, 400, "Must be a string: correlationKey"),
        ({"processId": FLOW, "environment": "DEVELOPMENT"}, 400, "Unknown field: environment"),
        ([], 400, "Must be an object"),
        ({"processId": "nobodys"}, 404, "Process nobodys was not found"),
    ],
)
def test_what_a_start_refuses(emulator: Caller, body: Any, status: int, said: str) -> None:
    found = emulator.refused(status, "POST", "/process/exec", body)
    assert said == (
        "; ".join(f"{one['field']}: {one['message']}" for one in found.get("errors", ())) or found["message"]
    )
    assert emulator.control("GET", "instances") == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("environment=development", 400),
        ("environment=STAGING", 400),
        ("environment=", 400),
        ("environment=DEVELOPMENT&environment=PRODUCTION", 400),
        ("version=3", 400),
        ("versionNumber=2", 404),
        ("versionNumber=4", 404),
    ],
)
def test_what_a_query_refuses(emulator: Caller, query: str, status: int) -> None:
    """4 is the draft, and triggers fire only on published versions."""
    emulator.refused(status, "POST", f"/process/exec?{query}", {"processId": FLOW})


def test_without_an_environment_it_is_a_live_run(emulator: Caller) -> None:
    emulator.start(query="")
    emulator.start()
    assert [one["environment"] for one in emulator.control("GET", "instances")] == [
        "PRODUCTION",
        "DEVELOPMENT",
    ]


def test_versions_are_published_and_active_by_environment(emulator: Caller) -> None:
    emulator.control("PUT", "flows/f", {"nodes": [SET]})
    emulator.refused(409, "POST", "/process/exec?environment=DEVELOPMENT", {"processId": "f"})
    made = emulator.control("POST", "flows/f/publish", {"environments": ["DEVELOPMENT"]})
    assert (made["active"], made["draft"]["version"]) == ({"DEVELOPMENT": "1"}, "2")
    emulator.refused(409, "POST", "/process/exec", {"processId": "f"})
    emulator.control("PUT", "flows/f", {"nodes": [ASK]})
    assert emulator.status(emulator.start("f"))["processVersion"] == "1"
    emulator.control("POST", "flows/f/publish")
    assert emulator.status(emulator.start("f"))["processVersion"] == "2"
    old = emulator.start("f", "environment=PRODUCTION&versionNumber=1")
    assert emulator.status(old)["processVersion"] == "1"


def test_a_system_key_starts_elsewhere(emulator: Caller) -> None:
    body = {"processId": FLOW}
    assert emulator.refused(403, "POST", "/process/exec", body, SYSTEM_KEY)
    assert emulator.refused(403, "POST", "/process/start", body, TOKEN)
    id = emulator.ok("POST", "/process/start?environment=DEVELOPMENT", body, SYSTEM_KEY)["processInstanceId"]
    assert emulator.status(id)["processId"] == FLOW  # the run belongs to the organization that owns the flow


def test_a_flow_of_others_is_not_found(emulator: Caller) -> None:
    emulator.flow("theirs", ASK, organization="org_other")
    emulator.refused(404, "POST", "/process/exec", {"processId": "theirs"})
    theirs = emulator.control("PUT", "keys/other", {"organization": "org_other"})["key"]
    id = emulator.ok("POST", "/process/exec", {"processId": "theirs"}, theirs)["processInstanceId"]
    emulator.refused(404, "GET", f"/process/instance/{id}")
    assert emulator.task(id, "ask").status_code == 404
    for key in (theirs, SYSTEM_KEY):
        assert emulator.ok("GET", f"/process/instance/{id}", key=key)["stateCd"] == 0


# --------------------------------------------------------------------------------------- the instance


def test_a_flow_without_people_is_over_at_once(emulator: Caller) -> None:
    id = flow(emulator, SET, {"id": "end", "type": "endEvent"})
    done = emulator.status(id)
    assert (done["stateCd"], done["data"]) == (1, {"seen": True})
    assert done["startTime"] == done["endTime"] == "2026-02-20T10:00:00Z"


def test_a_node_that_fails_ends_it(emulator: Caller) -> None:
    id = flow(emulator, {"id": "call", "type": "serviceTask", "fails": "503 from the service"}, SET)
    assert emulator.status(id)["stateCd"] == 2
    assert emulator.control("GET", f"instances/{id}")["error"] == "503 from the service"


def test_an_answer_brings_variables_and_goes_on(emulator: Caller) -> None:
    id = emulator.start(data={"amount": 149.99})
    assert emulator.control("GET", f"instances/{id}")["waitingAt"] == "approval-step"
    assert emulator.task(id, decision="approved").json() == {"processInstanceId": id, "status": "resumed"}
    data = emulator.status(id)["data"]
    assert data["decision"] == "approved" and data["amount"] == 149.99
    assert (data["formData"], data["inputNodeAction"]) == ({"decision": "approved"}, "COMPLETE")


def test_a_cancelled_step_is_told_to_the_flow(emulator: Caller) -> None:
    id = flow(emulator, ASK, SET)
    assert emulator.task(id, "ask", "CANCEL").is_success
    done = emulator.status(id)
    assert (done["stateCd"], done["data"]) == (1, {"inputNodeAction": "CANCEL", "seen": True})


def test_a_node_in_a_loop_is_come_to_again(emulator: Caller) -> None:
    id = flow(emulator, {**ASK, "loop": 2}, SET)
    for number in (1, 2):
        assert emulator.task(id, "ask", inputValue=number).is_success
    assert emulator.task(id, "ask").status_code == 409
    shown = emulator.control("GET", f"instances/{id}")
    assert [one["data"] for one in shown["answers"]] == [{"inputValue": 1}, {"inputValue": 2}]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"processInstanceId": "inst_none"}, 404),
        ({"nodeId": "no-such-node"}, 404),
        ({"nodeId": "classify"}, 409),
        ({"action": "complete"}, 400),
        ({"action": "REJECT"}, 400),
        ({"data": "approved"}, 400),
        ({"nodeId": ""}, 422),
        ({"action": None}, 422),
        ({"by": "ana"}, 400),
    ],
)
def test_what_a_task_refuses(emulator: Caller, change: Any, status: int) -> None:
    id = emulator.start()
    body = {"processInstanceId": id, "nodeId": "approval-step", "action": "COMPLETE", **change}
    emulator.refused(status, "POST", "/process/task", body)
    shown = emulator.control("GET", f"instances/{id}")
    assert (shown["answers"], shown["waitingAt"]) == ([], "approval-step")


@pytest.mark.parametrize(("how", "code"), [("fail", 2), ("cancel", 3)])
def test_people_end_an_instance(emulator: Caller, how: str, code: int) -> None:
    id = emulator.start()
    emulator.control("POST", f"instances/{id}/{how}")
    assert emulator.status(id)["stateCd"] == code and emulator.status(id)["endTime"]
    assert emulator.task(id).status_code == 409
    assert emulator.call("POST", f"/_emulator/instances/{id}/{how}").status_code == 409


def test_an_event_finds_its_correlation_key(emulator: Caller) -> None:
    emulator.flow("waits", {"id": "paid", "type": "catchEvent"}, SET)
    first = emulator.start("waits", correlationKey="order-1")
    second = emulator.start("waits", correlationKey="order-2")
    assert emulator.task(first, "paid").status_code == 409  # no person is waited for
    event = {"correlationKey": "order-2", "data": {"paid": 20}}
    assert emulator.control("POST", "events", event) == {"resumed": [second]}
    assert emulator.status(second)["data"] == {"paid": 20, "seen": True}
    assert emulator.status(first)["stateCd"] == 0


def test_everything_is_kept(tmp_path: Path) -> None:
    id = Caller(tmp_path / "e.db").start()
    assert Caller(tmp_path / "e.db").task(id).is_success
    assert (tmp_path / "e.db").stat().st_mode & 0o777 == 0o600


def test_what_is_not_documented_is_not_there(emulator: Caller) -> None:
    emulator.refused(404, "GET", "/process/list")
    emulator.refused(405, "GET", "/process/exec")
    emulator.refused(404, "GET", "/process/instance/inst_none")
    assert emulator.send("POST", "/process/exec", b"{", {"X-API-Key": TOKEN}).status_code == 415
