"""Tokens, and that no secret comes out again."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from procspec.errors import Denied, ServiceError, UnknownOutcome
from procspec.http import Resend
from procspec.model import Credentials
from tests.http.clients import CLIENT, LOST, OK, TOKEN, client, everything, get, nested, post, token
from tests.http.wire import (
    Act,
    resets,
    says,
    serving,
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


@pytest.mark.parametrize(
    ("life", "fetched"), [(10**400, 1), (-(10**400), 2), (0, 2)], ids=["for ever", "long over", "over"]
)
def test_a_life_that_no_token_has_is_no_reason_to_fail(life: int, fetched: int) -> None:
    """The largest is cut, and one that is over already is fetched anew for the next request."""
    with (
        serving(token(expires_in=life), OK, *([OK] if fetched == 1 else [token(), OK])) as server,
        client(server, credentials=CLIENT) as http,
    ):
        get(http)
        assert get(http).body == {"id": "p-1"}
    assert [taken.path for taken in server.taken].count("/oauth2/token") == fetched


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
        pytest.raises(Denied, match="401"),
    ):
        post(http)
    assert len(server.taken) == 4


def test_a_token_that_was_given_is_not_renewed() -> None:
    with (
        serving(says(401, {"message": "Token expired."})) as server,
        client(server) as http,
        pytest.raises(Denied, match="Token expired") as caught,
    ):
        post(http)
    assert caught.value.exit_code == 7
    assert "PROCSPEC_TOKEN" in caught.value.hint
    assert len(server.taken) == 1


def test_a_permission_that_is_missing_is_told_with_the_servers_words() -> None:
    with (
        serving(says(403, {"code": "forbidden", "message": "No file:write."})) as server,
        client(server) as http,
        pytest.raises(Denied, match=r"403 \(forbidden\): No file:write") as caught,
    ):
        post(http)
    assert "scopes" in caught.value.hint


@pytest.mark.parametrize(
    "credentials", [Credentials(), Credentials(client_id="id-1"), Credentials(client_secret="canary")]
)
def test_without_credentials_nothing_is_sent(credentials: Credentials) -> None:
    with (
        serving(OK) as server,
        client(server, credentials=credentials) as http,
        pytest.raises(Denied) as caught,
    ):
        get(http)
    assert "PROCSPEC_CLIENT_SECRET" in caught.value.hint
    assert server.taken == []


@pytest.mark.parametrize("given", ["canary\ntoken", "canary token", "canary-tökén", "canary\x7f"])
def test_a_token_that_cannot_stand_in_a_header_is_refused_unseen(given: str) -> None:
    with (
        serving(OK) as server,
        client(server, credentials=Credentials(token=given)) as http,
        pytest.raises(Denied) as caught,
    ):
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
    with (
        serving(LOST[name]) as server,
        client(server, credentials=CLIENT) as http,
        pytest.raises(ServiceError) as caught,
    ):
        post(http)
    assert not isinstance(caught.value, UnknownOutcome)
    assert {taken.path for taken in server.taken} == {"/oauth2/token"}


def test_asking_for_a_token_is_repeated() -> None:
    with serving(resets, says(429), token(), OK) as server, client(server, credentials=CLIENT) as http:
        get(http)
    assert len(server.taken) == 4


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
    logged = "".join(record.getMessage() for record in caplog.records)
    assert "receive_response_headers" in logged
    assert [secret for secret in mine if secret in logged] == []


def test_a_closed_client_leaves_the_logs_as_they_were(caplog: pytest.LogCaptureFixture) -> None:
    filters = list(logging.getLogger("httpcore.http11").filters)
    with serving(OK) as server, client(server), client(server):
        assert len(logging.getLogger("httpcore.http11").filters) == len(filters) + 2
    assert logging.getLogger("httpcore.http11").filters == filters


def test_an_answer_that_went_well_is_cleaned_too() -> None:
    repeats = says(200, {"name": "canary-token-1", "list": ["x canary-token-1"]}, X_Echo="canary-token-1")
    with serving(repeats) as server, client(server) as http:
        answer = get(http)
    assert answer.body == {"name": "[redacted]", "list": ["x [redacted]"]}
    assert answer.headers["x-echo"] == "[redacted]"


NAMED = ("ACME_TOKEN", "ACME_ID", "ACME_SECRET_FILE", "ACME_KEY")


@pytest.mark.parametrize(
    ("credentials", "act", "hint"),
    [
        (Credentials(variables=NAMED), OK, "Set ACME_TOKEN, or ACME_ID and ACME_SECRET_FILE"),
        (Credentials(token="a b", variables=NAMED), OK, "Set ACME_TOKEN, or"),
        (Credentials(token="t", variables=NAMED), says(401), "check ACME_TOKEN, or ACME_ID and"),
        (replace(CLIENT, variables=NAMED), says(400), "Check ACME_ID and ACME_SECRET_FILE."),
    ],
)
def test_hints_name_the_variables_that_are_used(credentials: Credentials, act: Act, hint: str) -> None:
    with (
        serving(act) as server,
        client(server, credentials=credentials) as http,
        pytest.raises(Denied) as caught,
    ):
        get(http)
    assert hint in caught.value.hint
    assert "PROCSPEC" not in caught.value.hint


def test_a_token_answer_is_never_part_of_an_error() -> None:
    with (
        serving(token(), says(500)) as server,
        client(server, credentials=CLIENT) as http,
        pytest.raises(UnknownOutcome) as caught,
    ):
        post(http)
    assert "canary" not in everything(caught.value)


def test_a_long_message_is_cut() -> None:
    with (
        serving(says(400, {"message": "m" * 5000, "code": "c" * 5000})) as server,
        client(server) as http,
        pytest.raises(ServiceError) as caught,
    ):
        get(http)
    assert len(caught.value.message) < 700


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><h1>Forbidden</h1>", "an HTML page instead of JSON"),
        (b"Forbidden", "a body that is not JSON"),
        (nested(600), "a body that is not JSON"),
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
