"""Plan files: JSON with its own version; what cannot be read in full is refused."""

from __future__ import annotations

import json
from typing import Any

from procspec import __version__
from procspec.codec import Malformed, decode, encode
from procspec.errors import StalePlan
from procspec.model import Json, Plan

FORMAT = 1
"""The version of `schemas/plan.schema.json`; another one is refused."""


def save(plan: Plan) -> Json:
    """The JSON of a plan, as `plan --out` writes it and `plan -o json` prints it."""
    return {"format_version": FORMAT, "tool_version": __version__, **encode(plan)}


def load(text: str) -> Plan:
    """The plan in a file; raises StalePlan when it is of another version or no plan at all."""
    try:
        data: Any = json.loads(text)
        if not isinstance(data, dict):
            raise Malformed("top: expected an object")
        versions = (data.pop("format_version", None), data.pop("tool_version", None))
        if versions != (FORMAT, __version__):
            raise Malformed(f"it was written by version {versions[1]} (format {versions[0]})")
        return _whole(decode(Plan, data))
    except (ValueError, RecursionError) as error:
        raise StalePlan(
            f"This is no plan that procspec {__version__} can carry out: {error}.", hint="Make a new plan."
        ) from error


def _whole(plan: Plan) -> Plan:
    """What the types cannot say: one plan a process or a run, and nodes that are whole; raises Malformed."""
    keys = [*(item.key for item in plan.processes), *(run.key for run in plan.runs)]
    if len(set(keys)) < len(keys):
        raise Malformed("a process or a run is there twice")
    for change in (change for item in plan.processes for change in item.changes):
        for side in (change.before, change.after):
            whole = change.node and not change.field and side is not None
            if whole and not (isinstance(side, dict) and "kind" in side):
                raise Malformed(f"the change of {change.path} is not whole")
    return plan
