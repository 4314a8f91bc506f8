"""What an error says in the shapes of the systems (000, 003, 004, api-facts 3.4), and a request's own id."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from procspec.errors import Denied, ServiceError, UnknownOutcome
from procspec.http import Resend
from tests.http.clients import CLIENT, OK, QUICK, client, get, post
from tests.http.wire import says, serving

FLOW = {"path": "/process/exec", "timestamp": "2026-02-20T10:00:00Z"}
"""What every error of apptor flow has."""

SHAPES: dict[str, tuple[int, Any, str, str]] = {
    "workiva": (400, {"code": "invalidUser", "message": "No such user."}, "invalidUser", "No such user."),
    "workingflow": (
        404,
        {"error": "Process not found: nope", "code": "PROCESS_NOT_FOUND"},
        "PROCESS_NOT_FOUND",
        "Process not found: nope",
    ),
    "workingflow, one word": (
        409,
        {"error": "Suspended", "code": "PROCESS_SUSPENDED"},
        "PROCESS_SUSPENDED",
        "Suspended",
    ),
    "flow": (400, {"status": 400, "message": "Malformed body", **FLOW}, "", "Malformed body"),
    "flow, 429": (
        429,
        {"error": "RATE_LIMIT_EXCEEDED", "message": "Too many requests", "retryAfter": 0},
        "RATE_LIMIT_EXCEEDED",
        "Too many requests",
    ),
    "flow, fields": (
        422,
        {
            "status": 422,
            "message": "Validation failed",
            **FLOW,
            "errors": [
                {"field": "processId", "message": "must not be null"},
                {"field": "data", "message": "bad"},
            ],
        },
        "",
        "Validation failed (processId: must not be null; data: bad)",
    ),
    "fields alone": (
        422,
        {"errors": [{"field": "a", "message": "b"}, "c", {"message": "d"}]},
        "",
        "a: b; c; d",
    ),
    "fields that are none": (422, {"message": "m", "errors": [1, None, {}, [2], {"field": {}}]}, "", "m"),
    "fields that are no list": (422, {"message": "m", "errors": {"field": "a"}}, "", "m"),
    "many fields": (
        422,
        {"message": "m", "errors": [{"field": f"f{n}", "message": "x"} for n in range(9)]},
        "",
        "m (f0: x; f1: x; f2: x; f3: x; f4: x; and 4 more)",
    ),
    "a page's own": (404, {"status": 404, "error": "Not Found", "path": "/x"}, "", "Not Found"),
    "a lone code": (400, {"error": "invalid_request"}, "invalid_request", ""),
    "code, error and message": (400, {"code": "c", "error": "e", "message": "m"}, "c", "m"),
    "an empty code": (400, {"code": "", "error": "e", "message": "m"}, "e", "m"),
}


@pytest.mark.parametrize(("status", "body", "code", "message"), SHAPES.values(), ids=SHAPES)
def test_an_error_has_its_code_and_its_message(status: int, body: Any, code: str, message: str) -> None:
    with serving(says(status, body)) as server, client(server) as http, pytest.raises(ServiceError) as caught:
        get(http)
    told = (f" ({code})" if code else "") + (f": {message}" if message else "")
    assert caught.value.message == f"GET /x was answered with {status}{told}"
    assert (caught.value.status, caught.value.code, caught.value.body) == (status, code, body)


def test_what_is_said_of_fields_is_bounded() -> None:
    errors = [{"field": "f" * 900, "message": "m" * 900} for _ in range(90)]
    body = {"message": "m" * 9000, "errors": errors}
    with (
        serving(says(422, body)) as server,
        client(server, limits=replace(QUICK, max_body=1_000_000)) as http,
        pytest.raises(ServiceError) as caught,
    ):
        get(http)
    assert len(caught.value.message) < 600
    assert "(fff" in caught.value.message


@pytest.mark.parametrize("resend", list(Resend))
@pytest.mark.parametrize("seconds", [1, 1.0, "1"])
def test_the_wait_of_the_body_is_made(seconds: Any, resend: Resend) -> None:
    slow = {"error": "RATE_LIMIT_EXCEEDED", "message": "Too many requests", "retryAfter": seconds}
    with serving(says(429, slow), OK) as server, client(server) as http:
        start = time.monotonic()
        post(http, resend, accept=(200,))
        assert time.monotonic() - start >= 1
    assert len(server.taken) == 2


@pytest.mark.parametrize("seconds", [60, "60"])
def test_a_wait_of_the_body_that_is_too_long_ends_the_request(seconds: Any) -> None:
    slow = {"error": "RATE_LIMIT_EXCEEDED", "message": "Too many requests", "retryAfter": seconds}
    with (
        serving(says(429, slow, X_Request_Id="r-1")) as server,
        client(server) as http,
        pytest.raises(ServiceError, match="asks to wait 60 seconds") as caught,
    ):
        post(http)
    assert not isinstance(caught.value, UnknownOutcome)
    assert (caught.value.code, caught.value.trace) == ("RATE_LIMIT_EXCEEDED", "r-1")


@pytest.mark.parametrize("seconds", ["soon", "", "-5", "1e9", None, True, [60], "٦٠"])
def test_a_wait_that_is_none_is_not_made(seconds: Any) -> None:
    with serving(says(429, {"message": "Slow", "retryAfter": seconds}), OK) as server, client(server) as http:
        assert get(http).body == {"id": "p-1"}


# --------------------------------------------------------------------------------------- a request's id


TRACES: dict[str, tuple[dict[str, str], str]] = {
    "none": ({}, ""),
    "the server's": ({"X_Request_Id": "req-1"}, "req-1"),
    "another's": ({"X_Amzn_RequestId": "0a1b-2c"}, "0a1b-2c"),
    "correlation": ({"X_Correlation_ID": "c-1"}, "c-1"),
    "trace context": ({"traceparent": "00-4bf9-00f0-01"}, "00-4bf9-00f0-01"),
    "the server's first": ({"traceparent": "00-1", "X_Correlation_Id": "c-1", "X_Request_Id": "r-1"}, "r-1"),
    "as long as it may be": ({"X_Request_Id": "r" * 128}, "r" * 128),
    "too long": ({"X_Request_Id": "r" * 129}, ""),
    "control characters": ({"X_Request_Id": "r\t\x1b[31m"}, ""),
    "not ASCII": ({"X_Request_Id": "ré"}, ""),
    "empty": ({"X_Request_Id": ""}, ""),
    "the next that is one": ({"X_Request_Id": "r" * 999, "Request_Id": "r-2"}, "r-2"),
}


@pytest.mark.parametrize(("headers", "trace"), TRACES.values(), ids=TRACES)
def test_the_servers_id_of_a_request(headers: dict[str, str], trace: str) -> None:
    acts = [says(200, {}, **headers), says(404, {}, **headers), says(500, {}, **headers)]
    with serving(*acts) as server, client(server) as http:
        assert get(http).trace == trace
        with pytest.raises(ServiceError) as refused:
            get(http)
        with pytest.raises(UnknownOutcome) as unknown:
            post(http)
    assert [refused.value.trace, unknown.value.trace] == [trace, trace]


def test_where_no_answer_came_there_is_no_id() -> None:
    with serving(OK) as server:
        pass
    with client(server) as http, pytest.raises(ServiceError) as caught:
        get(http)
    assert caught.value.trace == ""


def test_a_token_that_is_not_given_has_the_id_of_that_request() -> None:
    with (
        serving(says(401, {"error": "invalid_client"}, X_Request_Id="t-1")) as server,
        client(server, credentials=CLIENT) as http,
        pytest.raises(Denied) as caught,
    ):
        get(http)
    assert caught.value.trace == "t-1"
