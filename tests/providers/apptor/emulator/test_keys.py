"""Who may call, and how often."""

from __future__ import annotations

from typing import Any

import pytest

from procspec.providers.apptor.emulator import JWT, TOKEN
from tests.providers.apptor.emulator.caller import FLOW, Caller
from tests.providers.apptor.examples import example

BODY = {"processId": FLOW}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-API-Key": "emulator"},
        {"X-API-Key": "apk_emulator_wrong"},
        {"X-API-Key": "", "Authorization": f"Bearer {TOKEN}"},
        {"Authorization": f"Basic {JWT}"},
        {"Authorization": TOKEN},
    ],
)
def test_nobody_is_refused(emulator: Caller, headers: dict[str, str]) -> None:
    answer = emulator.call("POST", "/process/exec", BODY, "", **headers)
    assert answer.status_code == 401
    assert answer.json() == example("facts-error-401")


def test_a_jwt_is_as_good(emulator: Caller) -> None:
    answer = emulator.call("POST", "/process/exec", BODY, "", Authorization=f"Bearer {JWT}")
    assert answer.is_success


@pytest.mark.parametrize(
    "change",
    [
        {"status": "SUSPENDED"},
        {"status": "REVOKED"},
        {"expiresAt": "2026-02-20T10:00:00Z"},
        {"expiresAt": "2026-02-19"},
    ],
)
def test_a_key_that_is_good_no_more(emulator: Caller, change: Any) -> None:
    key = emulator.control("PUT", "keys/mine", {"expiresAt": "2026-02-21T00:00:00Z"})["key"]
    emulator.ok("POST", "/process/exec", BODY, key)
    emulator.control("PUT", "keys/mine", change)
    emulator.refused(401, "POST", "/process/exec", BODY, key)


def test_permissions(emulator: Caller) -> None:
    id = emulator.start()
    reader = emulator.control("PUT", "keys/reader", {"permissions": ["WORKFLOW_READ"]})["key"]
    writer = emulator.control("PUT", "keys/writer", {"permissions": ["WORKFLOW_EXECUTE"]})["key"]
    task = {"processInstanceId": id, "nodeId": "approval-step", "action": "COMPLETE"}
    for method, path, body, good, bad in (
        ("GET", f"/process/instance/{id}", None, reader, writer),
        ("POST", "/process/exec", BODY, writer, reader),
        ("POST", "/process/task", task, writer, reader),
    ):
        emulator.refused(403, method, path, body, bad)
        emulator.ok(method, path, body, good)


@pytest.mark.parametrize(("limit", "most"), [("rateLimitPerMinute", 60), ("rateLimitPerHour", 3600)])
def test_a_rate_is_counted_for_each_key(emulator: Caller, limit: str, most: int) -> None:
    key = emulator.control("PUT", "keys/slow", {limit: 2})["key"]
    other = emulator.control("PUT", "keys/slower", {limit: 2})["key"]
    for _ in range(2):
        emulator.ok("POST", "/process/exec", BODY, key)
    answer = emulator.call("POST", "/process/exec", BODY, key)
    said = answer.json()
    assert answer.status_code == 429 and "retry-after" not in answer.headers
    assert 0 < said.pop("retryAfter") <= most
    assert said == {"error": "RATE_LIMIT_EXCEEDED", "message": "API key rate limit exceeded."}
    emulator.ok("POST", "/process/exec", BODY, other)
    assert len(emulator.control("GET", "instances")) == 3


def test_a_secret_is_shown_once_and_kept_as_a_digest(emulator: Caller) -> None:
    made = emulator.control("PUT", "keys/mine", {"secret": "not-to-be-kept"})
    assert made["key"] == "apk_mine_not-to-be-kept" and "digest" not in made
    rows = emulator.app.world.store.rows("keys")
    assert "not-to-be-kept" not in str(list(rows))
    assert emulator.call("PUT", "/_emulator/keys/mine", {"status": "GONE"}).status_code == 400
