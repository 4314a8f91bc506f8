"""`POST /oauth2/token`, and what a token may do."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.providers.workiva.emulator.caller import VERSION, Caller, error_of, example, task

FORM = {"grant_type": "client_credentials", "client_id": "id", "client_secret": "secret"}
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}
JSON_TYPE = {"Content-Type": "application/json"}
PATHS = ["/oauth2/token", "/iam/v1/oauth2/token"]


def ask(emulator: Caller, form: Any = FORM, path: str = PATHS[0], **headers: str) -> Any:
    return emulator.send("POST", path, urlencode(form).encode(), {**FORM_TYPE, **VERSION, **headers})


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


@pytest.mark.parametrize("path", PATHS)
def test_a_token_opens_the_api(emulator: Caller, path: str) -> None:
    issued = ask(emulator, path=path)
    assert issued.status_code == 200
    assert issued.headers["cache-control"] == "no-store"
    token = issued.json()
    assert token | {"access_token": ""} == {
        "access_token": "",
        "expires_in": 599,
        "token_type": "bearer",
        "scope": "file:read file:write",
    }
    process = emulator.create(task())
    answer = emulator.call(
        "GET", f"/processes/{process['id']}", Authorization=f"Bearer {token['access_token']}"
    )
    assert answer.status_code == 200


def test_other_documented_ways_to_give_the_credentials(emulator: Caller) -> None:
    bare = {"grant_type": "client_credentials"}
    assert ask(emulator, bare, Authorization=basic("id:se:cret")).status_code == 200
    body = json.dumps(FORM).encode()
    assert emulator.send("POST", PATHS[0], body, {**JSON_TYPE, **VERSION}).status_code == 200
    assert emulator.send("POST", PATHS[0], urlencode(FORM).encode(), FORM_TYPE).status_code == 200


@pytest.mark.parametrize(
    ("form", "authorization", "status", "error"),
    [
        ({}, "", 400, "invalid_request"),
        ({**FORM, "grant_type": "password"}, "", 400, "invalid_request"),
        ({**FORM, "client_secret": ""}, "", 401, "unauthorized_client"),
        ({"grant_type": "client_credentials"}, "", 401, "unauthorized_client"),
        ({"grant_type": "client_credentials"}, basic("id"), 401, "unauthorized_client"),
        ({"grant_type": "client_credentials"}, "Basic ***", 400, "invalid_request"),
        ({**FORM, "scope": "everything"}, "", 400, "invalid_scope"),
    ],
)
def test_a_refused_token(
    emulator: Caller, form: dict[str, str], authorization: str, status: int, error: str
) -> None:
    answer = ask(emulator, form, **({"Authorization": authorization} if authorization else {}))
    assert answer.status_code == status
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.json()["error"] == error


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"grant_type": 1}', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_form(emulator: Caller, content: bytes) -> None:
    answer = emulator.send("POST", PATHS[0], content, JSON_TYPE)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("asked", "issued", "may_write", "may_read"),
    [
        ("file:read", "file:read", False, True),
        ("file:write", "file:write", True, False),
        ("organization:read file:write file:read", "file:read file:write", True, True),
    ],
)
def test_a_scope_narrows(emulator: Caller, asked: str, issued: str, may_write: bool, may_read: bool) -> None:
    id = emulator.create(task())["id"]
    token = ask(emulator, {**FORM, "scope": asked}).json()
    assert token["scope"] == issued
    bearer = f"Bearer {token['access_token']}"
    for method, path, allowed in (
        ("GET", f"/processes/{id}", may_read),
        ("POST", f"/processes/{id}/validation", may_read),
        ("DELETE", f"/processes/{id}", may_write),
        ("POST", f"/processes/{id}/restore", may_write),
    ):
        answer = emulator.call(method, path, Authorization=bearer)
        assert answer.is_success is allowed, answer.text
        if not allowed:
            assert answer.status_code == 403
            assert error_of(answer) == example("run-error-403") == example("job-runs-error-403")


def test_tokens_expire(emulator: Caller) -> None:
    id = emulator.create(task())["id"]
    bearer = f"Bearer {ask(emulator).json()['access_token']}"
    emulator.control("DELETE", "tokens")
    assert emulator.call("GET", f"/processes/{id}", Authorization=bearer).status_code == 401
    assert emulator.call("GET", f"/processes/{id}").status_code == 200


def test_no_secret_is_kept(emulator: Caller) -> None:
    token = ask(emulator, {**FORM, "client_secret": "very-secret"}).json()["access_token"]
    emulator.call("GET", "/processes/x", Authorization=f"Bearer {token}")
    log = json.dumps(emulator.control("GET", "requests"))
    dump = "".join(emulator.app.world.store._db.iterdump())
    for secret in ("very-secret", token, "Bearer"):
        assert secret not in log
        assert secret not in dump
