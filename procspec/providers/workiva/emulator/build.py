"""A new process out of a checked create body: ids, defaults, stamps, generated jobs."""

from __future__ import annotations

import uuid

from procspec.providers.workiva.emulator.certification import expand
from procspec.providers.workiva.emulator.nouns import Object
from procspec.providers.workiva.emulator.shapes import ALWAYS_SET


def new_id() -> str:
    """32 hexadecimal digits, as the reference's ids."""
    return uuid.uuid4().hex


def process(body: Object, stamp: Object) -> Object:
    """The process to store. `revision` is 1 after a create (guide, "Creating a Process")."""
    flags = {member: False for member in ALWAYS_SET if member != "name"}
    settings = {**flags, **{member: value for member, value in body.items() if member != "root"}}
    return {
        "id": new_id(),
        "name": body["name"],
        **settings,
        "revision": 1,
        "created": stamp,
        "modified": stamp,
        "root": group(body["root"]),
    }


def group(body: Object) -> Object:
    """A group with an id of its own; what the guide calls defaults is filled in."""
    defaults = {"parallel": False, "readOnly": False, "triggerType": "whenEligible"}
    made = {"id": new_id(), "name": body["name"], **defaults, **body}
    made["children"] = expand([_child(child) for child in body.get("children", [])], generated)
    return made


def generated(arguments: Object) -> Object:
    """A job that the server made: nobody may touch it."""
    return {"id": new_id(), "triggerType": "whenEligible", "readOnly": True, "arguments": arguments}


def _child(child: Object) -> Object:
    if child["type"] == "group":
        return {"type": "group", "group": group(child["group"])}
    return {"type": "job", "job": {"id": new_id(), "triggerType": "whenEligible", **child["job"]}}
