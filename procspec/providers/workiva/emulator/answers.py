"""What a process looks like in an answer: sparse after a create, whole otherwise."""

from __future__ import annotations

from procspec.providers.emulator.nouns import Object
from procspec.providers.workiva.emulator.tree import is_generated

# Guide, "Creating a Process", Response: businessEndDate and businessDateExclusions were sent and are not
# answered, a job's arguments shrink to their type, and a job has no triggerType.
_CREATED = (
    "id",
    "name",
    "autoClose",
    "certAutoApprove",
    "relativeDates",
    "businessStartDate",
    "businessDaysOfWeek",
    "dueDate",
    "revision",
    "created",
    "modified",
)
_CREATED_GROUP = ("id", "name", "parallel", "readOnly", "triggerType")


def created(process: Object) -> Object:
    """The answer to a create, as sparse as the guide's."""
    return {**_pick(process, _CREATED), "root": _created_group(process["root"])}


def _pick(node: Object, members: tuple[str, ...]) -> Object:
    return {member: node[member] for member in members if member in node}


def _created_group(group: Object) -> Object:
    return {
        **_pick(group, _CREATED_GROUP),
        "children": [_created_child(child) for child in group["children"]],
    }


def _created_child(child: Object) -> Object:
    if child["type"] == "group":
        return {"type": "group", "group": _created_group(child["group"])}
    job = child["job"]
    return {"type": "job", "job": {"id": job["id"], "arguments": {"type": job["arguments"]["type"]}}}


def without_generated(process: Object) -> Object:
    """The process as it was declared (guide, "Excluding Generated Jobs")."""
    return {**process, "root": _declared(process["root"])}


def _declared(group: Object) -> Object:
    kept = [
        child for child in group["children"] if child["type"] == "group" or not is_generated(child["job"])
    ]
    return {**group, "children": [_declared_child(child) for child in kept]}


def _declared_child(child: Object) -> Object:
    return {"type": "group", "group": _declared(child["group"])} if child["type"] == "group" else child
