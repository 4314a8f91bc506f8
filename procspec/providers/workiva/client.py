"""One Workiva account over HTTP: every method is one request (api-facts 1.4), reading is a dumb copy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, BinaryIO

from procspec.errors import ServiceError, UnknownOutcome
from procspec.http import Answer, Http
from procspec.model import Action, Definition, Finding, Json, Node, Receipt, Request, Run
from procspec.providers.workiva import runs, wire
from procspec.providers.workiva.endpoints import endpoint
from procspec.providers.workiva.lower import resource
from procspec.providers.workiva.targets import locate, needs_whole_tree

VERSION = "2026-04-01.processes.preview"
"""The `X-Version` of every request (guide, "Prerequisites & Authentication")."""


class Client:
    """A `Service` of the Processes API."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def read(self, id: str) -> Node | None:
        """`GET /processes/{id}` without generated jobs; None on 404, which a trashed process answers too."""
        return self._read(id, generated=False)

    def _read(self, id: str, *, generated: bool) -> Node | None:
        query = {} if generated else {"excludeGeneratedJobs": "true"}
        answer = self._sent("GET", resource(id), query=query)
        if answer.status == 404:
            return None
        live = wire.process(answer.body)
        if live.id != id:
            raise ServiceError(f"The server answered with another process than the one asked for ({id}).")
        return live

    def send(self, request: Request) -> Receipt:
        """One request of a plan, as it stands."""
        media = request.media or "application/json"
        answer = self._sent(request.method, request.path, query=request.query, body=request.body, media=media)
        if request.method == "DELETE" and answer.status == 404:
            self._check_gone(request.path)
        try:
            return Receipt(ids=_made(request, answer.body), trace=answer.trace)
        except UnknownOutcome as doubt:
            doubt.trace = answer.trace
            raise

    def _check_gone(self, path: str) -> None:
        """A process that is gone already is what was wanted, if it is gone."""
        if self._sent("GET", path).status != 404:
            raise ServiceError(f"DELETE {path} was answered with 404, yet the process is there.", status=404)

    def _sent(self, method: str, path: str, **more: Any) -> Answer:
        """Sends under the rules of the endpoint."""
        row = endpoint(method, path)
        return self._http.send(method, path, resend=row.resend, accept=row.accept, **more)

    def read_run(self, id: str, *, once: bool = False, within: float = math.inf) -> Run | None:
        """`GET /processRuns/{id}`; None on 404."""
        answer = self._sent("GET", resource(id, of="processRuns"), once=once, within=within)
        if answer.status == 404:
            return None
        run = runs.run(answer.body)
        if run.id != id:
            raise ServiceError(f"The server answered with another run than the one asked for ({id}).")
        return run

    def definitions(self) -> tuple[Definition, ...] | None:
        """None: the preview has no list (T21)."""
        return None

    def download(
        self, run: str, file: str, into: BinaryIO, heard: Callable[[int, int | None], None]
    ) -> str | None:
        """None: a run keeps no files."""
        return None

    def validate(self, live: Node) -> tuple[Finding, ...]:
        """`POST /processes/{id}/validation`; an empty list means that the process can be run."""
        answer = self._sent("POST", resource(live.id, "validation"))
        errors = _errors(answer.body)
        tree = live
        if needs_whole_tree(errors, live):
            tree = self._read(str(live.id), generated=True) or live
        return tuple(locate(error, tree) for error in errors)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()


def _made(request: Request, body: Json) -> tuple[str, ...]:
    """The ids out of the answer to a create, a run or job runs."""
    if request.action is Action.RUN:
        return (_started(body),)
    if request.action is Action.ADD_JOBS:
        return _added(request.body, body)
    return (_created(request.body, body),) if request.path == "/processes" else ()


def _added(sent: Json, body: Json) -> tuple[str, ...]:
    """The ids of new job runs, one for each that was sent; a bare array (reference, "Example Responses")."""
    found = body if isinstance(body, list) else []
    ids = tuple(str(job["id"]) for job in found if isinstance(job, dict) and job.get("id"))
    if len(ids) != len(sent):
        raise UnknownOutcome("The answer does not have an id for every job.", request="POST jobRuns")
    return ids


def _created(sent: Json, body: Json) -> str:
    """The id out of a create answer; without a credible one the process cannot be found (T21)."""
    data = body if isinstance(body, dict) else {}
    id, name = data.get("id"), data.get("name")
    if not isinstance(id, str) or not id:
        raise UnknownOutcome("The answer to the create has no process id.", request="POST /processes")
    if isinstance(name, str) and name.split() != str(sent["name"]).split():
        raise UnknownOutcome(
            f"The answer to the create is about another process: {name} ({id}).", request="POST /processes"
        )
    return id


def _started(body: Json) -> str:
    """The id out of the answer to a run; without one the run exists and nobody knows it."""
    id = body.get("id") if isinstance(body, dict) else None
    if not isinstance(id, str) or not id:
        raise UnknownOutcome("The answer to the run has no run id.", request="POST run")
    return id


def _errors(body: Json) -> list[dict[str, Any]]:
    """The list of a validation answer; a validation that cannot be read is no clean bill."""
    errors = body.get("errors") if isinstance(body, dict) else None
    if not isinstance(errors, list) or not all(isinstance(error, dict) for error in errors):
        raise ServiceError("The answer of the validation has no readable list of errors.")
    return errors
