"""API keys: where one goes, where it never goes, and what is said when it is missing."""

from __future__ import annotations

import logging
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest

from procspec.cli.opening import credentials
from procspec.errors import Denied, ServiceError, UsageError
from procspec.http import Http
from procspec.model import Credentials, Environment
from tests.http.clients import CLIENT, OK, client, everything, get, post, token
from tests.http.wire import Act, says, serving

SECRET = "apk_1_canary/secret+1"
KEY = Credentials(api_key=SECRET)
BEARER = Credentials(token="canary-token-1")
FLOW: dict[str, Any] = {"key_header": "X-API-Key", "token_path": ""}
"""As apptor flow takes credentials."""
STATIC: dict[str, Any] = {"token_path": ""}
"""As Workingflow does."""


@pytest.mark.parametrize(
    "given", [KEY, replace(KEY, token="canary-token-1"), replace(CLIENT, api_key=SECRET)]
)
def test_a_key_goes_into_its_header_and_nothing_else_does(given: Credentials) -> None:
    with serving(OK) as server, client(server, credentials=given, **FLOW) as http:
        get(http)
        post(http, accept=(200,))
    for taken in server.taken:
        assert taken.headers["x-api-key"] == SECRET
        assert "authorization" not in taken.headers
    assert [taken.path for taken in server.taken] == ["/x", "/processes"]


def test_without_a_key_a_bearer_token_serves() -> None:
    with serving(OK) as server, client(server, credentials=BEARER, **FLOW) as http:
        get(http)
    assert server.taken[0].headers["authorization"] == "Bearer canary-token-1"
    assert "x-api-key" not in server.taken[0].headers


def test_a_system_that_takes_no_key_gets_none() -> None:
    """Both variables may be set, for two environments."""
    with serving(token(), OK) as server, client(server, credentials=replace(CLIENT, api_key=SECRET)) as http:
        get(http)
    assert server.taken[-1].headers["authorization"] == "Bearer canary-token-2"
    assert SECRET not in "".join(str(taken) for taken in server.taken)


@pytest.mark.parametrize(
    ("given", "taken_as"), [(KEY, FLOW), (BEARER, FLOW), (BEARER, STATIC)], ids=["key", "bearer", "static"]
)
def test_what_cannot_be_renewed_is_sent_once(given: Credentials, taken_as: dict[str, Any]) -> None:
    refusal = says(401, {"error": "Missing or inactive API key", "code": "UNAUTHORIZED"})
    with (
        serving(refusal) as server,
        client(server, credentials=given, **taken_as) as http,
        pytest.raises(Denied, match=r"401 \(UNAUTHORIZED\): Missing or inactive API key") as caught,
    ):
        post(http)
    assert len(server.taken) == 1
    assert caught.value.exit_code == 7
    assert ("PROCSPEC_API_KEY" in caught.value.hint) == ("key_header" in taken_as)
    assert "PROCSPEC_TOKEN" in caught.value.hint
    assert "CLIENT" not in caught.value.hint


@pytest.mark.parametrize(
    ("taken_as", "hint"),
    [
        (FLOW, "Set PROCSPEC_API_KEY or PROCSPEC_TOKEN (each also as ..._FILE)."),
        (STATIC, "Set PROCSPEC_TOKEN (also as ..._FILE)."),
        ({}, "Set PROCSPEC_TOKEN, or PROCSPEC_CLIENT_ID and PROCSPEC_CLIENT_SECRET (each also as ..._FILE)."),
    ],
)
@pytest.mark.parametrize("given", [Credentials(), Credentials(client_id="id-1"), CLIENT, KEY])
def test_what_is_missing_is_said_by_its_name(given: Credentials, taken_as: dict[str, Any], hint: str) -> None:
    """Credentials of a kind that the system does not take are none."""
    if (given is CLIENT and not taken_as) or (given is KEY and "key_header" in taken_as):
        return
    with (
        serving(OK) as server,
        client(server, credentials=given, **taken_as) as http,
        pytest.raises(Denied, match="There are no credentials") as caught,
    ):
        get(http)
    assert caught.value.hint == hint
    assert server.taken == []


def test_a_permission_that_a_key_has_not_is_no_matter_of_scopes() -> None:
    with (
        serving(says(403, {"status": 403, "message": "Missing WORKFLOW_EXECUTE"})) as server,
        client(server, credentials=KEY, **FLOW) as http,
        pytest.raises(Denied, match="403: Missing WORKFLOW_EXECUTE") as caught,
    ):
        get(http)
    assert "permissions" in caught.value.hint
    assert "scope" not in caught.value.hint


