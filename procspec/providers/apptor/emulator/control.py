"""Control endpoints of this system, beside those that every emulator has: flows, instances, events, keys."""

from __future__ import annotations

from procspec.providers.apptor.emulator import demo, flows, instances, shapes
from procspec.providers.apptor.emulator.errors import not_found
from procspec.providers.apptor.emulator.nouns import ENVIRONMENTS, State
from procspec.providers.apptor.emulator.store import KINDS, key_row
from procspec.providers.apptor.emulator.world import Call, Operation
from procspec.providers.emulator.calls import READ, WRITE, Takes
from procspec.providers.emulator.control import AT, Controls, id_controls
from procspec.providers.emulator.nouns import Answer, Object

# -------------------------------------------------------------------------------------------- flows


def list_flows(call: Call) -> Answer:
    """Every flow, with its versions."""
    return Answer(200, list(call.world.store.flows()))


def save_flow(call: Call) -> Answer:
    """Saves the draft of a flow, new or known: what somebody does in the designer."""
    given = shapes.FLOW(call.body, "")
    return Answer(200, flows.saved(call.world.store, call.ids["processId"], given, demo.ORGANIZATION))


def publish_flow(call: Call) -> Answer:
    """Publishes the draft, in both environments unless some are named."""
    given = {} if call.body is None else shapes.PUBLISH(call.body, "")
    environments = given.get("environments", ENVIRONMENTS)
    return Answer(200, flows.published(call.world.store, call.ids["processId"], environments))


# ---------------------------------------------------------------------------------------- instances


def list_instances(call: Call) -> Answer:
    """Every instance, in the order of its start; what the API does not show among it."""
    return Answer(200, [_shown(instance) for instance in call.world.store.instances()])


def show_instance(call: Call) -> Answer:
    """An instance with the node that it waits at, and everything that people answered."""
    return Answer(200, _shown(_instance(call)))


def _shown(instance: Object) -> Object:
    node = instances.waiting(instance)
    inner = ("nodes", "at", "turn", "organization")
    shown = {name: value for name, value in instance.items() if name not in inner}
    return {**shown, "waitingAt": node["id"] if node else None}


def _instance(call: Call) -> Object:
    found = call.world.store.instance(call.ids["processInstanceId"])
    if found is None:
        raise not_found("Process instance", call.ids["processInstanceId"])
    return found


def fail(call: Call) -> Answer:
    """A node goes wrong: the instance has failed."""
    given = {} if call.body is None else shapes.FAIL(call.body, "")
    return _ended(call, State.FAILED, {"error": given.get("message", "Error")})


def cancel(call: Call) -> Answer:
    """Somebody ends the instance on its page, which the API cannot."""
    return _ended(call, State.CANCELLED, {})


def _ended(call: Call, state: State, more: Object) -> Answer:
    instance = _instance(call)
    instances.end(instance, state, call.world.now())
    instance |= more
    call.world.store.put_instance(instance)
    return Answer(200, _shown(instance))


def event(call: Call) -> Answer:
    """An event with a correlation key: every instance that waits for it goes on."""
    given, gone = shapes.EVENT(call.body, ""), []
    for instance in call.world.store.instances():
        if instances.receive(instance, given, call.world.now()):
            call.world.store.put_instance(instance)
            gone.append(instance["id"])
    return Answer(200, {"resumed": gone})


# --------------------------------------------------------------------------------------------- keys


def set_key(call: Call) -> Answer:
    """Makes or changes a key; its secret is `emulator` unless another is given, and is shown once."""
    given, id = shapes.KEY(call.body, ""), call.ids["keyId"]
    secret = f"apk_{id}_{given.pop('secret', 'emulator')}"
    organization = given.pop("organization", demo.ORGANIZATION)
    key = {**key_row(id, secret, "" if given.pop("system", False) else organization), **given}
    call.world.store.put_key(key)
    return Answer(200, {"key": secret, **{name: key[name] for name in key if name != "digest"}})


_FLOW, _INSTANCE = f"{AT}/flows/{{processId}}", f"{AT}/instances/{{processInstanceId}}"

CONTROLS: Controls = (
    Operation("GET", f"{AT}/flows", READ, list_flows),
    Operation("PUT", _FLOW, WRITE, save_flow, Takes.BODY),
    Operation("POST", f"{_FLOW}/publish", WRITE, publish_flow, Takes.OPTIONAL),
    Operation("GET", f"{AT}/instances", READ, list_instances),
    Operation("GET", _INSTANCE, READ, show_instance),
    Operation("POST", f"{_INSTANCE}/fail", WRITE, fail, Takes.OPTIONAL),
    Operation("POST", f"{_INSTANCE}/cancel", WRITE, cancel),
    Operation("POST", f"{AT}/events", WRITE, event, Takes.BODY),
    Operation("PUT", f"{AT}/keys/{{keyId}}", WRITE, set_key, Takes.BODY),
    *id_controls(KINDS),
)
