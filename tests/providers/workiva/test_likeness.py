"""Which job of a run can be one that was sent, by what a run shows of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from procspec import providers
from procspec.model import Json, Kind, Node, Phase, RunNode

WORKIVA = providers.get("workiva")
SENT = Node(
    kind=Kind.JOB,
    key="eliminate",
    fields={
        "action": "sendTask",
        "title": "Review eliminations",
        "assignee": {"id": "user-1", "type": "user"},
        "approver": {"id": "user-2", "type": "user"},
        "dueDate": "2024-12-20",
        "approverDueDate": "2024-12-22T00:00:00Z",
    },
)
FOUND = RunNode(
    kind=Kind.JOB,
    id="j",
    title="Review eliminations ",
    status="waiting",
    phase=Phase.WAITING,
    action="sendTask",
    person="user-1",
    approver="user-2",
    due="2024-12-20",
    approver_due="2024-12-22",
)


def test_the_same() -> None:
    assert WORKIVA.same_job(SENT, FOUND)


def test_what_an_answer_leaves_out_is_no_difference() -> None:
    assert WORKIVA.same_job(SENT, replace(FOUND, person="", approver="", due="", approver_due=""))


@pytest.mark.parametrize("field", ["action", "title", "person", "approver", "due", "approver_due"])
def test_another(field: str) -> None:
    other: dict[str, Json] = {field: "other"}
    assert not WORKIVA.same_job(SENT, replace(FOUND, **other))


@pytest.mark.parametrize("field", ["person", "approver", "due", "approver_due"])
def test_what_was_not_sent_is_a_difference_where_it_is_shown(field: str) -> None:
    sent = replace(SENT, fields={"action": "sendTask", "title": "Review eliminations"})
    shown = {name: "" for name in ("person", "approver", "due", "approver_due") if name != field}
    bare: dict[str, Json] = dict(shown)
    assert not WORKIVA.same_job(sent, replace(FOUND, **bare))
