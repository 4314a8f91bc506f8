"""What goes out, where it may go, and over how many connections."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from procspec.errors import UsageError
from procspec.http import Answer, Http, Resend
from tests.http.clients import OK, QUICK, TOKEN, client, get, post
from tests.http.wire import (
    raw,
    says,
    sends,
    serving,
)


def test_a_request_as_it_goes_out() -> None:
    with serving(OK) as server, client(server, headers={"X-Version": "v"}) as http:
        answer = http.send(
            "PATCH",
            "/processes/a%2Fb",
            query={"q": "1 &2"},
            body=[{"é": None}],
            media="application/json-patch+json",
            resend=Resend.CHECKED,
        )
    assert answer == Answer(status=200, headers={"content-length": "13"}, body={"id": "p-1"})
    (taken,) = server.taken
    assert (taken.method, taken.body) == ("PATCH", '[{"é":null}]'.encode())
    assert taken.path in ("/processes/a%2Fb?q=1+%262", "/processes/a%2Fb?q=1%20%262")
    assert taken.headers["content-type"] == "application/json-patch+json"
    assert taken.headers["authorization"] == "Bearer canary-token-1"
    assert taken.headers["x-version"] == "v"
    assert re.fullmatch(r"procspec/\d+\.\d+.*", taken.headers["user-agent"])


def test_a_request_without_a_body_has_none() -> None:
    with serving(says(204)) as server, client(server) as http:
        answer = http.send("POST", "/restore", resend=Resend.CHECKED, accept=(204,))
    assert answer.body is None
    assert "content-type" not in server.taken[0].headers
    assert server.taken[0].headers["content-length"] == "0"


@pytest.mark.parametrize("body", [{}, [], False, 0, ""])
def test_an_empty_body_is_a_body(body: Any) -> None:
    with serving(OK) as server, client(server) as http:
        http.send("POST", "/x", body=body, resend=Resend.NEVER)
    assert server.taken[0].body


@pytest.mark.parametrize(
    "path",
    [
        "x",
        "",
        "//evil.example",
        "http://evil.example/x",
        "/a/../b",
        "/..",
        "/a/%2E%2e",
        "/.",
        "/a\nb",
        "/a%0Ab",
        "/a?b",
        "/a#b",
        "/a\\..\\b",
        "/\u202e",
        "/\x00",
    ],
)
def test_a_path_that_leads_elsewhere_is_not_sent(path: str) -> None:
    with serving(OK) as server, client(server) as http, pytest.raises(UsageError):
        get(http, path)
    assert server.taken == []


@pytest.mark.parametrize("body", [{"x": float("nan")}, {"x": {1}}, "\udc80"])
def test_a_body_that_is_not_json_is_not_sent(body: Any) -> None:
    with serving(OK) as server, client(server) as http, pytest.raises(UsageError, match="as JSON"):
        http.send("POST", "/x", body=body, resend=Resend.NEVER)
    assert server.taken == []


@pytest.mark.parametrize(
    "origin",
    [
        "http://api.example.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "ftp://localhost",
        "localhost",
        "",
        "emulator",
        "https://",
        "https://ana:hunter22@example.com",
        "https://example.com/path",
        "http://[::1",
        "https://example.com:port",
        "https://example.com?x=1",
    ],
)
def test_an_origin_that_is_none_or_would_show_the_credentials_is_refused(origin: str) -> None:
    with pytest.raises(UsageError) as caught:
        Http(origin, credentials=TOKEN)
    assert "hunter22" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    "origin", ["https://api.example.com", "http://localhost:80/", "http://[::1]:8", "http://127.1.2.3"]
)
def test_an_origin_that_is_good(origin: str) -> None:
    Http(origin, credentials=TOKEN).close()


def test_a_thread_keeps_one_connection() -> None:
    with serving(OK) as server, client(server) as http:
        for _ in range(20):
            get(http)
    assert (len(server.taken), server.connections) == (20, 1)


def test_threads_open_no_more_connections_than_there_are_threads() -> None:
    with serving(OK) as server, client(server) as http:
        get(http)
        threads = [threading.Thread(target=lambda: [get(http) for _ in range(10)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.taken) == 81
    assert server.connections <= 9


def test_a_connection_that_the_server_closed_meanwhile_is_replaced() -> None:
    """Also for what must not be sent twice: it had not been sent at all."""
    with serving(sends(raw(201, b"{}"))) as server, client(server) as http:
        for _ in range(3):
            post(http)
            time.sleep(0.05)
    assert (len(server.taken), server.connections) == (3, 3)


def test_the_rate_is_limited_over_any_window() -> None:
    limits = replace(QUICK, rate=5, window=0.5)
    with serving(OK) as server, client(server, limits=limits) as http:
        start = time.monotonic()
        for _ in range(12):
            get(http)
        assert time.monotonic() - start >= 0.95
