"""The four operations whose answers are published (004; api/executions), and what each of them does."""

from __future__ import annotations

from procspec.providers.apptor.emulator import flows, instances, shapes
from procspec.providers.apptor.emulator.errors import forbidden, not_found
from procspec.providers.apptor.emulator.keys import SYSTEM
from procspec.providers.apptor.emulator.nouns import ENVIRONMENTS, State, View
from procspec.providers.apptor.emulator.world import Call, Operation
from procspec.providers.emulator.calls import READ, WRITE, Takes
from procspec.providers.emulator.errors import bad_request
from procspec.providers.emulator.nouns import Answer, Object

CODES = {
    State.RUNNING: 0,
    State.WAITING: 0,
    State.COMPLETED: 1,
    State.FAILED: 2,
    State.CANCELLED: 3,
}
"""`stateCd` as api/executions has it; A2: a flow that waits has 0 as well (node-reference/input-node)."""


def execute(call: Call) -> Answer:
    """A5: for keys of an organization; a system key has none to be scoped to (inference)."""
    if call.caller == SYSTEM:
        raise forbidden("a system key starts with /process/start")
    return _start(call)


def start(call: Call) -> Answer:
    """For system keys alone (004)."""
    if call.caller != SYSTEM:
        raise forbidden("a system-level key is required")
    return _start(call)


def _start(call: Call) -> Answer:
    """200 with the id at once; the flow runs asynchronously, so the answer does not say how far it came."""
    environment = call.query.get("environment", "PRODUCTION")
    if environment not in ENVIRONMENTS:
        raise bad_request(f"environment must be one of: {', '.join(ENVIRONMENTS)}")
    given, store, now = shapes.START(call.body, ""), call.world.store, call.world.now()
    flow, version, nodes = flows.version_of(
        store, given["processId"], call.caller, environment, call.query.get("versionNumber")
    )
    instance: Object = {
        "id": store.new_id("instance"),
        "processId": flow["id"],
        "processName": flow["name"],
        "processVersion": version,
        "organization": flow["organization"],
        "environment": environment,
        "state": State.RUNNING,
        "startTime": instances.precise(now),
        "endTime": None,
        "correlationKey": given.get("correlationKey"),
        "data": {**given.get("data", {})},
        "nodes": nodes,
        "at": 0,
        "turn": 0,
        "answers": [],
    }
    instances.advance(instance, now)
    store.put_instance(instance)
    return Answer(200, _started(instance), View.STARTED)


def _started(instance: Object) -> Object:
    return {
        "processInstanceId": instance["id"],
        "processId": instance["processId"],
        "status": "started",
        "startTime": instance["startTime"],
    }


def _instance(call: Call, id: str) -> Object:
    """One of the caller's organization, or any for a system key."""
    found = call.world.store.instance(id)
    if found is None or call.caller not in (SYSTEM, found["organization"]):
        raise not_found("Process instance", id)
    return found


def resume(call: Call) -> Answer:
    """200; the flow continues from the node that was waiting."""
    given = shapes.TASK(call.body, "")
    instance = _instance(call, given["processInstanceId"])
    instances.resume(instance, given, call.world.now())
    call.world.store.put_instance(instance)
    return Answer(200, {"processInstanceId": instance["id"], "status": "resumed"}, View.RESUMED)


def get(call: Call) -> Answer:
    """200 (api/executions)."""
    instance = _instance(call, call.ids["processInstanceId"])
    body = {
        "processInstanceId": instance["id"],
        "processId": instance["processId"],
        "processName": instance["processName"],
        "processVersion": instance["processVersion"],
        "stateCd": CODES[State(instance["state"])],
        "startTime": instances.rough(instance["startTime"]),
        "endTime": instances.rough(instance["endTime"]),
        "correlationKey": instance["correlationKey"],
        "data": instance["data"],
    }
    return Answer(200, body, _VIEWS.get(State(instance["state"]), View.ENDED))


_VIEWS = {State.RUNNING: View.GOING, State.WAITING: View.WAITING}
_STARTING = frozenset({"environment", "versionNumber"})

OPERATIONS = (
    Operation("POST", "/process/exec", WRITE, execute, Takes.BODY, query=_STARTING),
    Operation("POST", "/process/start", WRITE, start, Takes.BODY, query=_STARTING),
    Operation("POST", "/process/task", WRITE, resume, Takes.BODY),
    Operation("GET", "/process/instance/{processInstanceId}", READ, get),
)
