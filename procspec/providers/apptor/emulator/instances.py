"""What an instance does: its nodes one after another, until one waits, fails, or there is none left."""

from __future__ import annotations

import datetime

from procspec.providers.apptor.emulator.errors import conflict, not_found
from procspec.providers.apptor.emulator.nouns import EVENT, INPUT, State
from procspec.providers.emulator.nouns import Object

OVER = (State.COMPLETED, State.FAILED, State.CANCELLED)


def precise(now: datetime.datetime) -> str:
    """With milliseconds, as in the answer to a start (004)."""
    return f"{now.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def rough(moment: str | None) -> str | None:
    """Without, as in the answer to a status (api/executions)."""
    return f"{moment[:19]}Z" if moment else None


def advance(instance: Object, now: datetime.datetime) -> None:
    """Goes on from where it stands."""
    nodes = instance["nodes"]
    while instance["at"] < len(nodes):
        node = nodes[instance["at"]]
        if node["type"] in (INPUT, EVENT):
            instance["state"] = State.WAITING
            return
        if "fails" in node:
            end(instance, State.FAILED, now)
            instance["error"] = node["fails"]
            return
        instance["data"] |= node.get("sets", {})
        leave(instance)
    end(instance, State.COMPLETED, now)


def leave(instance: Object) -> None:
    """The node is done; one that loops is come to again."""
    node = instance["nodes"][instance["at"]]
    instance["turn"] += 1
    if instance["turn"] >= node.get("loop", 1):
        instance |= {"at": instance["at"] + 1, "turn": 0}


def end(instance: Object, state: State, now: datetime.datetime) -> None:
    """Nothing of it goes on any more; 409 for one that has ended."""
    check_going(instance)
    instance |= {"state": state, "endTime": precise(now)}


def check_going(instance: Object) -> None:
    """409 for an instance that has ended (inference)."""
    if instance["state"] in OVER:
        raise conflict(f"Process instance {instance['id']} is {instance['state']}")


def waiting(instance: Object) -> Object | None:
    """The node that it waits at."""
    node: Object | None = instance["nodes"][instance["at"]] if instance["state"] == State.WAITING else None
    return node


def resume(instance: Object, given: Object, now: datetime.datetime) -> None:
    """A person's answer; the flow goes on from the node that waited, whatever the action was.

    The action is in a variable (node-reference/input-node), so a flow that was told CANCEL goes on too.
    """
    check_going(instance)
    node, id = waiting(instance), given["nodeId"]
    if all(each["id"] != id for each in instance["nodes"]):
        raise not_found("Node", id)
    if node is None or node["id"] != id or node["type"] != INPUT:
        raise conflict(f"Node {id[:64]} is not waiting for input")
    instance["answers"].append({"node": id, "action": given["action"], "data": given.get("data", {})})
    instance["data"] |= _outputs(node, given)
    leave(instance)
    instance["state"] = State.RUNNING
    advance(instance, now)


def _outputs(node: Object, given: Object) -> Object:
    """Every field is a variable (004); a form's are in `formData` as well (node-reference/input-node)."""
    data = given.get("data", {})
    form = {"formData": data} if node.get("inputType") == "form" else {}
    return {**data, **form, "inputNodeAction": given["action"]}


def receive(instance: Object, given: Object, now: datetime.datetime) -> bool:
    """An event: whether the instance waited for one with its correlation key, and went on."""
    node = waiting(instance)
    if node is None or node["type"] != EVENT or instance["correlationKey"] != given["correlationKey"]:
        return False
    instance["data"] |= given.get("data", {})
    leave(instance)
    instance["state"] = State.RUNNING
    advance(instance, now)
    return True
