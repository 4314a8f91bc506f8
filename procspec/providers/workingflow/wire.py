"""Between our nouns and the JSON of Workingflow: reading accepts what 003 shows, and what it leaves open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from procspec.errors import ServiceError
from procspec.model import Action, Definition, Json, Kind, Launch, Phase, Request, Run, RunNode

# ------------------------------------------------------------------------------------------- to JSON


def start(launch: Launch) -> Request:
    """The request that starts an instance (003, "Start Process"); `process` is the definition's key."""
    return Request(
        action=Action.RUN,
        method="POST",
        path=resource(launch.process, "start"),
        body={"variables": dict(launch.inputs)},
    )


def resource(id: str, *more: str) -> str:
    """The path below a process key or an instance; each part is one segment, whatever is in it."""
    return "/".join(["/processapi", *(quote(part, safe="") for part in (id, *more))])


# --------------------------------------------------------------------------------------- definitions

START_FORM = "has a start form, which the API cannot start: start it in the web list"
SUSPENDED = "is suspended"


def definitions(body: Json) -> tuple[Definition, ...]:
    """The entries of `GET /processapi/list`, one a key; raises ServiceError for what cannot be read.

    A start has no version, so that of several entries of one key the newest counts (api-facts 2.5).
    """
    if not isinstance(body, list):
        raise ServiceError("The answer is no list of processes.")
    newest: dict[str, tuple[int, Definition]] = {}
    for entry in body:
        version, found = _definition(_object(entry, "process in the list"))
        if found.key not in newest or newest[found.key][0] <= version:
            newest[found.key] = version, found
    return tuple(found for _, found in newest.values())


def _definition(entry: dict[str, Any]) -> tuple[int, Definition]:
    key, name, version = entry.get("key"), entry.get("name"), entry.get("version")
    form = entry.get("hasStartForm")
    if not isinstance(key, str) or not key or not isinstance(form, bool):
        raise ServiceError("The list has a process without a readable key and hasStartForm.")
    if isinstance(version, bool) or not isinstance(version, int):
        raise ServiceError(f"The list has no readable version of {key}.")
    obstacle = SUSPENDED if _is_suspended(entry) else START_FORM if form else ""
    shown = name if isinstance(name, str) else ""
    return version, Definition(key=key, name=shown, version=str(version), obstacle=obstacle)


def _is_suspended(entry: Mapping[str, Json]) -> bool:
    """No document shows a member for it; the names are those of the engine below (inference)."""
    return entry.get("suspended") is True or entry.get("active") is False


# ---------------------------------------------------------------------------------------------- runs


def run(body: Json) -> Run:
    """An instance from `GET /processapi/{id}/status`; raises ServiceError when it is none.

    `endTime` is the one documented sign of the end; the status is shown as it is (api-facts 2.5). With a word
    that nobody knows nobody can tell how it ended.
    """
    data = _object(body, "instance")
    id, status, ended = instance_id(data), _text(data, "status"), data.get("endTime")
    name = _text(data, "processDefinitionName")
    if not id:
        raise ServiceError("The answer has no processInstanceId.")
    phase = _end(status) if ended else _GOING.get(status.casefold(), Phase.UNKNOWN)
    tasks = _list(data, "activeTasks")
    return Run(
        id=id,
        process=_text(data, "processDefinitionKey"),
        status=status,
        over=bool(ended),
        phase=phase,
        name=name,
        started=_text(data, "startTime"),
        ended=str(ended or ""),
        root=RunNode(
            kind=Kind.GROUP,
            id=id,
            title=name,
            status=status,
            phase=phase,
            parallel=True,
            children=tuple(_task(_object(task, "active task")) for task in tasks),
        ),
        variables=_object(data.get("variables") or {}, "map of variables"),
        files=tuple(_files(_list(data, "files"))),
    )


_GOING: Mapping[str, Phase] = {
    "active": Phase.RUNNING,  # 003, "Poll Status"
    "suspended": Phase.WAITING,  # inference: the word of the engine below
}
"""What the status of an instance without an end means."""

# All of it inference: no document shows the status of an instance that has ended (api-facts 2.5; W1).
_WELL = frozenset({"completed", "complete", "ended", "finished", "active", ""})
"""The words for a good end; also the published one, and none at all, where `endTime` alone tells of it."""

_BADLY: Mapping[str, Phase] = {
    "cancel": Phase.CANCELLED,
    "delet": Phase.CANCELLED,
    "terminat": Phase.CANCELLED,
    "abort": Phase.CANCELLED,
    "fail": Phase.FAILED,
    "error": Phase.FAILED,
}
"""Parts of the words for an end that is none to be glad of."""


def _end(status: str) -> Phase:
    word = status.strip().casefold()
    if word in _WELL:
        return Phase.COMPLETE
    return next((phase for part, phase in _BADLY.items() if part in word), Phase.UNKNOWN)


UNCLAIMED = "nobody has claimed it yet"
"""What a task without an assignee is: somebody can, and nobody has."""


def _task(data: Mapping[str, Json]) -> RunNode:
    """A task that waits for somebody; without an assignee it is offered to a role (api-facts 2.5; W3)."""
    person = _text(data, "assignee")
    return RunNode(
        kind=Kind.JOB,
        id=_text(data, "taskId"),
        title=_text(data, "taskName"),
        status="active",
        phase=Phase.RUNNING,
        person=person,
        since=_text(data, "createTime"),
        task=_text(data, "taskId"),
        detail="" if person else UNCLAIMED,
    )


_STORED = ("storedName", "storedFilename", "storedFileName", "filename", "fileName", "name")
"""Where an entry of `files` may have the name for the download, the surest first (inference)."""


def _files(entries: list[Json]) -> Iterator[str]:
    """The stored names; 003 shows no entry, and a name is never made up (api-facts 2.5)."""
    for entry in entries:
        data = entry if isinstance(entry, dict) else {"name": entry}
        stored = next((data[name] for name in _STORED if isinstance(data.get(name), str)), "")
        if stored:
            yield stored


def instance_id(data: Mapping[str, Json]) -> str:
    """The id of an instance, "" for none: digits in a text (003), which may also come as a number."""
    id = data.get("processInstanceId")
    return str(id) if isinstance(id, str | int) and not isinstance(id, bool) else ""


# -------------------------------------------------------------------------------------------- values


def _object(value: Json, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ServiceError(f"The answer has no readable {what}.")
    return value


def _list(data: Mapping[str, Json], name: str) -> list[Json]:
    value = data.get(name) or []
    if not isinstance(value, list):
        raise ServiceError(f"The answer has {name} that are no list.")
    return value


def _text(data: Mapping[str, Json], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
