"""Control endpoints of this emulator: what people do in the web application, and at `/admin/api-keys`."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from procspec.providers.emulator.calls import READ, WRITE, Takes
from procspec.providers.emulator.checks import boolean, members, name, text
from procspec.providers.emulator.control import AT, Controls, id_controls
from procspec.providers.emulator.errors import Refusal, bad_request
from procspec.providers.emulator.nouns import Answer, Object
from procspec.providers.workingflow.emulator import instances, views
from procspec.providers.workingflow.emulator.definitions import DEFINITION, whole
from procspec.providers.workingflow.emulator.errors import no_instance, no_process
from procspec.providers.workingflow.emulator.operations import variables
from procspec.providers.workingflow.emulator.world import Call, Operation

_STATE = members({"suspended": boolean}, required=("suspended",))
_BEGIN = members({"user": name, "variables": variables}, required=("user",))
_CLAIM = members({"task": name, "user": name}, required=("task", "user"))
_COMPLETE = members({"task": name, "outcome": name, "variables": variables}, required=("task",))
_END = members({"status": name})
_KEY = members({"key": name, "name": name, "active": boolean}, required=("key",))


def _content(value: Any, at: str) -> bytes:
    try:
        return base64.b64decode(text(value, at), validate=True)
    except (binascii.Error, ValueError):
        raise bad_request("Must be base64", at) from None


_FILE = members(
    {"name": name, "shown": text, "variable": name, "content": _content}, required=("name", "content")
)


# ---------------------------------------------------------------------------------------- definitions


def deploy(call: Call) -> Answer:
    """Deploys a definition; of a key that is known, the next version. Instances keep the one they have."""
    given = DEFINITION(call.body, "")
    known = call.world.store.definition(given["key"])
    made = whole(given, known["version"] + 1 if known else 1)
    call.world.store.put_definition({**made, "suspended": False})
    return Answer(200, made)


def _definition(call: Call) -> Object:
    definition = call.world.store.definition(call.ids["processKey"])
    if definition is None:
        raise no_process()
    return definition


def set_state(call: Call) -> Answer:
    """Suspends a definition, or activates it."""
    definition = _definition(call)
    definition |= _STATE(call.body, "")
    call.world.store.put_definition(definition)
    return Answer(200, views.flagged(definition))


def begin(call: Call) -> Answer:
    """Starts an instance as somebody does in the web list, a start form or not."""
    given = _BEGIN(call.body, "")
    made = instances.start(call.world, _definition(call), given.get("variables", {}), given["user"])
    return Answer(201, views.started(made))


# ------------------------------------------------------------------------------------------ instances


def list_instances(call: Call) -> Answer:
    """Every instance, in the order of its start."""
    found = [
        {
            **{member: each[member] for member in ("id", "status", "startTime", "endTime")},
            "process": each["definition"]["key"],
        }
        for each in call.world.store.instances()
    ]
    return Answer(200, found)


def _saved(call: Call, instance: Object) -> Answer:
    call.world.store.put_instance(instance)
    return Answer(200, views.status(instance, call.world.store.files(instance["id"])))


def claim(call: Call) -> Answer:
    """Somebody takes a task that was offered to a role."""
    given, instance = _CLAIM(call.body, ""), instances.live(call.world, call.ids["id"])
    instances.task_of(instance, given["task"])["assignee"] = given["user"]
    return _saved(call, instance)


def complete(call: Call) -> Answer:
    """Somebody finishes a task: what was entered, and the outcome where the process asks for one."""
    given, instance = _COMPLETE(call.body, ""), instances.live(call.world, call.ids["id"])
    task = instances.task_of(instance, given["task"])
    instances.complete(call.world, instance, task, given.get("variables", {}), given.get("outcome"))
    return _saved(call, instance)


def end(call: Call) -> Answer:
    """An administrator ends an instance; the status is whatever word the caller has for it."""
    instance = instances.live(call.world, call.ids["id"])
    given = _END({} if call.body is None else call.body, "")
    instances.end(call.world, instance, given.get("status", instances.COMPLETED))
    return _saved(call, instance)


def upload(call: Call) -> Answer:
    """Keeps a file as a form does (api-facts 2.4): under eight digits and its name, in a variable.

    `content` is base64; `shown` is the name for people where it is to be another one than `name`.
    """
    given = _FILE(call.body, "")
    instance = call.world.store.instance(call.ids["id"])
    if instance is None:
        raise no_instance()
    if "/" in given["name"]:
        raise bad_request("Must not have a /: it is one segment of a path", "/name")
    stored = f"{call.world.store.new_id('file')}_{given['name']}"
    call.world.store.add_file(instance["id"], stored, given.get("shown", given["name"]), given["content"])
    if "variable" in given:
        instance["variables"][given["variable"]] = stored
    return _saved(call, instance)


# ----------------------------------------------------------------------------------------------- keys


def list_keys(call: Call) -> Answer:
    """Every API key, and whether it is active."""
    return Answer(200, [_shown(key) for key in call.world.store.api_keys()])


def _shown(key: Object) -> Object:
    return {"key": key["id"], "name": key["name"], "active": key["active"]}


def put_key(call: Call) -> Answer:
    """Makes an API key, or changes one: its name, which `initiator` shows, and whether it is active."""
    given = _KEY(call.body, "")
    if not given["key"].startswith("wf_"):
        raise Refusal(400, "Must begin with wf_", target="/key")
    known = call.world.store.key(given["key"]) or {"id": given["key"], "name": "API", "active": True}
    made = {**known, **{member: given[member] for member in ("name", "active") if member in given}}
    call.world.store.put_key(made)
    return Answer(200, _shown(made))


_DEFINITION, _INSTANCE = f"{AT}/definitions", f"{AT}/instances"

CONTROLS: Controls = (
    Operation("POST", _DEFINITION, WRITE, deploy, Takes.BODY),
    Operation("PUT", f"{_DEFINITION}/{{processKey}}/state", WRITE, set_state, Takes.BODY),
    Operation("POST", f"{_DEFINITION}/{{processKey}}/start", WRITE, begin, Takes.BODY),
    Operation("GET", _INSTANCE, READ, list_instances),
    Operation("POST", f"{_INSTANCE}/{{id}}/claim", WRITE, claim, Takes.BODY),
    Operation("POST", f"{_INSTANCE}/{{id}}/complete", WRITE, complete, Takes.BODY),
    Operation("POST", f"{_INSTANCE}/{{id}}/end", WRITE, end, Takes.OPTIONAL),
    Operation("POST", f"{_INSTANCE}/{{id}}/files", WRITE, upload, Takes.BODY),
    Operation("GET", f"{AT}/keys", READ, list_keys),
    Operation("PUT", f"{AT}/keys", WRITE, put_key, Takes.BODY),
    *id_controls(("file",)),
)
