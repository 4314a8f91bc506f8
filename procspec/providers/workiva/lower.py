"""From changes to requests: the fewest that carry out what was planned (guide, "Updating a Process")."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import quote

from procspec.model import NEW_ID, PROCESS, ROOT, Action, Change, Json, Kind, Launch, Node, Request, When
from procspec.providers.workiva.wire import job_run, payload

PATCH_MEDIA = "application/json-patch+json"
"""T14: the guide's content type; the platform's other PATCH operations say application/json."""
JSON_MEDIA = "application/json"
BATCH = 3000
"""The most renames of one request (reference of BatchUpdate, `data`)."""


def lower(live: Node | None, planned: Node | None, changes: tuple[Change, ...]) -> tuple[Request, ...]:
    """The requests for all pending changes of one process, in the order in which they are to be sent.

    `planned` is what is to be there afterwards; for a create or a replacement, all of it.
    """
    pending = [change for change in changes if change.action is not Action.NOOP]
    actions = {change.action for change in pending}
    if Action.CREATE in actions:
        return (*_trash(pending), _create(planned, pending, Action.CREATE))
    if Action.REPLACE in actions:
        return (*_trash(pending), *_replace(live, planned, pending))
    return (*_restore(pending), *_trash(pending), *_batches(live, pending), *_patch(live, pending))


def resource(id: str | None, *more: str, of: str = "processes") -> str:
    """The path of a process or of what is below it; an id is one segment, whatever is in it."""
    known = id if id == NEW_ID else quote(str(id), safe="")
    return "/".join(["", of, known, *more])


def start(launch: Launch) -> Request:
    """The request that starts a run (reference, "Run a Process"); the e-mail is the API's own default."""
    body = {"sendProcessCompleteEmail": launch.email}
    path = resource(launch.process, "run")
    return Request(action=Action.RUN, method="POST", path=path, body=body, media=JSON_MEDIA)


def add(run: str, jobs: tuple[Node, ...], *, group: str, sibling: str, before: bool) -> Request:
    """The request that adds job runs, as a bare array (reference, "Create one or more Job runs")."""
    # T17: `before` is a string, and the sibling may be a job or a group; without a sibling it says nothing.
    placing = {"parentGroupId": group, "relativeSiblingId": sibling}
    if sibling:
        placing["before"] = "true" if before else "false"
    return Request(
        action=Action.ADD_JOBS,
        method="POST",
        path=resource(run, "jobRuns", of="processRuns"),
        body=[job_run(job) for job in jobs],
        media=JSON_MEDIA,
        query={name: value for name, value in placing.items() if value},
    )


def _create(planned: Node | None, changes: Iterable[Change], action: Action) -> Request:
    if planned is None:
        raise ValueError("a create needs the planned process")
    paths = tuple(change.path for change in changes if change.action is not Action.TRASH)
    return Request(
        action=action,
        method="POST",
        path="/processes",
        body=payload(planned),
        media=JSON_MEDIA,
        carries=paths,
    )


def _replace(live: Node | None, planned: Node | None, changes: list[Change]) -> tuple[Request, ...]:
    """A create and its two ends; the ends alone when the new process is there already."""
    begun = next((change for change in changes if change.action is Action.REPLACE and not change.path), None)
    if begun is not None:
        paths = (begun.path,)
        return _end(begun.before, paths, When.VALID), _end(begun.after, paths, When.INVALID)
    if live is None:
        raise ValueError("a replacement needs the live process")
    create = _create(planned, changes, Action.REPLACE)
    ends = _end(live.id, create.carries, When.VALID), _end(NEW_ID, create.carries, When.INVALID)
    return create, *ends


def _end(id: str | None, carries: tuple[str, ...], when: When) -> Request:
    """A replacement ends with the old process trashed, or with the new one if it is not valid."""
    return Request(action=Action.REPLACE, method="DELETE", path=resource(id), carries=carries, when=when)


def _trash(changes: Iterable[Change]) -> Iterator[Request]:
    for change in changes:
        if change.action is Action.TRASH:
            yield Request(
                action=Action.TRASH,
                method="DELETE",
                path=resource(change.before),
                carries=(change.path,),
            )


def _restore(changes: Iterable[Change]) -> Iterator[Request]:
    for change in changes:
        if change.action is Action.RESTORE:
            path = resource(change.before, "restore")
            yield Request(action=Action.RESTORE, method="POST", path=path, carries=(change.path,))


def _batches(live: Node | None, changes: Iterable[Change]) -> Iterator[Request]:
    """Renames in the flat form of the guide (T1), at most 3,000 a request."""
    if live is None:
        return
    nodes = {node.key: node for node in live.walk()}
    renames = iter([change for change in changes if change.action is Action.RENAME])
    while batch := list(islice(renames, BATCH)):
        yield Request(
            action=Action.RENAME,
            method="POST",
            path=resource(live.id, "batchUpdates"),
            body={"data": [_rename(nodes[change.node], change) for change in batch]},
            media=JSON_MEDIA,
            carries=tuple(change.path for change in batch),
        )


def _rename(node: Node, change: Change) -> Json:
    kind = "groupName" if node.kind is Kind.GROUP else "jobName"
    return {"type": kind, "id": node.id, "newName": change.after}


def _patch(live: Node | None, changes: Iterable[Change]) -> Iterator[Request]:
    updates = [change for change in changes if change.action is Action.UPDATE]
    if live is not None and updates:
        yield Request(
            action=Action.UPDATE,
            method="PATCH",
            path=resource(live.id),
            body=[operation(change) for change in updates],
            media=PATCH_MEDIA,
            carries=tuple(change.path for change in updates),
        )


def operation(change: Change) -> Json:
    """One operation of RFC 6902, `replace` or `remove`, the value whole (guide, patchable paths)."""
    pointer = {PROCESS: f"/{change.field}", ROOT: f"/root/{change.field}"}[change.node]
    if change.after is None:
        return {"op": "remove", "path": pointer}
    return {"op": "replace", "path": pointer, "value": change.after}
