"""What 003 shows of a definition and of an instance, member by member in its order."""

from __future__ import annotations

from urllib.parse import quote

from procspec.providers.emulator.nouns import Object

_LISTED = ("key", "name", "version", "description", "hasStartForm")
_TASK = ("taskId", "taskName", "assignee", "createTime")


def listed(definition: Object) -> Object:
    """An entry of `GET /processapi/list`."""
    return {member: definition[member] for member in _LISTED}


def flagged(definition: Object) -> Object:
    """As `listed`, with the member for what is suspended; no document shows one (inference)."""
    return {**listed(definition), "suspended": definition["suspended"]}


def started(instance: Object) -> Object:
    """The answer to a start."""
    return {
        "processInstanceId": instance["id"],
        "processDefinitionKey": instance["definition"]["key"],
        "message": "Process started successfully",
    }


def status(instance: Object, files: list[str]) -> Object:
    """The answer to `GET /processapi/{id}/status`; an entry of `files` is its stored name (inference)."""
    return {
        "processInstanceId": instance["id"],
        "processDefinitionName": instance["definition"]["name"],
        "processDefinitionKey": instance["definition"]["key"],
        "startTime": instance["startTime"],
        "endTime": instance["endTime"],
        "status": instance["status"],
        "activeTasks": [{member: task[member] for member in _TASK} for task in instance["tasks"]],
        "variables": instance["variables"],
        "files": files,
    }


def disposition(shown: str) -> str:
    """The header of a download (003, "Download File"); a name that it cannot hold goes in RFC 8187's form."""
    if shown.isascii() and shown.isprintable():
        escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
        return f'attachment; filename="{escaped}"'
    return f"attachment; filename*=UTF-8''{quote(shown, safe='')}"
