"""One Workiva account over HTTP: every method is one request (api-facts 1.4), reading is a dumb copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from procspec.errors import ServiceError, UnknownOutcome
from procspec.model import Finding, Json, Node, Request
from procspec.providers.workiva import wire
from procspec.providers.workiva.lower import resource
from procspec.providers.workiva.targets import locate, needs_whole_tree

if TYPE_CHECKING:
    from procspec.http import Http, Resend

VERSION = "2026-04-01.processes.preview"
"""The `X-Version` of every request (guide, "Prerequisites & Authentication")."""

_ACCEPTED: Mapping[tuple[str, str], tuple[int, ...]] = {
    # No document shows the status of a create: 201 is the custom, 200 is what the guide's others answer.
    ("POST", "processes"): (200, 201),
    ("PATCH", "{id}"): (200,),
    ("POST", "batchUpdates"): (200,),
    # guide, "Trashing a Process": 204. A process that is gone already is what was wanted.
    ("DELETE", "{id}"): (200, 204, 404),
    ("POST", "restore"): (200,),
}


class Client:
    """A `Service` of the Processes API."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def read(self, id: str) -> Node | None:
        """`GET /processes/{id}` without generated jobs; None on 404, which a trashed process answers too."""
        return self._read(id, generated=False)

    def _read(self, id: str, *, generated: bool) -> Node | None:
        query = {} if generated else {"excludeGeneratedJobs": "true"}
        answer = self._http.send("GET", resource(id), query=query, resend=_resend("GET"), accept=(200, 404))
        if answer.status == 404:
            return None
        live = wire.process(answer.body)
        if live.id != id:
            raise ServiceError(f"The server answered with another process than the one asked for ({id}).")
        return live

    def send(self, request: Request) -> str | None:
        """One request of a plan, as it stands; the id when it created a process."""
        create = request.path == "/processes"
        answer = self._http.send(
            request.method,
            request.path,
            body=request.body,
            media=request.media or "application/json",
            resend=_resend("CREATE" if create else request.method),
            accept=_accepted(request),
        )
        return self._created(answer.body) if create else None

    def _created(self, body: Json) -> str:
        """The id out of a create answer; without one the process exists and cannot be found (T21)."""
        id = body.get("id") if isinstance(body, dict) else None
        if not isinstance(id, str) or not id:
            raise UnknownOutcome("The answer to the create has no process id.", request="POST /processes")
        return id

    def validate(self, live: Node) -> tuple[Finding, ...]:
        """`POST /processes/{id}/validation`; an empty list means that the process can be run."""
        answer = self._http.send("POST", resource(live.id, "validation"), resend=_resend("GET"))
        errors = _errors(answer.body)
        tree = live
        if needs_whole_tree(errors, live):
            tree = self._read(str(live.id), generated=True) or live
        return tuple(locate(error, tree) for error in errors)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()


def _accepted(request: Request) -> tuple[int, ...]:
    last = request.path.rsplit("/", 1)[-1]
    return _ACCEPTED.get((request.method, last)) or _ACCEPTED[request.method, "{id}"]


def _resend(kind: str) -> Resend:
    """Which requests may be sent again (DESIGN section 5): reading and validation always, a create never."""
    from procspec.http import Resend

    return {"GET": Resend.ALWAYS, "CREATE": Resend.NEVER}.get(kind, Resend.CHECKED)


def _errors(body: Json) -> list[dict[str, Any]]:
    """The list of a validation answer; a validation that cannot be read is no clean bill."""
    errors = body.get("errors") if isinstance(body, dict) else None
    if not isinstance(errors, list) or not all(isinstance(error, dict) for error in errors):
        raise ServiceError("The answer of the validation has no readable list of errors.")
    return errors
