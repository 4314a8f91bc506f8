"""What a request may hold: 400 for a wrong type or an unknown field, 422 for what is missing or blank."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from procspec.providers.apptor.emulator.errors import invalid
from procspec.providers.apptor.emulator.nouns import CANCEL, COMPLETE, INPUT_TYPES, NODES
from procspec.providers.emulator.checks import (
    Check,
    array_of,
    boolean,
    integer,
    members,
    name,
    one_of,
    text,
)
from procspec.providers.emulator.errors import bad_request
from procspec.providers.emulator.nouns import Object


def _document(table: Mapping[str, Check], required: Collection[str]) -> Check:
    """The body of a documented request; null for a required field is as good as nothing (api/errors)."""
    strict = members(table)

    def check(value: Any, at: str) -> Object:
        given = value
        if isinstance(value, dict):
            given = {
                field: each for field, each in value.items() if each is not None or field not in required
            }
        found: Object = strict(given, at)
        errors = [
            {"field": field, "message": "must not be blank" if field in found else "must not be null"}
            for field in required
            if not found.get(field, "").strip()
        ]
        if errors:
            raise invalid(errors)
        return found

    return check


def variables(value: Any, at: str) -> Object:
    """An object of variables by name."""
    if not isinstance(value, dict):
        raise bad_request("Must be an object", at)
    return value


START = _document({"processId": text, "correlationKey": text, "data": variables}, ("processId",))
"""004, "Start a Workflow"."""

TASK = _document(
    {
        "processInstanceId": text,
        "nodeId": text,
        "action": one_of(COMPLETE, CANCEL),
        "data": variables,
    },
    ("processInstanceId", "nodeId", "action"),
)
"""004, "Resume a User Task"."""


# --------------------------------------------------------------------------------- control endpoints


def _nullable(check: Check) -> Check:
    return lambda value, at: None if value is None else check(value, at)


def _moment(value: Any, at: str) -> str:
    try:
        found = datetime.datetime.fromisoformat(text(value, at))
    except ValueError:
        raise bad_request("Must be a moment such as 2026-02-20T10:00:00Z", at) from None
    return (found if found.tzinfo else found.replace(tzinfo=datetime.UTC)).isoformat()


_NODE = members(
    {
        "id": name,
        "name": text,
        "type": one_of(*NODES),
        "inputType": one_of(*INPUT_TYPES),
        "formTitle": text,
        "sets": variables,
        "fails": text,
        "loop": integer(1, 1000),
    },
    required=("id", "type"),
)
"""A node: `sets` are the variables that it brings, `fails` ends the instance, `loop` is how often it is come
to (node-reference/overview, `loop.maxIterations`)."""

FLOW = members(
    {"name": name, "organization": name, "nodes": array_of(_NODE)},
    required=("nodes",),
)
PUBLISH = members({"environments": array_of(one_of("DEVELOPMENT", "PRODUCTION"), unique=True)})
FAIL = members({"message": text})
EVENT = members({"correlationKey": name, "data": variables}, required=("correlationKey",))
_LIMIT = _nullable(integer(0, 1_000_000))
KEY = members(
    {
        "secret": name,
        "system": boolean,
        "organization": name,
        "status": one_of("ACTIVE", "SUSPENDED", "REVOKED"),
        "permissions": array_of(one_of("WORKFLOW_READ", "WORKFLOW_EXECUTE"), unique=True),
        "rateLimitPerMinute": _LIMIT,
        "rateLimitPerHour": _LIMIT,
        "expiresAt": _nullable(_moment),
    }
)
