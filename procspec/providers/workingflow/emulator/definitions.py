"""The two processes that ship with the platform (003, "Full Example"), as tables of steps.

A definition is an object with the members of the list and `steps`. A step is a user task:

    id         its name in the table
    task       its title
    assignee   an e-mail, or the name of a variable that holds one, written `${initiator}`; without it the
               task is offered to a role, and has nobody until somebody claims it (api-facts 2.5)
    next       the steps after it; none ends this branch. Several are a parallel gateway.
    outcomes   instead of `next`, an exclusive gateway: the steps after it by the outcome that was chosen
    variable   the variable that keeps the outcome

An instance ends when no task of it is left. 003 gives the definitions' names and descriptions and the first
task of one; everything below that is inference. Timers do not run: what an escalation does, a control
endpoint can do.
"""

from __future__ import annotations

from typing import Any

from procspec.providers.emulator.checks import Check, array_of, below, boolean, integer, members, name, text
from procspec.providers.emulator.errors import bad_request
from procspec.providers.emulator.nouns import Object

_EXPENSE: Object = {
    "key": "expense_reimbursement_demo",
    "name": "Expense Reimbursement Demo",
    "version": 1,
    "description": "Demonstrates gateway loops (revise/resubmit) and SLA task escalation.",
    "hasStartForm": False,
    "steps": [
        {"id": "submit", "task": "Submit Expense Report", "next": ["approve"]},
        {
            "id": "approve",
            "task": "Approve Expense Report",
            "variable": "managerDecision",
            "outcomes": {"approve": ["reimburse"], "revise": ["revise"], "reject": []},
        },
        {"id": "revise", "task": "Revise Expense Report", "next": ["approve"]},
        {"id": "reimburse", "task": "Reimburse Expenses", "next": []},
    ],
}

_LEAVE: Object = {
    "key": "leave_request_demo",
    "name": "Leave Request Demo",
    "version": 1,
    "description": "Employee leave request with manager approval, revision loop, HR acknowledgment, and SLA"
    " escalation.",
    "hasStartForm": True,
    "steps": [
        {
            "id": "approve",
            "task": "Approve Leave Request",
            "variable": "managerDecision",
            "outcomes": {"approve": ["acknowledge"], "revise": ["revise"], "reject": []},
        },
        {"id": "revise", "task": "Revise Leave Request", "assignee": "${initiator}", "next": ["approve"]},
        {"id": "acknowledge", "task": "Acknowledge Leave", "next": []},
    ],
}

SHIPPED: tuple[Object, ...] = (_EXPENSE, _LEAVE)
"""What a new database has."""


# ---------------------------------------------------------------------------------- deploying another


def _outcomes(value: Any, at: str) -> dict[str, list[str]]:
    if not isinstance(value, dict) or not value:
        raise bad_request("Must be an object with an outcome or more", at)
    steps = array_of(name)
    return {outcome: steps(each, below(at, outcome)) for outcome, each in value.items()}


_STEP = members(
    {
        "id": name,
        "task": name,
        "assignee": name,
        "next": array_of(name, unique=True),
        "variable": name,
        "outcomes": _outcomes,
    },
    required=("id", "task"),
)

DEFINITION: Check = members(
    {
        "key": name,
        "name": name,
        "version": integer(1, 1_000_000),
        "description": text,
        "hasStartForm": boolean,
        "steps": array_of(_STEP),
    },
    required=("key", "name", "steps"),
)
"""A definition that a control endpoint deploys."""


def whole(given: Object, version: int) -> Object:
    """A checked definition with all its members; refuses steps that lead nowhere."""
    steps = given["steps"]
    known = [step["id"] for step in steps]
    if not steps or len(set(known)) < len(known):
        raise bad_request("Must have a step or more, each with its own id", "/steps")
    for index, step in enumerate(steps):
        if ("outcomes" in step) == ("next" in step):
            raise bad_request("Must have either next or outcomes", f"/steps/{index}")
        if lost := [each for each in following(step) if each not in known]:
            raise bad_request(f"There is no step {lost[0][:64]}", f"/steps/{index}")
    return {
        "key": given["key"],
        "name": given["name"],
        "version": given.get("version", version),
        "description": given.get("description", ""),
        "hasStartForm": given.get("hasStartForm", False),
        "steps": steps,
    }


def following(step: Object) -> list[str]:
    """Every step that can come after one."""
    ways = step["outcomes"].values() if "outcomes" in step else [step["next"]]
    return [each for way in ways for each in way]
