"""The four documented operations (003, "Endpoints"), and what each of them does."""

from __future__ import annotations

import mimetypes
from typing import Any

from procspec.providers.emulator.calls import READ, WRITE, Takes
from procspec.providers.emulator.checks import members
from procspec.providers.emulator.errors import bad_request
from procspec.providers.emulator.nouns import Answer, Object
from procspec.providers.workingflow.emulator import instances, views
from procspec.providers.workingflow.emulator.errors import (
    no_file,
    no_instance,
    no_process,
    start_form,
    suspended,
)
from procspec.providers.workingflow.emulator.nouns import View
from procspec.providers.workingflow.emulator.quirks import SUSPENDED_FLAG
from procspec.providers.workingflow.emulator.world import Call, Operation


def variables(value: Any, at: str) -> Object:
    """A map of variables: names with something in them, values of any JSON type (api-facts 6)."""
    if not isinstance(value, dict):
        raise bad_request("Must be an object", at)
    if not all(name.strip() for name in value):
        raise bad_request("Must have names that are not empty", at)
    return value


_START = members({"variables": variables}, required=("variables",))


def list_definitions(call: Call) -> Answer:
    """200 with all that is deployed, what is suspended among it: no member says so, but for a quirk."""
    view = views.flagged if SUSPENDED_FLAG in call.quirks else views.listed
    return Answer(200, [view(each) for each in call.world.store.definitions()], View.LIST)


def start(call: Call) -> Answer:
    """201. That a suspended process is refused before its start form is, is inference."""
    definition = call.world.store.definition(call.ids["processKey"])
    if definition is None:
        raise no_process()
    given = _START(call.body, "")["variables"]
    if definition["suspended"]:
        raise suspended()
    if definition["hasStartForm"]:
        raise start_form(definition["key"])
    made = instances.start(call.world, definition, given, f"api:{call.caller}")
    return Answer(201, views.started(made), View.STARTED)


def status(call: Call) -> Answer:
    """200, also for an instance that has ended (inference)."""
    instance = call.world.store.instance(call.ids["id"])
    if instance is None:
        raise no_instance()
    return Answer(200, views.status(instance, call.world.store.files(instance["id"])), View.STATUS)


def download(call: Call) -> Answer:
    """200 with the bytes; the path has the stored name, the header the shown one."""
    if call.world.store.instance(call.ids["id"]) is None:
        raise no_instance()
    found = call.world.store.file(call.ids["id"], call.ids["filename"])
    if found is None:
        raise no_file()
    shown, content = found
    media = mimetypes.guess_type(call.ids["filename"])[0] or "application/octet-stream"
    return Answer(
        200, content, headers={"content-type": media, "content-disposition": views.disposition(shown)}
    )


_ONE = "/processapi/{id}"

OPERATIONS = (
    Operation("GET", "/processapi/list", READ, list_definitions),
    Operation("POST", "/processapi/{processKey}/start", WRITE, start, Takes.BODY),
    Operation("GET", f"{_ONE}/status", READ, status),
    Operation("GET", f"{_ONE}/files/{{filename}}", READ, download),
)
