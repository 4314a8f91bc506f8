"""What a real server may do differently, and what goes wrong on the way."""

from __future__ import annotations

from typing import Any

import pytest

from procspec.providers.apptor.emulator import create_app
from tests.providers.apptor.emulator.caller import FLOW, Caller

STATES = {"completed": (1, 4), "failed": (2, 2), "cancelled": (3, 3), "waiting": (0, 2)}
"""`stateCd` in either table."""
ENDS = {"failed": "fail", "cancelled": "cancel"}


@pytest.mark.parametrize("state", STATES)
def test_the_two_tables(emulator: Caller, state: str) -> None:
    id = emulator.start()
    if state == "completed":
        emulator.task(id)
    elif state != "waiting":
        emulator.control("POST", f"instances/{id}/{ENDS[state]}")
    api, database = STATES[state]
    assert emulator.status(id)["stateCd"] == api
    emulator.control("PUT", "quirks", {"quirks": ["observability-states"]})
    assert emulator.status(id)["stateCd"] == database


def test_nulls_may_be_absent_and_members_added(emulator: Caller) -> None:
    id = emulator.start()
    emulator.control("PUT", "quirks", {"quirks": ["absent-nulls", "extra-fields"]})
    shown = emulator.status(id)
    assert "endTime" not in shown and "correlationKey" not in shown and "added" in shown
    assert "added" in emulator.task(id).json()


def test_an_unknown_quirk() -> None:
    with pytest.raises(ValueError, match="observability-states"):
        create_app(":memory:", quirks=["backwards"])


def rule(emulator: Caller, **given: Any) -> None:
    emulator.control("PUT", "faults", {"rules": [given]})


@pytest.mark.parametrize(
    ("says", "header", "body"),
    [(None, None, 7), ("body", None, 7), ("seconds", "7", None), ("nothing", None, None)],
)
def test_429_says_the_wait_in_its_body(
    emulator: Caller, says: str | None, header: str | None, body: int | None
) -> None:
    rule(emulator, do="too-many", seconds=7, **({"says": says} if says else {}))
    answer = emulator.call("POST", "/process/exec", {"processId": FLOW})
    assert answer.status_code == 429
    assert (answer.headers.get("retry-after"), answer.json().get("retryAfter")) == (header, body)
    assert answer.json()["error"] == "RATE_LIMIT_EXCEEDED"


def test_faults_have_the_shape_of_the_system(emulator: Caller) -> None:
    rule(emulator, do="status", status=503)
    emulator.refused(503, "POST", "/process/exec", {"processId": FLOW})
    rule(emulator, do="expire")
    emulator.refused(401, "POST", "/process/exec", {"processId": FLOW})
    rule(emulator, do="no-id")
    assert set(emulator.ok("POST", "/process/exec", {"processId": FLOW})) == {"status", "startTime"}
    rule(emulator, do="other", id="another")
    answer = emulator.ok("POST", "/process/exec", {"processId": FLOW})
    assert answer["processInstanceId"] == answer["processId"] == "another"
    rule(emulator, do="other-states")
    id = emulator.control("GET", "instances")[0]["id"]
    assert emulator.status(id)["stateCd"] == 2
