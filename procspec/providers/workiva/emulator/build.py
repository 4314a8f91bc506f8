"""A new process out of a checked create body: ids, defaults, stamps, generated jobs."""

from __future__ import annotations

from procspec.providers.emulator.nouns import NewId, Object
from procspec.providers.workiva.emulator.certification import expand
from procspec.providers.workiva.emulator.shapes import ALWAYS_SET


def process(body: Object, stamp: Object, new_id: NewId) -> Object:
    """The process to store. `revision` is 1 after a create (guide, "Creating a Process")."""
    flags = {member: False for member in ALWAYS_SET if member != "name"}
    settings = {**flags, **{member: value for member, value in body.items() if member != "root"}}
    return {
        "id": new_id("process"),
        "name": body["name"],
        **settings,
        "revision": 1,
        "created": stamp,
        "modified": stamp,
        "root": group(body["root"], new_id),
    }


def group(body: Object, new_id: NewId) -> Object:
    """A group with an id of its own; what the guide calls defaults is filled in."""
    defaults = {"parallel": False, "readOnly": False, "triggerType": "whenEligible"}
    made = {"id": new_id("group"), "name": body["name"], **defaults, **body}
    children = [_child(child, new_id) for child in body.get("children", [])]
    made["children"] = expand(children, lambda arguments: generated(arguments, new_id))
    return made


def generated(arguments: Object, new_id: NewId) -> Object:
    """A job that the server made: nobody may touch it."""
    return {"id": new_id("job"), "triggerType": "whenEligible", "readOnly": True, "arguments": arguments}


def _child(child: Object, new_id: NewId) -> Object:
    if child["type"] == "group":
        return {"type": "group", "group": group(child["group"], new_id)}
    return {"type": "job", "job": {"id": new_id("job"), "triggerType": "whenEligible", **child["job"]}}
