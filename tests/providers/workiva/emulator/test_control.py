"""The endpoints under `/_emulator/`."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from tests.providers.workiva.emulator.caller import HEADERS, Caller, certification, group, task, walk


def test_they_need_no_token(emulator: Caller) -> None:
    assert emulator.send("GET", "/_emulator/processes", headers={}).json() == []


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://example.com"}, {"Origin": "null"}, {"Host": "example.com"}, {"Host": "10.0.0.1:80"}],
)
def test_web_pages_are_kept_out(emulator: Caller, headers: dict[str, str]) -> None:
    assert emulator.send("GET", "/_emulator/processes", headers=headers).status_code == 403


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1:1", "[::1]:1", "emulator.localhost"])
def test_loopback_is_let_in(emulator: Caller, host: str) -> None:
    assert emulator.send("GET", "/_emulator/processes", headers={"Host": host}).status_code == 200


def test_the_request_log(emulator: Caller) -> None:
    id = emulator.create(task())["id"]
    emulator.control("DELETE", "requests")
    emulator.call("PATCH", f"/processes/{id}", [{"op": "replace", "path": "/name", "value": "x"}])
    emulator.call("GET", f"/processes/{id}?excludeGeneratedJobs=true")
    emulator.call("GET", f"/processes/{id}", Authorization="Bearer wrong")
    emulator.send("POST", "/oauth2/token", b"client_secret=s", HEADERS)
    path = f"/processes/{id}"
    assert emulator.control("GET", "requests") == [
        {
            "method": "PATCH",
            "path": path,
            "query": "",
            "body": [{"op": "replace", "path": "/name", "value": "x"}],
            "status": 200,
        },
        {"method": "GET", "path": path, "query": "excludeGeneratedJobs=true", "body": None, "status": 200},
        {"method": "GET", "path": path, "query": "", "body": None, "status": 401},
        {"method": "POST", "path": "/oauth2/token", "query": "", "body": None, "status": 400},
    ]


def test_the_clock(emulator: Caller) -> None:
    assert emulator.control("GET", "clock") == {"today": "2024-09-30", "fixed": True}
    emulator.control("PUT", "clock", {"today": "2031-01-01"})
    assert emulator.create(task())["created"]["dateTime"] == "2031-01-01T12:00:00Z"
    real = emulator.control("PUT", "clock", {"today": None})
    assert real["fixed"] is False
    assert abs(datetime.date.fromisoformat(real["today"]) - datetime.date.today()).days <= 1
    bodies: list[Any] = [{"today": "2024-02-30"}, {}, [], {"today": 1}, {"today": None, "x": 1}]
    for body in bodies:
        emulator.refused(400, "PUT", "/_emulator/clock", body)


def test_ids_can_be_prepared(emulator: Caller) -> None:
    emulator.control("PUT", "ids", {"process": ["p1"], "group": ["g1", "g2"], "job": ["j1"]})
    process = emulator.create(group("Inner", task()))
    inner = process["root"]["children"][0]["group"]
    ids = [process["id"], process["root"]["id"], inner["id"], inner["children"][0]["job"]["id"]]
    assert ids == ["p1", "g1", "g2", "j1"]
    assert emulator.create(task())["id"] != "p1"
    emulator.refused(400, "PUT", "/_emulator/ids", {"person": ["x"]})


def test_a_hand_edit(emulator: Caller) -> None:
    process = emulator.create(task("a"), certification({"signers": ["s"]}))
    added = [task("new"), group("Added", task("inner")), certification({"signers": ["t", "u"]})]
    patch: list[Any] = [{"op": "replace", "path": "/name", "value": "By hand"}]
    patch += [{"op": "remove", "path": "/root/children/0"}]
    patch += [{"op": "add", "path": "/root/children/-", "value": child} for child in added]
    patch += [{"op": "add", "path": "/dueDate", "value": "2024-12-01"}]
    edited = emulator.control("POST", f"processes/{process['id']}/edit", patch)
    assert emulator.get(process["id"]) == edited
    assert (edited["name"], edited["revision"], edited["dueDate"]) == ("By hand", 2, "2024-12-01")
    assert process["root"]["children"][1:] == edited["root"]["children"][:3], "what stays keeps its ids"
    nodes = list(walk(edited["root"]))
    assert len({node["id"] for node in nodes}) == len(nodes) == 3 + 3 + 4
    emulator.ok("POST", f"/processes/{process['id']}/run")


def test_removing_a_certification_removes_its_jobs(emulator: Caller) -> None:
    process = emulator.create(certification({"signers": ["s"]}), task("a"))
    edited = emulator.control(
        "POST", f"processes/{process['id']}/edit", [{"op": "remove", "path": "/root/children/0"}]
    )
    assert [node["arguments"]["type"] for node in walk(edited["root"])] == ["sendTask"]


@pytest.mark.parametrize(
    "patch",
    [
        {},
        [{"op": "remove", "path": "/nothing"}],
        [{"op": "remove", "path": "/root"}],
        [{"op": "replace", "path": "/root", "value": 1}],
        [{"op": "add", "path": "/root/children/-", "value": {"type": "job"}}],
        [{"op": "add", "path": "/root/children/-", "value": {"type": "job", "job": {}}}],
        [{"op": "add", "path": "/root/children/-", "value": 7}],
        [{"op": "nothing", "path": "/name"}],
        ["x"],
    ],
    ids=str,
)
def test_an_edit_that_leaves_no_process(emulator: Caller, patch: Any) -> None:
    process = emulator.create(task("a"))
    emulator.refused(400, "POST", f"/_emulator/processes/{process['id']}/edit", patch)
    assert emulator.get(process["id"]) == process


def test_the_trash_can_be_looked_at(emulator: Caller) -> None:
    process = emulator.create(task("a"))
    emulator.ok("DELETE", f"/processes/{process['id']}")
    assert emulator.control("GET", f"processes/{process['id']}") == process


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "processes/x", None),
        ("POST", "processes/x/edit", []),
        ("POST", "processRuns/x/finish", {"id": "y"}),
        ("POST", "processRuns/x/start", {"id": "y"}),
        ("POST", "processRuns/x/close", None),
    ],
)
def test_unknown_ids(emulator: Caller, method: str, path: str, body: Any) -> None:
    emulator.refused(404, method, f"/_emulator/{path}", body)


def test_quirks_can_be_set(emulator: Caller) -> None:
    assert emulator.control("GET", "quirks")["quirks"] == []
    answer = emulator.control("PUT", "quirks", {"quirks": ["upper-case", "flat-people"]})
    assert answer["quirks"] == ["flat-people", "upper-case"]
    error = emulator.refused(400, "PUT", "/_emulator/quirks", {"quirks": ["nonsense"]})
    assert "flat-people" in error["message"]
    assert emulator.control("GET", "quirks")["quirks"] == ["flat-people", "upper-case"]
    emulator.refused(400, "PUT", "/_emulator/quirks", {})
    emulator.refused(400, "PUT", "/_emulator/people/x", {"status": "gone"})
