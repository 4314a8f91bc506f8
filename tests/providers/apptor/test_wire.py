"""Instances as the pages show them, and answers that are not about what was asked."""

from __future__ import annotations

from typing import Any

import pytest

from procspec.errors import ServiceError, UnknownOutcome
from procspec.model import Phase
from procspec.providers.apptor import wire
from procspec.providers.apptor.endpoints import ENDPOINTS, endpoint
from procspec.providers.apptor.states import STATES, read
from tests.providers.apptor.examples import example

ID = "inst_xyz789"


def test_the_instance_of_the_page() -> None:
    run = wire.run(example("facts-instance"), ID)
    assert (run.id, run.process, run.name, run.version) == (ID, "your-flow-uuid", "Support Bot", "3")
    assert (run.status, run.phase, run.over) == ("1 (completed)", Phase.COMPLETE, True)
    assert (run.started, run.ended) == ("2026-02-20T10:00:00Z", "2026-02-20T10:00:12Z")
    assert run.correlation == "order-9981" and run.variables["classification"] == "billing"
    assert run.root is None and run.files == ()


@pytest.mark.parametrize(
    ("code", "ended", "status", "phase", "over"),
    [
        (0, False, "0 (running)", Phase.RUNNING, False),
        (1, False, "1 (active)", Phase.RUNNING, False),
        (2, False, "2 (waiting)", Phase.WAITING, False),
        (3, False, "3 (cancelled)", Phase.CANCELLED, True),
        (4, False, "4 (completed)", Phase.COMPLETE, True),
        (1, True, "1 (completed)", Phase.COMPLETE, True),
        (2, True, "2 (failed)", Phase.FAILED, True),
        (3, True, "3 (cancelled)", Phase.CANCELLED, True),
        (4, True, "4 (completed)", Phase.COMPLETE, True),
        (0, True, "0", Phase.UNKNOWN, True),
        (7, False, "7", Phase.UNKNOWN, False),
        (7, True, "7", Phase.UNKNOWN, True),
        ("RUNNING", False, "RUNNING", Phase.UNKNOWN, False),
        (True, False, "True", Phase.UNKNOWN, False),
        (None, False, "", Phase.UNKNOWN, False),
        (None, True, "", Phase.UNKNOWN, True),
    ],
)
def test_both_tables_told_apart_by_the_end(
    code: Any, ended: bool, status: str, phase: Phase, over: bool
) -> None:
    found = read(code, ended=ended)
    assert (found.status, found.phase, found.over) == (status, phase, over)
    body = {**example("facts-instance"), "stateCd": code, "endTime": "2026-02-20" if ended else None}
    run = wire.run(body, ID)
    assert (run.status, run.phase, run.over) == (status, phase, over)


def test_every_row_has_its_source() -> None:
    assert all("api/executions" in row.source or "observability" in row.source for row in STATES.values())
    assert all(row.source and row.reason for row in ENDPOINTS.values())


@pytest.mark.parametrize("missing", ["endTime", "data", "correlationKey", "processVersion", "processName"])
def test_what_an_answer_leaves_out(missing: str) -> None:
    body = {name: value for name, value in example("facts-instance").items() if name != missing}
    assert wire.run(body, ID).over is (missing != "endTime")
    assert wire.run({**example("facts-instance"), missing: None}, ID).over is (missing != "endTime")


def test_an_empty_end_is_none_and_numbers_are_texts() -> None:
    body = {**example("facts-instance"), "endTime": "", "processVersion": 3, "startTime": 1771581600000}
    run = wire.run(body, ID)
    assert (run.over, run.version, run.started) == (False, "3", "1771581600000")


@pytest.mark.parametrize(
    "body", [None, [], "ok", {}, {"processInstanceId": ""}, {"processInstanceId": "inst_2"}]
)
def test_what_is_no_instance_or_another(body: Any) -> None:
    with pytest.raises(ServiceError):
        wire.run(body, ID)


def test_a_start_has_an_id() -> None:
    assert wire.started(example("exec-request"), example("exec-response")) == ID
    assert wire.started({"processId": "f"}, {"processInstanceId": ID}) == ID


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"processInstanceId": None}, {"processInstanceId": ID, "processId": "another-flow"}],
)
def test_a_start_without_a_credible_id_is_unknown(body: Any) -> None:
    with pytest.raises(UnknownOutcome):
        wire.started(example("exec-request"), body)


def test_a_step_was_resumed() -> None:
    assert wire.resumed(example("task-request"), example("task-response")) == ID
    assert wire.resumed(example("task-request"), {"processInstanceId": ID, "status": "RESUMED"}) == ID


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"status": "resumed"},
        {"processInstanceId": "inst_2", "status": "resumed"},
        {"processInstanceId": ID, "status": "queued"},
        {"processInstanceId": ID},
    ],
)
def test_anything_else_is_unknown(body: Any) -> None:
    with pytest.raises(UnknownOutcome):
        wire.resumed(example("task-request"), body)


def test_the_endpoints_are_the_documented_ones() -> None:
    assert endpoint("GET", "/process/instance/a%2Fb") is ENDPOINTS["GET", "/process/instance"]
    with pytest.raises(KeyError):
        endpoint("GET", "/process/list")
