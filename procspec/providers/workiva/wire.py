"""Between nodes and the JSON of the Processes API: a dumb copy both ways, no decisions.

Reading accepts every form that the documents show; writing uses the form of the guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from procspec.errors import ServiceError
from procspec.model import PROCESS, ROOT, Json, Kind, Node, Stamp
from procspec.providers.workiva.fields import ACTIONS, names

# T2: the reference's examples call these fields otherwise, and give the id alone.
_FLAT = {"assignee": "assigneeUser", "approver": "approverUser"}
_GENERATED = "Generated"


# ------------------------------------------------------------------------------------------- to JSON


def payload(process: Node) -> Json:
    """The body of `POST /processes` (guide, "Creating a Process"): set fields only, in the table's order."""
    (root,) = process.children
    return {**_members(process, "process"), "root": _group(root, "root")}


def parts(process: Node) -> tuple[tuple[Node, Json], ...]:
    """Every process, group and job of the body, with the node that it comes from, parents first."""
    body = payload(process)
    return ((process, body), *_below(process.children[0], body["root"]))


def _below(node: Node, body: Json) -> Iterator[tuple[Node, Json]]:
    yield node, body
    for child, wrapper in zip(node.children, body.get("children", ()), strict=True):
        yield from _below(child, wrapper[wrapper["type"]])


def _members(node: Node, on: str) -> dict[str, Json]:
    return {name: node.fields[name] for name in names(on) if node.fields.get(name) is not None}


def _group(node: Node, on: str) -> Json:
    return {**_members(node, on), "children": [_child(child) for child in node.children]}


def _child(node: Node) -> Json:
    if node.kind is Kind.GROUP:
        # No example of a nested group is published; the wrapper follows the one of jobs (inference).
        return {"type": "group", "group": _group(node, "group")}
    return {"type": "job", "job": _job(node)}


def _job(node: Node) -> Json:
    action = str(node.fields["action"])
    arguments = _members(node, action)
    trigger = {"triggerType": arguments.pop("triggerType")} if "triggerType" in arguments else {}
    del arguments["action"]
    return {"arguments": {"type": action, f"{action}Args": arguments}, **trigger}


def job_run(node: Node) -> Json:
    """An element of the body of `POST /processRuns/{id}/jobRuns`.

    T7: at run time `action` stands beside `arguments`, whose `type` says the same.
    """
    job = _job(node)
    return {"action": job["arguments"]["type"], "triggerType": "whenEligible", **job}


# ----------------------------------------------------------------------------------------- from JSON


def process(body: Json) -> Node:
    """A live process from any answer that holds one; nodes have ids and no keys.

    Raises ServiceError when the answer is no process at all.
    """
    data = _object(body, "process")
    if not isinstance(data.get("id"), str) or not data["id"]:
        raise ServiceError("The answer has no process id.")
    revision = data.get("revision")
    return Node(
        kind=Kind.PROCESS,
        key=PROCESS,
        id=data["id"],
        revision=revision if isinstance(revision, int) else None,
        modified=_stamp(data.get("modified")),
        fields=_fields(data, "process"),
        children=(_read_group(_object(data.get("root"), "root group"), "root"),),
    )


def _stamp(value: Json) -> Stamp | None:
    """When and by whom (guide, "Creating a Process", answer); answers may leave it out."""
    given = value if isinstance(value, dict) else {}
    when, user = given.get("dateTime"), given.get("user")
    who = user.get("id") if isinstance(user, dict) else user
    return Stamp(when=when, who=who if isinstance(who, str) else "") if isinstance(when, str) else None


def _object(value: Json, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ServiceError(f"The answer has no readable {what}.")
    return value


def _fields(data: Mapping[str, Json], on: str) -> dict[str, Json]:
    """The members of the table that are set; null means not set."""
    return {name: data[name] for name in names(on) if data.get(name) is not None}


def _read_group(data: dict[str, Any], on: str) -> Node:
    children = data.get("children") or []
    if not isinstance(children, list):
        raise ServiceError("The answer has a group whose children are no list.")
    return Node(
        kind=Kind.GROUP,
        key=ROOT if on == "root" else "",
        id=_id(data),
        fields=_fields(data, on),
        children=tuple(_read_child(child) for child in children),
    )


def _id(data: Mapping[str, Json]) -> str | None:
    return data["id"] if isinstance(data.get("id"), str) else None


def _read_child(child: Json) -> Node:
    wrapper = _object(child, "child")
    if isinstance(wrapper.get("group"), dict):
        return _read_group(wrapper["group"], "group")
    return _read_job(_object(wrapper.get("job"), "job"))


def _read_job(data: dict[str, Any]) -> Node:
    arguments = _object(data.get("arguments") or {}, "job arguments")
    action = str(arguments.get("type", ""))
    fields: dict[str, Json] = {"action": action}
    if action in ACTIONS:
        given = {**arguments, **_object(arguments.get(f"{action}Args") or {}, "job arguments")}
        given["triggerType"] = data.get("triggerType")
        fields |= {**_fields(_with_people(given), action), "action": action}
    # T20: whatever the server generated is not ours, under any parent.
    return Node(kind=Kind.JOB, key="", id=_id(data), fields=fields, generated=action.endswith(_GENERATED))


def _with_people(arguments: Mapping[str, Json]) -> dict[str, Json]:
    """People in the object form, from any of the documented forms (T2)."""
    people = {name: _person(arguments.get(name) or arguments.get(flat)) for name, flat in _FLAT.items()}
    return {**arguments, **people}


def _person(value: Json) -> Json:
    return {"id": value, "type": "user"} if isinstance(value, str) else value
