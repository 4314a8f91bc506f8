"""What is asked of every request before an operation sees it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from procspec.providers.workiva.emulator.operations import OPERATIONS
from tests.providers.workiva.emulator.caller import HEADERS, VERSION, Caller, error_of, example, task

OPERATION_IDS = [f"{operation.method} {operation.path}" for operation in OPERATIONS]
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=OPERATION_IDS)


def path_of(operation: Any) -> str:
    return str(operation.path).replace("{processId}", "nothing").replace("{processRunId}", "nothing")


def test_there_are_exactly_the_ten_documented_operations() -> None:
    assert sorted(OPERATION_IDS) == [
        "DELETE /processes/{processId}",
        "GET /processRuns/{processRunId}",
        "GET /processes/{processId}",
        "PATCH /processes/{processId}",
        "POST /processRuns/{processRunId}/jobRuns",
        "POST /processes",
        "POST /processes/{processId}/batchUpdates",
        "POST /processes/{processId}/restore",
        "POST /processes/{processId}/run",
        "POST /processes/{processId}/validation",
    ]


@each_operation
@pytest.mark.parametrize("version", [None, "", "2026-01-01", "2026-04-01.PROCESSES.preview"])
def test_every_request_needs_the_version(emulator: Caller, operation: Any, version: str | None) -> None:
    headers = {"Authorization": HEADERS["Authorization"]} | ({"X-Version": version} if version else {})
    answer = emulator.send(operation.method, path_of(operation), headers=headers)
    assert answer.status_code == 400
    assert error_of(answer)["target"] == "X-Version"


@each_operation
@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer wrong", "Basic emulator", "emulator"])
def test_every_request_needs_a_token(emulator: Caller, operation: Any, authorization: str | None) -> None:
    headers = VERSION | ({"Authorization": authorization} if authorization else {})
    answer = emulator.send(operation.method, path_of(operation), headers=headers)
    assert answer.status_code == 401
    assert answer.json() == example("run-error-401") == example("job-runs-error-401")


@each_operation
def test_an_unknown_id_is_not_found(emulator: Caller, operation: Any) -> None:
    if operation.path == "/processes":
        return
    bodies = {"PATCH": [], "batchUpdates": {"data": []}, "jobRuns": [example("job-runs-request")[1]]}
    body = bodies.get(operation.method) or bodies.get(operation.path.rsplit("/")[-1])
    if operation.method == "PATCH":
        body = example("guide-patch-request")
    error = emulator.refused(404, operation.method, path_of(operation), body)
    assert error["code"] == example("run-error-404")["code"]
    what = "process run" if "Runs/" in operation.path else "process"
    assert error["message"] == f"Could not find {what} id nothing"


@each_operation
def test_an_unknown_query_parameter_is_refused(emulator: Caller, operation: Any) -> None:
    emulator.refused(400, operation.method, f"{path_of(operation)}?unknown=1")
    for name in operation.query:
        emulator.refused(400, operation.method, f"{path_of(operation)}?{name}=true&{name}=true")


@pytest.mark.parametrize("value", ["", "1", "TRUE", "yes"])
def test_a_query_flag_is_true_or_false(emulator: Caller, value: str) -> None:
    id = emulator.create(task())["id"]
    emulator.refused(400, "GET", f"/processes/{id}?excludeGeneratedJobs={value}")
    emulator.ok("GET", f"/processes/{id}?excludeGeneratedJobs=false")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/processes", {"POST"}),
        ("PUT", "/processes/x", {"GET", "PATCH", "DELETE"}),
        ("HEAD", "/processes/x", {"GET", "PATCH", "DELETE"}),
        ("GET", "/processes/x/run", {"POST"}),
        ("DELETE", "/processRuns/x", {"GET"}),
        ("GET", "/oauth2/token", {"POST"}),
    ],
)
def test_a_wrong_method(emulator: Caller, method: str, path: str, allowed: set[str]) -> None:
    answer = emulator.call(method, path)
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == allowed
    if method != "HEAD":
        assert error_of(answer)["code"] == "405"


@pytest.mark.parametrize("path", ["/", "/processes/", "/process", "/processes/x/runs", "/processRuns"])
def test_an_unknown_path(emulator: Caller, path: str) -> None:
    emulator.refused(404, "GET", path)


@each_operation
def test_a_body_only_where_one_is_documented(emulator: Caller, operation: Any) -> None:
    with_body = {"POST /processes", "PATCH /processes/{processId}"}
    name = f"{operation.method} {operation.path}"
    if name in with_body or name.endswith(("batchUpdates", "jobRuns")):
        emulator.refused(400, operation.method, path_of(operation))
    elif not name.endswith("/run"):
        emulator.refused(400, operation.method, path_of(operation), {})


@pytest.mark.parametrize(
    ("media", "status"),
    [
        ("application/json-patch+json", 200),
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("application/merge-patch+json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ],
)
def test_the_content_type_of_a_patch(emulator: Caller, media: str, status: int) -> None:
    id = emulator.create(task())["id"]
    body = json.dumps([{"op": "replace", "path": "/name", "value": "New"}]).encode()
    headers = HEADERS | ({"Content-Type": media} if media else {})
    assert emulator.send("PATCH", f"/processes/{id}", body, headers).status_code == status
    assert emulator.get(id)["name"] == ("New" if status == 200 else "Close")


def test_other_bodies_are_json(emulator: Caller) -> None:
    body = json.dumps(example("guide-create-request")).encode()
    headers = {**HEADERS, "Content-Type": "application/json-patch+json"}
    assert emulator.send("POST", "/processes", body, headers).status_code == 415


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"\xff",
        b"nothing",
        b'{"name": NaN}',
        b'{"name": 1e999}',
        b'{"name": "\\ud800"}',
        b'{"name": "a", "name": "b"}',
        b"[" * 200_000,
        b"[" * 300 + b"]" * 300,
        b'{"name": ' + b"1" * 5000 + b"}",
    ],
    ids=range(10),
)
def test_a_body_that_is_no_json(emulator: Caller, raw: bytes) -> None:
    answer = emulator.send("POST", "/processes", raw, {**HEADERS, "Content-Type": "application/json"})
    assert answer.status_code == 400
    assert error_of(answer)["message"] == "The body is not valid JSON"
    assert emulator.control("GET", "processes") == []


def test_the_documented_payload_limit(emulator: Caller) -> None:
    headers = {**HEADERS, "Content-Type": "application/json"}
    small = emulator.send("POST", "/processes", b" " * 10_485_760, headers)
    assert small.status_code == 400
    large = emulator.send("POST", "/processes", b" " * 10_485_761, headers)
    assert large.status_code == 413
    assert error_of(large)["code"] == "413"


def test_any_text_survives(emulator: Caller) -> None:
    text = "Ä — \U0001f4c8 \u0000 \u2028 end\r\n"
    process = emulator.create(task(instructions=text), name=text)
    assert process["name"] == text
    assert process["root"]["children"][0]["job"]["arguments"]["sendTaskArgs"]["instructions"] == text


def test_a_programming_error_answers_500_and_surfaces(emulator: Caller) -> None:
    """A store that was closed under the emulator stands for any bug."""
    import asyncio
    import sqlite3

    import httpx

    id = emulator.create(task())["id"]
    emulator.app.world.store.close()

    async def sending() -> httpx.Response:
        transport = httpx.ASGITransport(emulator.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get(f"/processes/{id}", headers=HEADERS)

    answer = asyncio.run(sending())
    assert (answer.status_code, answer.json()) == (500, example("run-error-500"))
    with pytest.raises(sqlite3.ProgrammingError):
        emulator.call("GET", f"/processes/{id}")
