"""The request bodies of the documents, as tables."""

from __future__ import annotations

from typing import Any

from procspec.providers.emulator.checks import (
    Check,
    anything,
    array,
    array_of,
    below,
    boolean,
    date,
    members,
    name,
    one_of,
    text,
)
from procspec.providers.emulator.errors import bad_request
from procspec.providers.emulator.nouns import Object

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TRIGGERS = ("whenEligible", "manual")
"""Guide, "Key Concepts", Trigger Type."""

ACTIONS = ("sendTask", "contentRequest", "certification")
"""Guide, "Action Types". The four types that end in `Generated` are the server's own."""

MOST_RENAMES = 3000
"""Schema page of BatchUpdate: `data` holds 0 to 3000 items."""

FLAT_PEOPLE = {"assigneeUser": "assignee", "approverUser": "approver"}
"""T2: the reference's shorthand (the id alone) and the member that it stands for."""

_PERSON = members({"id": name, "type": one_of("user")}, required=("id", "type"))

_PEOPLE: dict[str, Check] = {
    "assignee": _PERSON,
    "approver": _PERSON,
    "assigneeUser": name,
    "approverUser": name,
}

_ARGUMENTS: dict[str, dict[str, Check]] = {
    "sendTask": {
        **_PEOPLE,
        "title": name,
        "dueDate": date,
        "approverDueDate": date,
        "instructions": text,
        "document": name,
    },
    "contentRequest": {
        **_PEOPLE,
        "title": name,
        "document": name,
        "section": name,
        "dueDate": date,
        # No example of a contentRequest shows it, but the product asks for two due dates (inference).
        "approverDueDate": date,
        "instructions": text,
    },
    # The shape of `steps` is published nowhere: any array passes.
    "certification": {"title": name, "sourceLetter": name, "steps": array},
}


def _payload(action: str) -> Check:
    """One `...Args` object, its people in the object form whichever way they came (T2)."""
    shape = members(_ARGUMENTS[action])

    def check(value: Any, at: str) -> Object:
        given: Object = shape(value, at)
        for flat, member in FLAT_PEOPLE.items():
            if flat in given:
                if member in given:
                    raise bad_request(f"Must not be given beside {member}", below(at, flat))
                given[member] = {"id": given.pop(flat), "type": "user"}
        return given

    return check


_ACTION_ARGUMENTS = members(
    {"type": one_of(*ACTIONS), **{f"{action}Args": _payload(action) for action in ACTIONS}},
    required=("type",),
)


def _arguments(value: Any, at: str) -> Object:
    """ActionArguments: `type` is required, and only the payload that it names may be filled."""
    given: Object = _ACTION_ARGUMENTS(value, at)
    for member in given:
        if member not in ("type", f"{given['type']}Args"):
            raise bad_request(f"Does not belong to the type {given['type']}", below(at, member))
    return given


_JOB = members({"arguments": _arguments, "triggerType": one_of(*TRIGGERS)}, required=("arguments",))


def _child(value: Any, at: str) -> Object:
    """`{type: job, job: ...}`. No example of a nested group is published; `group` follows it (inference)."""
    given: Object = _CHILD(value, at)
    if set(given) != {"type", given["type"]}:
        raise bad_request("Must hold exactly the member that its type names", at)
    return given


def _group(value: Any, at: str) -> Object:
    given: Object = _GROUP(value, at)
    return given


_CHILD = members({"type": one_of("job", "group"), "job": _JOB, "group": _group}, required=("type",))
_GROUP = members(
    {
        "name": name,
        "parallel": boolean,
        "readOnly": boolean,
        "triggerType": one_of(*TRIGGERS),
        "children": array_of(_child),
    },
    required=("name",),
)

SETTINGS: dict[str, Check] = {
    "name": name,
    "autoClose": boolean,
    "certAutoApprove": boolean,
    "relativeDates": boolean,
    "ipmBetaEnabled": boolean,
    "iwmOptOut": boolean,
    "dueDate": date,
    "businessStartDate": date,
    "businessEndDate": date,
    "businessDaysOfWeek": array_of(one_of(*WEEKDAYS)),
    "businessDateExclusions": array_of(date),
    "businessDateInclusions": array_of(date),
    "calendarIds": array_of(name, unique=True),
    # The shape of reminders is published nowhere.
    "defaultCertSignerReminders": anything,
    "defaultCertApproverReminders": anything,
}
"""What a process has beside its root (guide, "Creating a Process" and "Patchable paths")."""

ALWAYS_SET = ("name", "autoClose", "certAutoApprove", "relativeDates", "ipmBetaEnabled", "iwmOptOut")
"""Members that are never absent, so `remove` is not listed for them."""

PATCHABLE: dict[str, tuple[Check, bool]] = {
    **{f"/{member}": (check, member not in ALWAYS_SET) for member, check in SETTINGS.items()},
    "/root/parallel": (boolean, False),
    "/root/triggerType": (one_of(*TRIGGERS), False),
}
"""Guide, "Patchable paths": path -> (what a value must be, whether `remove` is listed)."""

PROCESS = members({**SETTINGS, "root": _group}, required=("name", "root"))
"""Body of `POST /processes`. What the server decides (`id`, `revision`, `created`) is unknown here."""

RUN = members({"sendProcessCompleteEmail": boolean})
"""Body of `POST /processes/{id}/run`, optional."""

_JOB_RUN = members(
    {"action": one_of(*ACTIONS), "arguments": _arguments, "triggerType": one_of(*TRIGGERS)},
    required=("action", "arguments"),
)


def _job_run(value: Any, at: str) -> Object:
    """T7: a run-time job names its action twice, and both must say the same."""
    given: Object = _JOB_RUN(value, at)
    if given["action"] != given["arguments"]["type"]:
        raise bad_request("Must be the type of the arguments", below(at, "action"))
    return given


JOB_RUNS = array_of(_job_run)
"""Body of `POST /processRuns/{id}/jobRuns`: a bare array."""

_NEW_NAME: dict[str, Check] = {"id": name, "newName": name}
_RENAME = members(
    {
        "type": one_of("jobName", "groupName"),
        **_NEW_NAME,
        "jobNameUpdate": members(_NEW_NAME, required=_NEW_NAME),
        "groupNameUpdate": members(_NEW_NAME, required=_NEW_NAME),
    },
    required=("type",),
)


def _rename(value: Any, at: str) -> Object:
    """T1: the guide's flat item, or the schema page's nested one; both become the flat one."""
    given: Object = _RENAME(value, at)
    nested = f"{given['type']}Update"
    if set(given) == {"type", nested}:
        return {"type": given["type"], **given[nested]}
    if set(given) != {"type", "id", "newName"}:
        raise bad_request(f"Must hold id and newName, or {nested}", at)
    return given


_BATCH = members({"data": array}, required=("data",))


def batch(value: Any, at: str) -> list[Object]:
    """Body of `POST /processes/{id}/batchUpdates`, as a list of flat renames."""
    data = _BATCH(value, at)["data"]
    if len(data) > MOST_RENAMES:
        raise bad_request(f"Must hold at most {MOST_RENAMES} items", below(at, "data"))
    renames: list[Object] = array_of(_rename)(data, below(at, "data"))
    return renames
