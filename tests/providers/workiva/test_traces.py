"""The server's own id of a request: kept with what the request did, for its support."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from procspec.errors import UnknownOutcome
from procspec.halt import Halt
from procspec.http import Http
from procspec.model import Action, Credentials, Request
from procspec.providers.workiva.client import Client

CREATE = Request(action=Action.CREATE, method="POST", path="/processes", body={"name": "Close"})
TRASH = Request(action=Action.TRASH, method="DELETE", path="/processes/p-1")


def client(answer: Any) -> Client:
    """A client of a server that answers everything with that JSON, and names the request."""

    async def answered(asked: Asked) -> Response:
        named = {"X-Request-Id": f"trace of {asked.method}"}
        return JSONResponse(answer, headers=named) if answer else Response(status_code=204, headers=named)

    methods = ["POST", "DELETE"]
    app = Starlette(routes=[Route("/{path:path}", answered, methods=methods)])
    known = Credentials(token="token")
    return Client(Http("http://server.localhost", headers={}, credentials=known, app=app, halt=Halt()))


def test_a_receipt_has_it() -> None:
    receipt = client({"id": "p-1", "name": "Close"}).send(CREATE)
    assert (receipt.id, receipt.trace) == ("p-1", "trace of POST")
    assert client(None).send(TRASH).trace == "trace of DELETE"


def test_an_unknown_outcome_has_it() -> None:
    with pytest.raises(UnknownOutcome) as caught:
        client({"name": "Close"}).send(CREATE)
    assert caught.value.trace == "trace of POST"
