"""Faults answer in this system's form; the rest of them is the kit's."""

from __future__ import annotations

import pytest

from procspec.providers.workingflow.emulator.faults import KINDS
from tests import faults
from tests.faults import Rule
from tests.providers.workingflow.emulator.caller import EXPENSE, Caller, example


@pytest.mark.parametrize(
    ("rule", "status", "code"),
    [
        (faults.status(500), 500, "INTERNAL_ERROR"),
        (faults.status(503), 503, "ERROR"),
        (faults.act_status(500), 500, "INTERNAL_ERROR"),
        (faults.expire(), 401, "UNAUTHORIZED"),
        (faults.too_many(7), 429, "TOO_MANY_REQUESTS"),
    ],
    ids=lambda value: value["do"] if isinstance(value, dict) else "",
)
def test_errors_have_the_documented_form(rule: Rule, status: int, code: str) -> None:
    emulator = Caller()
    emulator.control("PUT", "faults", {"rules": [rule]})
    assert emulator.refused(status, "POST", EXPENSE, example("start-request")) == code
    started = 1 if rule["do"] == "act-status" else 0
    assert len(emulator.control("GET", "instances")) == started


def test_answers_in_another_form() -> None:
    emulator = Caller()
    id = emulator.start()
    emulator.control("PUT", "faults", {"rules": [{"do": "normalised", "times": 1}]})
    changed = emulator.status(id)
    assert changed["processInstanceId"] == 52407 and changed["startTime"] == "2026-05-01T09:15:22Z"
    assert emulator.status(id) == example("status-response")
    emulator.control("PUT", "faults", {"rules": [{"do": "no-id"}]})
    answer = emulator.ok("POST", EXPENSE, example("start-request"))
    assert set(answer) == {"processDefinitionKey", "message"}
    assert {"extra", "normalised"} < set(KINDS)
