"""One Workingflow account over HTTP: every method is one request (003), reading is a dumb copy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar

from procspec.errors import ServiceError, UnknownOutcome
from procspec.http import Answer, Http, shown_name
from procspec.model import Definition, Finding, Json, Node, Receipt, Request, Run
from procspec.providers.workingflow import wire
from procspec.providers.workingflow.endpoints import (
    FILE_NOT_FOUND,
    HINTS,
    INSTANCE_NOT_FOUND,
    UNAUTHORIZED,
    endpoint,
)

T = TypeVar("T")


class Client:
    """A `Service` of Workingflow."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def read(self, id: str) -> Node | None:
        """None, without a request: a definition cannot be read."""
        return None

    def send(self, request: Request) -> Receipt:
        """One start, as it stands; the id is the instance's."""
        answer = self._sent(request.method, request.path, body=request.body)
        try:
            return Receipt(ids=(_started(request, answer.body),), trace=answer.trace)
        except UnknownOutcome as doubt:
            doubt.trace = answer.trace
            raise

    def _sent(self, method: str, path: str, **more: Any) -> Answer:
        """Sends under the rules of the endpoint."""
        row = endpoint(method, path)
        return _hinted(lambda: self._http.send(method, path, resend=row.resend, accept=row.accept, **more))

    def read_run(self, id: str, *, once: bool = False, within: float = math.inf) -> Run | None:
        """`GET /processapi/{id}/status`; None when there is no such instance."""
        try:
            answer = self._sent("GET", wire.resource(id, "status"), once=once, within=within)
        except ServiceError as error:
            if _is_missing(error, INSTANCE_NOT_FOUND):
                return None
            raise
        run = wire.run(answer.body)
        if run.id != id:
            raise ServiceError(f"The server answered with another instance than the one asked for ({id}).")
        return run

    def definitions(self) -> tuple[Definition, ...] | None:
        """`GET /processapi/list`."""
        return wire.definitions(self._sent("GET", "/processapi/list").body)

    def download(
        self, run: str, file: str, into: BinaryIO, heard: Callable[[int, int | None], None]
    ) -> str | None:
        """`GET /processapi/{id}/files/{filename}`; None when there is no such instance or file.

        The name is that of Content-Disposition, "" when the server shows none.
        """
        path = wire.resource(run, "files", file)
        try:
            answer = _hinted(lambda: self._http.download(path, into=into, heard=heard))
        except ServiceError as error:
            if _is_missing(error, FILE_NOT_FOUND, INSTANCE_NOT_FOUND):
                return None
            raise
        return shown_name(answer.headers)

    def validate(self, live: Node) -> tuple[Finding, ...]:
        """Nothing: there is no such call (api-facts 4, "dry check")."""
        return ()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()


def _is_missing(error: ServiceError, *codes: str) -> bool:
    """Whether a 404 is the one that was meant: a process key in the place of an id has another code
    (api-facts 2.5), and so has a url that is not the server's."""
    return error.status == 404 and error.code in codes


def _hinted(call: Callable[[], T]) -> T:
    """The call; an error with a documented code says what to do about it."""
    try:
        return call()
    except UnknownOutcome:
        raise
    except ServiceError as error:
        hint = HINTS.get(error.code, error.hint)
        error.hint = f"{error.hint} {hint}".strip() if error.code == UNAUTHORIZED else hint
        raise


def _started(request: Request, body: Json) -> str:
    """The id out of the answer to a start; without a credible one nobody knows the instance that there is."""
    data = body if isinstance(body, dict) else {}
    id, key = wire.instance_id(data), data.get("processDefinitionKey")
    if not id:
        raise UnknownOutcome("The answer to the start has no processInstanceId.", request=request.path)
    if isinstance(key, str) and wire.resource(key, "start") != request.path:
        raise UnknownOutcome(
            f"The answer to the start is about an instance of another process: {key} ({id}).",
            request=request.path,
        )
    return id
