"""One account of apptor flow over HTTP: every method is one request, reading is a dumb copy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, BinaryIO

from procspec.errors import UnknownOutcome
from procspec.http import Answer, Http
from procspec.model import Action, Definition, Finding, Json, Node, Receipt, Request, Run
from procspec.providers.apptor import wire
from procspec.providers.apptor.endpoints import endpoint
from procspec.providers.apptor.requests import instance


class Client:
    """A `Service` of apptor flow."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def read(self, id: str) -> Node | None:
        """None: a flow cannot be read (api-facts 3.2)."""
        return None

    def send(self, request: Request) -> Receipt:
        """One request of a plan, as it stands."""
        answer = self._sent(request.method, request.path, query=request.query, body=request.body)
        try:
            return Receipt(ids=_made(request, answer.body), trace=answer.trace)
        except UnknownOutcome as doubt:
            doubt.trace = answer.trace
            raise

    def _sent(self, method: str, path: str, **more: Any) -> Answer:
        """Sends under the rules of the endpoint."""
        row = endpoint(method, path)
        return self._http.send(method, path, resend=row.resend, accept=row.accept, **more)

    def read_run(self, id: str, *, once: bool = False, within: float = math.inf) -> Run | None:
        """`GET /process/instance/{id}`; None on 404."""
        answer = self._sent("GET", instance(id), once=once, within=within)
        return None if answer.status == 404 else wire.run(answer.body, id)

    def definitions(self) -> tuple[Definition, ...] | None:
        """None: there is a `/process/list`, but no page shows its answer (A6)."""
        return None

    def download(
        self, run: str, file: str, into: BinaryIO, heard: Callable[[int, int | None], None]
    ) -> str | None:
        """None: a run keeps no files."""
        return None

    def validate(self, live: Node) -> tuple[Finding, ...]:
        """Nothing: there is no dry check."""
        return ()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()


def _made(request: Request, body: Json) -> tuple[str, ...]:
    """The id of the instance that a request started; a step that was finished makes nothing."""
    if request.action is Action.RUN:
        return (wire.started(request.body, body),)
    wire.resumed(request.body, body)
    return ()
