"""`procspec.http` against servers on loopback that behave, and against servers that do not."""

from __future__ import annotations

import gzip
import logging
import re
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from email.utils import formatdate
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from procspec.errors import Denied, ProcspecError, ServiceError, UnknownOutcome, UsageError
from procspec.http import Answer, Http, Limits, Resend
from procspec.model import Credentials
from tests.wire import (
    Act,
    Connection,
    Server,
    drips,
    hangs_up,
    raw,
    resets,
    says,
    says_nothing,
    sends,
    serving,
)

QUICK = Limits(read=0.3, deadline=1.0, attempts=3, backoff=0.001, max_wait=2.0, max_body=10_000, rate=0)
TOKEN = Credentials(token="canary-token-1")
CLIENT = Credentials(client_id="id-1", client_secret="canary secret/1")
OK = says(200, {"id": "p-1"})


@contextmanager
def client(
    server: Server, *, credentials: Credentials = TOKEN, limits: Limits = QUICK, **members: Any
) -> Iterator[Http]:
    with closing(Http(server.origin, credentials=credentials, limits=limits, **members)) as http:
        yield http


def get(http: Http, path: str = "/x") -> Answer:
    return http.send("GET", path, resend=Resend.ALWAYS)


def post(http: Http, resend: Resend = Resend.NEVER, accept: tuple[int, ...] = (201,)) -> Answer:
    return http.send("POST", "/processes", body={"name": "Close"}, resend=resend, accept=accept)


# ------------------------------------------------------------------------------------ what is sent


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
    ]
    + ["/a?b", "/a#b", "/a\\..\\b", "/\u202e", "/\x00"],
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
    ]
    + ["", "emulator", "https://", "https://ana:pass@example.com", "https://example.com/path", "http://[::1"]
    + ["https://example.com:port", "https://example.com?x=1"],
)
def test_an_origin_that_is_none_or_would_show_the_credentials_is_refused(origin: str) -> None:
    with pytest.raises(UsageError) as caught:
        Http(origin, credentials=TOKEN)
    assert "pass" not in caught.value.message + caught.value.hint.replace("password", "")


@pytest.mark.parametrize(
    "origin", ["https://api.example.com", "http://localhost:80/", "http://[::1]:8", "http://127.1.2.3"]
)
def test_an_origin_that_is_good(origin: str) -> None:
    Http(origin, credentials=TOKEN).close()


# --------------------------------------------------------------------------------------- connections


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


# ------------------------------------------------------------------------------------ the resend table