@pytest.mark.parametrize("given", ["canary\nkey", "canary key", "canary-këy", "canary\x7f"])
def test_a_key_that_cannot_stand_in_a_header_is_refused_unseen(given: str) -> None:
    with (
        serving(OK) as server,
        client(server, credentials=Credentials(api_key=given), **FLOW) as http,
        pytest.raises(Denied, match="The key has characters") as caught,
    ):
        get(http)
    assert "canary" not in everything(caught.value)
    assert server.taken == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_key_does_not_follow_a_redirect(status: int) -> None:
    with (
        serving(OK) as other,
        serving(says(status, Location=f"{other.origin}/x")) as server,
        client(server, credentials=KEY, **FLOW) as http,
    ):
        with pytest.raises(ServiceError, match="never followed"):
            get(http)
        with pytest.raises(ServiceError, match="never followed"):
            http.download("/x", into=BytesIO())
    assert (len(server.taken), other.taken) == (2, [])


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500])
@pytest.mark.parametrize("taken_as", [FLOW, STATIC, {}], ids=["sent", "static", "not sent"])
def test_a_server_that_repeats_a_key_cannot_make_us_print_it(
    status: int, taken_as: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    words = f"{SECRET} apk_1_canary%2Fsecret%2B1 {SECRET!r}"
    said = {"error": words, "message": words, "errors": [{"field": words, "message": words}]}
    given = Credentials(api_key=SECRET, token="canary-token-1")
    with (
        caplog.at_level(logging.DEBUG),
        serving(says(status, said, X_Echo=words, X_Request_Id=SECRET)) as server,
        client(server, credentials=given, **taken_as) as http,
        pytest.raises(ServiceError) as caught,
    ):
        post(http)
    logged = "".join(record.getMessage() for record in caplog.records)
    assert "receive_response_headers" in logged
    for text in (everything(caught.value), logged, repr(http), repr(vars(http)), repr(given)):
        assert "canary/" not in text
        assert "canary%2F" not in text
    assert caught.value.trace == ""


def test_an_answer_that_says_a_key_is_cleaned() -> None:
    with (
        serving(says(200, {"data": {"k": f"x {SECRET}"}}, X_Echo=SECRET, X_Request_Id=SECRET)) as server,
        client(server, credentials=KEY, **FLOW) as http,
    ):
        answer = get(http)
    assert answer.body == {"data": {"k": "x [redacted]"}}
    assert (answer.headers["x-echo"], answer.trace) == ("[redacted]", "")


def test_the_part_of_a_key_that_is_secret_is_one_by_itself() -> None:
    """`apk_{keyId}_{secret}`: a server may know, and say, the last of them alone (api-facts 3.1)."""
    part = SECRET.removeprefix("apk_1_")
    with (
        serving(
            says(200, {"k": f"x {part}"}), says(400, {"status": 400, "message": f"Bad {part}"})
        ) as server,
        client(server, credentials=KEY, **FLOW) as http,
    ):
        assert get(http).body == {"k": "x [redacted]"}
        with pytest.raises(ServiceError) as caught:
            get(http)
    assert part not in everything(caught.value)
    assert "[redacted]" in caught.value.message


@pytest.mark.parametrize("key", ["apk_reader_emulator", "apk_1-x", "key_a_canary-secret-1", "apk__"])
def test_a_short_part_of_a_key_blots_nothing_out(key: str) -> None:
    said = key.rpartition("_")[2]
    with (
        serving(says(400, {"message": f"Bad {said}."})) as server,
        client(server, credentials=Credentials(api_key=key), **FLOW) as http,
        pytest.raises(ServiceError, match=f"Bad {said}"),
    ):
        get(http)


def test_a_key_does_not_go_over_plain_http() -> None:
    with pytest.raises(UsageError, match="plain http"):
        Http("http://flow.example", credentials=KEY, **FLOW)


ENVIRONMENT = Environment(name="there", provider="apptor", url="https://flow.example")


@pytest.mark.parametrize(
    ("names", "variables", "variable"),
    [
        ({}, {"PROCSPEC_API_KEY": f" {SECRET}\n"}, "PROCSPEC_API_KEY"),
        ({"apiKey": "ACME_KEY"}, {"ACME_KEY": SECRET, "PROCSPEC_API_KEY": "other"}, "ACME_KEY"),
        ({}, {"PROCSPEC_API_KEY_FILE": "key"}, "PROCSPEC_API_KEY_FILE"),
        ({"apiKey": "ACME_KEY"}, {"ACME_KEY_FILE": "key"}, "ACME_KEY_FILE"),
    ],
)
def test_the_key_comes_from_the_variable_that_the_environment_names(
    names: dict[str, str], variables: dict[str, str], variable: str, tmp_path: Any
) -> None:
    (tmp_path / "key").write_text(f"{SECRET}\n")
    there = {name: value.replace("key", str(tmp_path / "key")) for name, value in variables.items()}
    found = credentials(replace(ENVIRONMENT, credentials=names), there if "_FILE" in variable else variables)
    assert (found.api_key, found.token, found.variables[3]) == (SECRET, "", variable)
    assert found
    assert "canary" not in repr(found)


def test_a_file_that_cannot_be_read_is_named_by_its_variable(tmp_path: Any) -> None:
    with pytest.raises(UsageError, match="PROCSPEC_API_KEY_FILE"):
        credentials(ENVIRONMENT, {"PROCSPEC_API_KEY_FILE": str(tmp_path / "none")})


REFUSALS: dict[str, Act] = {"refused": says(401), "forbidden": says(403, b"<html>")}


@pytest.mark.parametrize("act", REFUSALS.values(), ids=REFUSALS)
def test_hints_name_the_variables_of_the_environment(act: Act) -> None:
    named = replace(KEY, variables=("ACME_TOKEN", "ACME_ID", "ACME_SECRET", "ACME_KEY_FILE"))
    with (
        serving(act) as server,
        client(server, credentials=named, **FLOW) as http,
        pytest.raises(Denied) as caught,
    ):
        get(http)
    assert "PROCSPEC" not in caught.value.hint
    assert caught.value.status == 403 or "check ACME_KEY_FILE or ACME_TOKEN" in caught.value.hint
