"""What is checked before anything is done: the key, the path, the query, the body."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.providers.workingflow.emulator.caller import EXPENSE, HEADERS, Caller


@pytest.mark.parametrize(
    "given", [None, "", "Bearer", "Bearer wf_other", "Basic wf_emulator", "wf_emulator"], ids=repr
)
def test_a_key_is_needed(given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given}
    answer = Caller().send("GET", "/processapi/list", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")


def test_the_name_of_the_key_is_the_initiator() -> None:
    emulator = Caller()
    emulator.control("PUT", "keys", {"key": "wf_night", "name": "Night batch"})
    headers = {"Authorization": "bearer wf_night", "Content-Type": "application/json"}
    started = emulator.send("POST", EXPENSE, b'{"variables": {"initiator": "me"}}', headers)
    variables = emulator.status(started.json()["processInstanceId"])["variables"]
    assert variables == {"initiator": "api:Night batch"}
    assert [key["name"] for key in emulator.control("GET", "keys")] == ["ERP Integration", "Night batch"]
    assert emulator.call("PUT", "/_emulator/keys", {"key": "night"}).status_code == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"variables": []}, 400),
        ({"variables": None}, 400),
        ({"variables": {" ": 1}}, 400),
        ({"variables": {}, "version": 2}, 400),
        ([], 400),
        ({"variables": {"text": "x", "number": 1.5, "flag": True, "list": [1], "map": {"a": None}}}, 201),
    ],
)
def test_the_body_of_a_start(body: Any, status: int) -> None:
    emulator = Caller()
    answer = emulator.call("POST", EXPENSE, body)
    assert answer.status_code == status
    if status == 201:
        variables = emulator.status(answer.json()["processInstanceId"])["variables"]
        assert {name: variables[name] for name in body["variables"]} == body["variables"]
    else:
        assert answer.json()["code"] == "BAD_REQUEST"
        assert emulator.control("GET", "instances") == []


@pytest.mark.parametrize(
    ("method", "path", "content", "media", "status"),
    [
        ("POST", EXPENSE, b"", "application/json", 400),
        ("POST", EXPENSE, b"{", "application/json", 400),
        ("POST", EXPENSE, b'{"variables": {}}', "text/plain", 415),
        ("POST", f"{EXPENSE}?x=1", b'{"variables": {}}', "application/json", 400),
        ("GET", "/processapi/list", b"{}", "application/json", 400),
        ("GET", "/processapi/list/", b"", "", 404),
        ("GET", "/processapi", b"", "", 404),
        ("PUT", EXPENSE, b"{}", "application/json", 405),
        ("GET", EXPENSE, b"", "", 405),
    ],
)
def test_strict(method: str, path: str, content: bytes, media: str, status: int) -> None:
    headers = {**HEADERS, **({"Content-Type": media} if media else {})}
    answer = Caller().send(method, path, content or None, headers)
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error", "code"} and answer.json()["code"].isupper()


def test_requests_are_logged_without_the_key() -> None:
    emulator = Caller()
    emulator.start()
    log = emulator.control("GET", "requests")
    assert [(entry["method"], entry["path"], entry["status"]) for entry in log] == [("POST", EXPENSE, 201)]
    assert "wf_" not in json.dumps(log)