LOST: dict[str, Act] = {
    "reset": resets,
    "closed": hangs_up,
    "silence": says_nothing,
    "headers cut off": sends(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "body cut off": sends(raw(200, b'{"id": "p-1"}')[:-3]),
    "chunks cut off": sends(b'HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":'),
    "not HTTP": sends(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "a drip of body": drips(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b" "),
    "a drip of headers": drips(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
    "headers for ever": drips(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"a" * 20_000 + b"\r\n"),
    "an oversize body": says(200, b'"' + b"a" * 20_000 + b'"'),
    "an oversize compressed body": says(200, gzip.compress(b" " * 9_000_000), Content_Encoding="gzip"),
    "a compressed body cut off": says(200, gzip.compress(b'{"id": "p-1"}')[:-9], Content_Encoding="gzip"),
    "a body that is not compressed": says(200, b'{"id": "p-1"}', Content_Encoding="gzip"),
    "an unknown compression": says(200, b'{"id": "p-1"}', Content_Encoding="br"),
    "500": says(500, {"code": "internal", "message": "Oops."}),
    "502 in HTML": says(502, b"<html><body>Bad gateway</body></html>", Content_Type="text/html"),
    "503": says(503),
    "504": says(504),
    "200 in HTML": says(200, b"<!DOCTYPE html><p>Sign in</p>"),
    "200 cut JSON": says(200, b'{"id": '),
    "200 no UTF-8": says(200, b'{"id": "\xff"}'),
    "200 nested": says(200, b"[" * 9_000),
    "200 no number": says(200, b'{"id": NaN}'),
}


@pytest.mark.parametrize("act", LOST.values(), ids=LOST)
def test_what_changes_nothing_is_sent_again(act: Act) -> None:
    with serving(act, OK) as server, client(server) as http:
        assert get(http).body == {"id": "p-1"}
    assert len(server.taken) == 2


@pytest.mark.parametrize("act", LOST.values(), ids=LOST)
def test_what_changes_nothing_is_given_up_after_some_attempts(act: Act) -> None:
    limits = replace(QUICK, attempts=2)
    with serving(act) as server, client(server, limits=limits) as http, pytest.raises(ServiceError) as caught:
        get(http)
    assert not isinstance(caught.value, UnknownOutcome)
    assert caught.value.message.startswith("GET /x")
    assert len(server.taken) == 2


@pytest.mark.parametrize("resend", [Resend.CHECKED, Resend.NEVER])
@pytest.mark.parametrize("act", LOST.values(), ids=LOST)
def test_what_may_have_been_carried_out_is_never_sent_again(act: Act, resend: Resend) -> None:
    with serving(act, OK) as server, client(server) as http, pytest.raises(UnknownOutcome) as caught:
        post(http, resend, accept=(200,))
    assert len(server.taken) == 1
    assert caught.value.exit_code == 4
    assert caught.value.request == "POST /processes"
    assert "may have been carried out" in caught.value.message


@pytest.mark.parametrize("resend", list(Resend))
@pytest.mark.parametrize("acts", [[says(429)], [says(429, Retry_After="0"), says(429, b"<html>")]], ids=str)
def test_429_was_not_carried_out_and_is_sent_again(acts: list[Act], resend: Resend) -> None:
    with serving(*acts, OK) as server, client(server) as http:
        assert post(http, resend, accept=(200,)).body == {"id": "p-1"}
    assert len(server.taken) == len(acts) + 1


def test_429_is_given_up_after_some_attempts() -> None:
    with serving(says(429, {"message": "Slow."})) as server, client(server) as http:
        with pytest.raises(ServiceError, match="429: Slow") as caught:
            post(http)
    assert not isinstance(caught.value, UnknownOutcome)
    assert len(server.taken) == 3


@pytest.mark.parametrize("resend", list(Resend))
@pytest.mark.parametrize("status", [400, 404, 409, 413, 422])
def test_a_refusal_is_final(status: int, resend: Resend) -> None:
    refusal = says(status, {"code": "badThing", "message": "It is bad."})
    with serving(refusal) as server, client(server) as http, pytest.raises(ServiceError) as caught:
        post(http, resend)
    assert type(caught.value) is ServiceError
    assert caught.value.message == f"POST /processes was answered with {status} (badThing): It is bad."
    assert (caught.value.status, caught.value.code) == (status, "badThing")
    assert caught.value.body == {"code": "badThing", "message": "It is bad."}
    assert len(server.taken) == 1


@pytest.mark.parametrize("resend", list(Resend))
def test_who_is_not_there_is_tried_again_and_nothing_is_unknown(resend: Resend) -> None:
    with serving(OK) as server:
        pass
    with client(server) as http, pytest.raises(ServiceError, match="could not be sent") as caught:
        post(http, resend)
    assert not isinstance(caught.value, UnknownOutcome)
    assert server.origin in caught.value.message


def test_who_comes_back_between_two_attempts_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    limits = replace(QUICK, attempts=50, backoff=0.05)
    http = Http(f"http://127.0.0.1:{port}", credentials=TOKEN, limits=limits)
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(post(http)))
    with closing(http):
        thread.start()
        time.sleep(0.2)
        with socket.create_server(("127.0.0.1", port)) as listener:
            sock, _ = listener.accept()
            connection = Connection(sock, threading.Event())
            connection.take()
            connection.write(raw(201, b'{"id": "p-1"}'))
            thread.join()
            connection.close()
    assert [answer.body for answer in answers] == [{"id": "p-1"}]


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_success_of_another_kind_is_no_refusal(status: int) -> None:
    """The server did something; the caller does not know what."""
    with serving(says(status)) as server, client(server) as http:
        with pytest.raises(UnknownOutcome):
            post(http, accept=(201,))
        assert len(server.taken) == 1


@pytest.mark.parametrize("resend", list(Resend))
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(status: int, resend: Resend) -> None:
    with serving(OK) as other, serving(says(status, Location=other.origin)) as server, client(server) as http:
        with pytest.raises(ServiceError, match="redirect.*never followed") as caught:
            post(http, resend)
    assert caught.value.status == status
    assert (len(server.taken), other.taken) == (1, [])


def test_an_accepted_refusal_must_be_the_services_own() -> None:
    """A 404 page of a gateway does not say that the process is gone."""
    with (
        serving(says(404, {"code": "gone"}), says(404, b"<html>"), says(404)) as server,
        client(server) as http,
    ):
        assert http.send("GET", "/x", resend=Resend.ALWAYS, accept=(200, 404)).body == {"code": "gone"}
        with pytest.raises(ServiceError, match="404: an HTML page instead of JSON"):
            http.send("GET", "/x", resend=Resend.ALWAYS, accept=(200, 404))
        assert http.send("GET", "/x", resend=Resend.ALWAYS, accept=(200, 404)).status == 404


# -------------------------------------------------------------------------------------------- waiting


@pytest.mark.parametrize(
    ("seconds", "act"),
    [
        (1, says(429, Retry_After="1")),
        (1, says(503, Retry_After="1")),
        (
            1,
            says(429, {"message": "Rate limit of 1000 per 60 seconds exceeded. Retry request in 1 seconds."}),
        ),
        (1, says(429, {"error": "RATE_LIMIT_EXCEEDED", "message": "Slow", "retryAfter": 1})),
        (1, says(429, Retry_After="Mon, 30 Sep 2024 10:00:01 GMT", Date="Mon, 30 Sep 2024 10:00:00 GMT")),
        (0, says(429, Retry_After="Mon, 30 Sep 2024 10:00:00 GMT")),
        (0, says(429, Retry_After="soon")),
        (0, says(429, Retry_After="9" * 5000)),
    ],
)
def test_the_wait_that_the_server_asks_for_is_made(seconds: int, act: Act) -> None:
    with serving(act, OK) as server, client(server) as http:
        start = time.monotonic()
        get(http)
        assert time.monotonic() - start >= seconds
    assert len(server.taken) == 2


@pytest.mark.parametrize("resend", list(Resend))
@pytest.mark.parametrize(
    "act",
    [
        says(429, Retry_After="100"),
        says(429, {"code": "tooMany", "message": "Retry request in 100 seconds."}),
        says(429, Retry_After=formatdate(time.time() + 100, usegmt=True)),
    ],
)
def test_a_wait_that_is_too_long_ends_the_request_and_is_told(act: Act, resend: Resend) -> None:
    with serving(act) as server, client(server) as http:
        with pytest.raises(ServiceError, match=r"asks to wait \d+ seconds") as caught:
            post(http, resend)
    assert not isinstance(caught.value, UnknownOutcome)
    assert caught.value.status == 429
    assert len(server.taken) == 1


# ---------------------------------------------------------------------------------------- credentials


def token(value: str = "canary-token-2", **members: Any) -> Act:
    return says(
        200, {"access_token": value, "expires_in": 599, "token_type": "bearer", "scope": "", **members}
    )


def test_client_credentials_are_exchanged_once_for_all_threads() -> None:
    with (
        serving(token(), OK) as server,
        client(server, credentials=CLIENT, headers={"X-Version": "v"}) as http,
    ):
        threads = [threading.Thread(target=get, args=(http,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    first, *others = server.taken
    assert (first.method, first.path) == ("POST", "/oauth2/token")
    assert first.body == b"client_id=id-1&client_secret=canary+secret%2F1&grant_type=client_credentials"
    assert first.headers["content-type"] == "application/x-www-form-urlencoded"
    assert first.headers["x-version"] == "v"
    assert "authorization" not in first.headers
    assert [taken.headers["authorization"] for taken in others] == ["Bearer canary-token-2"] * 6


def test_a_token_is_renewed_before_it_expires() -> None:
    with (
        serving(token(expires_in=1), OK, OK, token("new"), OK) as server,
        client(server, credentials=CLIENT) as http,
    ):
        get(http)
        get(http)
        time.sleep(0.6)
        get(http)
    assert [taken.path for taken in server.taken] == ["/oauth2/token", "/x", "/x", "/oauth2/token", "/x"]
    assert server.taken[-1].headers["authorization"] == "Bearer new"


@pytest.mark.parametrize("resend", list(Resend))
def test_a_token_is_renewed_once_when_it_is_refused(resend: Resend) -> None:
    with (
        serving(token(), says(401), token("new"), says(201, {})) as server,
        client(server, credentials=CLIENT) as http,
    ):
        post(http, resend)
    assert [taken.headers.get("authorization") for taken in server.taken] == [
        None,
        "Bearer canary-token-2",
        None,
        "Bearer new",
    ]


def test_a_new_token_that_is_refused_too_ends_the_request() -> None:
    with (
        serving(token(), says(401), token(), says(401)) as server,
        client(server, credentials=CLIENT) as http,
    ):
        with pytest.raises(Denied, match="401"):
            post(http)
    assert len(server.taken) == 4


def test_a_token_that_was_given_is_not_renewed() -> None:
    with serving(says(401, {"message": "Token expired."})) as server, client(server) as http:
        with pytest.raises(Denied, match="Token expired") as caught:
            post(http)
    assert caught.value.exit_code == 7
    assert "PROCSPEC_TOKEN" in caught.value.hint
    assert len(server.taken) == 1


def test_a_permission_that_is_missing_is_told_with_the_servers_words() -> None:
    with (
        serving(says(403, {"code": "forbidden", "message": "No file:write."})) as server,
        client(server) as http,
    ):
        with pytest.raises(Denied, match=r"403 \(forbidden\): No file:write") as caught:
            post(http)
    assert "scopes" in caught.value.hint


@pytest.mark.parametrize(
    "credentials", [Credentials(), Credentials(client_id="id-1"), Credentials(client_secret="canary")]
)
def test_without_credentials_nothing_is_sent(credentials: Credentials) -> None:
    with serving(OK) as server, client(server, credentials=credentials) as http:
        with pytest.raises(Denied) as caught:
            get(http)
    assert "PROCSPEC_CLIENT_SECRET" in caught.value.hint
    assert server.taken == []


@pytest.mark.parametrize("given", ["canary\ntoken", "canary token", "canary-tökén", "canary\x7f"])
def test_a_token_that_cannot_stand_in_a_header_is_refused_unseen(given: str) -> None:
    with serving(OK) as server, client(server, credentials=Credentials(token=given)) as http:
        with pytest.raises(Denied) as caught:
            get(http)
    assert "canary" not in everything(caught.value)


TOKENLESS: dict[str, Act] = {
    "refused": says(401, {"error": "invalid_client", "error_description": "Unknown client."}),
    "bad request": says(400, {"error": "invalid_request"}),
    "forbidden": says(403, b"<html>"),
    "no token": says(200, {"token_type": "bearer"}),
    "no object": says(200, ["canary-token-2"]),
    "no text": says(200, {"access_token": 5}),
}


@pytest.mark.parametrize("act", TOKENLESS.values(), ids=TOKENLESS)
def test_without_a_token_the_request_is_not_sent(act: Act) -> None:
    with serving(act) as server, client(server, credentials=CLIENT) as http, pytest.raises(Denied):
        post(http)
    assert [taken.path for taken in server.taken] == ["/oauth2/token"]


@pytest.mark.parametrize("name", ["reset", "silence", "503", "200 in HTML"])
def test_a_token_that_cannot_be_had_leaves_nothing_unknown(name: str) -> None:
    with serving(LOST[name]) as server, client(server, credentials=CLIENT) as http:
        with pytest.raises(ServiceError) as caught:
            post(http)
    assert not isinstance(caught.value, UnknownOutcome)
    assert {taken.path for taken in server.taken} == {"/oauth2/token"}


def test_asking_for_a_token_is_repeated() -> None:
    with serving(resets, says(429), token(), OK) as server, client(server, credentials=CLIENT) as http:
        get(http)
    assert len(server.taken) == 4


# ------------------------------------------------------------------------------------------- secrets


def everything(error: BaseException) -> str:
    """All that a careless program could print of an error."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))


def echo(connection: Connection) -> Act:
    raise NotImplementedError


@pytest.mark.parametrize("status", [400, 401, 403, 500, 429, 302])
@pytest.mark.parametrize("credentials", [TOKEN, CLIENT], ids=["token", "client"])
def test_a_server_that_repeats_our_secrets_cannot_make_us_print_them(
    status: int, credentials: Credentials, caplog: pytest.LogCaptureFixture
) -> None:
    words = "canary-token-1 canary-token-2 canary secret/1 canary+secret%2F1"
    repeats = says(status, {"code": words, "message": words, "details": [{words: words}]}, X_Echo=words)
    with caplog.at_level(logging.DEBUG), serving(token(), repeats) as server:
        if credentials is TOKEN:
            server.acts.pop(0)
        with client(server, credentials=credentials) as http, pytest.raises(ServiceError) as caught:
            post(http)
        text = everything(caught.value) + repr(http) + repr(vars(http))
    mine = (
        ["canary-token-1"] if credentials is TOKEN else ["canary-token-2", "canary secret", "canary+secret"]
    )
    assert [secret for secret in mine if secret in text] == []
    # What httpcore logs of the answer's headers is the server's; ours do not appear in any record.
    ours = [record.getMessage() for record in caplog.records if "receive_response" not in record.getMessage()]
    assert [secret for secret in mine if secret in "".join(ours)] == []


def test_a_token_answer_is_never_part_of_an_error() -> None:
    with serving(token(), says(500)) as server, client(server, credentials=CLIENT) as http:
        with pytest.raises(UnknownOutcome) as caught:
            post(http)
    assert "canary" not in everything(caught.value)


def test_a_long_message_is_cut() -> None:
    with serving(says(400, {"message": "m" * 5000, "code": "c" * 5000})) as server, client(server) as http:
        with pytest.raises(ServiceError) as caught:
            get(http)
    assert len(caught.value.message) < 700


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><h1>Forbidden</h1>", "an HTML page instead of JSON"),
        (b"Forbidden", "a body that is not JSON"),
        ({"error": "server_error", "error_description": "Broken."}, r"\(server_error\): Broken\."),
        ({"error": {"code": 7, "message": "Inner."}}, r"\(7\): Inner\."),
        ({"code": 404, "message": None}, r"\(404\)"),
        ([1], "400$"),
        ({"message": "half \ud800"}, r"half \?"),
    ],
)
def test_what_an_error_says(body: Any, words: str) -> None:
    with (
        serving(says(400, body)) as server,
        client(server) as http,
        pytest.raises(ServiceError, match=words) as caught,
    ):
        get(http)
    assert "<" not in caught.value.message


# ---------------------------------------------------------------------------------------- the network


@contextmanager
def variables(monkeypatch: pytest.MonkeyPatch, **values: str) -> Iterator[None]:
    with monkeypatch.context() as patch:
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        for name, value in values.items():
            patch.setenv(name, value)
        yield


def test_loopback_is_reached_without_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(says(500)) as proxy, serving(OK) as server:
        with variables(monkeypatch, HTTP_PROXY=proxy.origin, ALL_PROXY=proxy.origin), client(server) as http:
            get(http)
    assert proxy.taken == []


@pytest.mark.parametrize("resend", list(Resend))
def test_a_proxy_that_refuses_leaves_nothing_unknown(monkeypatch: pytest.MonkeyPatch, resend: Resend) -> None:
    with serving(says(407), hangs_up, says_nothing) as proxy:
        url = proxy.origin.replace("//", "//ana:canary-pass@")
        with (
            variables(monkeypatch, HTTPS_PROXY=url),
            closing(Http("https://api.example.com", credentials=TOKEN, limits=QUICK)) as http,
            pytest.raises(ServiceError, match="could not be sent") as caught,
        ):
            post(http, resend)
    assert not isinstance(caught.value, UnknownOutcome)
    assert [(taken.method, taken.path) for taken in proxy.taken] == [("CONNECT", "api.example.com:443")] * 3
    assert proxy.taken[0].headers["proxy-authorization"].startswith("Basic ")
    assert "authorization" not in proxy.taken[0].headers
    assert "canary" not in everything(caught.value)


@pytest.mark.parametrize("url", ["socks5://127.0.0.1:1", "http://", "gopher://ana:canary@x"])
def test_a_proxy_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with (
        variables(monkeypatch, HTTPS_PROXY=url),
        closing(Http("https://x.example", credentials=TOKEN)) as http,
    ):
        with pytest.raises(UsageError, match="proxy") as caught:
            get(http)
    assert "canary" not in everything(caught.value)


def test_who_speaks_no_tls_was_sent_nothing() -> None:
    with serving(OK) as server:
        origin = server.origin.replace("http:", "https:")
        with closing(Http(origin, credentials=TOKEN, limits=QUICK)) as http:
            with pytest.raises(ServiceError, match="could not be sent"):
                post(http)


# ------------------------------------------------------------------------------------------ in process


async def show(request: Request) -> Response:
    return JSONResponse(
        {
            "path": request.url.path,
            "id": request.path_params["id"],
            "query": dict(request.query_params),
            "token": request.headers["authorization"],
            "body": (await request.body()).decode(),
        }
    )


def plain(request: Request) -> Response:
    return PlainTextResponse("42")


async def stream(request: Request) -> Response:
    return StreamingResponse(iter([b'{"a":', b" 1}"]), media_type="application/json")


async def raises(request: Request) -> Response:
    raise {"refused": ConnectionRefusedError, "reset": ConnectionResetError}.get(
        request.path_params["what"], ZeroDivisionError
    )


async def silent(scope: Any, receive: Any, send: Any) -> None:
    """Takes the request in and gives no answer."""
    await receive()


APP = Starlette(
    routes=[
        Route("/show/{id:path}", show, methods=["GET", "POST"]),
        Route("/plain", plain),
        Route("/stream", stream),
    ]
)


@contextmanager
def embedded(app: Any, limits: Limits = QUICK) -> Iterator[Http]:
    with closing(Http("http://emulator", credentials=TOKEN, app=app, limits=limits)) as http:
        yield http


def test_an_application_is_called_without_a_socket() -> None:
    with embedded(APP) as http:
        answer = http.send("POST", "/show/a%2Fb%20c", query={"q": "1 &"}, body={"é": 1}, resend=Resend.NEVER)
        assert answer.body == {
            "path": "/show/a/b c",
            "id": "a/b c",
            "query": {"q": "1 &"},
            "token": "Bearer canary-token-1",
            "body": '{"é":1}',
        }
        assert get(http, "/plain").body == 42
        assert get(http, "/stream").body == {"a": 1}


def test_an_application_is_called_from_many_threads() -> None:
    answers: list[Answer] = []
    with embedded(APP, Limits()) as http:

        def work(number: int) -> None:
            answers.extend(get(http, f"/show/{number}") for _ in range(20))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted({answer.body["id"] for answer in answers}) == sorted(str(number) for number in range(8))
    assert len(answers) == 160


async def slow(scope: Any, receive: Any, send: Any) -> None:
    import asyncio

    await asyncio.sleep(60)


async def torrent(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b" " * 1000, "more_body": True})


async def refuses(scope: Any, receive: Any, send: Any) -> None:
    raise ConnectionRefusedError


async def breaks(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 201, "headers": []})
    raise ConnectionResetError


@pytest.mark.parametrize("app", [silent, slow, torrent, breaks])
def test_an_application_whose_answer_is_lost(app: Any) -> None:
    with embedded(app, replace(QUICK, deadline=0.2)) as http:
        with pytest.raises(UnknownOutcome):
            post(http)
        with pytest.raises(ServiceError):
            get(http)


def test_an_application_that_refuses_the_connection() -> None:
    with embedded(refuses) as http, pytest.raises(ServiceError, match="could not be sent") as caught:
        post(http)
    assert not isinstance(caught.value, UnknownOutcome)


def test_an_application_that_fails_answers_as_its_server_would() -> None:
    app = Starlette(routes=[Route("/x", raises), Route("/processes", raises, methods=["POST"])])
    with embedded(app) as http:
        with pytest.raises(UnknownOutcome, match="500"):
            post(http)


def test_every_error_is_one_of_ours() -> None:
    errors: list[Callable[[], object]] = [lambda: Http("x", credentials=TOKEN)]
    for work in errors:
        with pytest.raises(ProcspecError):
            work()
