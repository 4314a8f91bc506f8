"""The ASGI app: routes, the order in which a request is checked, and errors as documented bodies.

No endpoint awaits anything but the request's body, so the app runs on any event loop, or on none.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from procspec.providers.workiva.emulator import quirks, reading, tokens
from procspec.providers.workiva.emulator.calls import Call, Operation
from procspec.providers.workiva.emulator.control import CONTROLS
from procspec.providers.workiva.emulator.errors import Refusal
from procspec.providers.workiva.emulator.faults.control import FAULT_CONTROLS
from procspec.providers.workiva.emulator.faults.middleware import Faults
from procspec.providers.workiva.emulator.nouns import WRITE, Answer, Object
from procspec.providers.workiva.emulator.operations import OPERATIONS
from procspec.providers.workiva.emulator.store import Store
from procspec.providers.workiva.emulator.world import World

Endpoint = Callable[[Request], Awaitable[Response]]


def create(database: str | os.PathLike[str], *, clock: datetime.date | None, names: Iterable[str]) -> ASGIApp:
    """The emulator on a database; see `create_app`."""
    known = quirks.known(names)
    world = World(Store(database), clock, known)
    table: dict[str, dict[str, Endpoint]] = {path: {"POST": _token(world)} for path in tokens.PATHS}
    for operation in OPERATIONS:
        table.setdefault(operation.path, {})[operation.method] = _documented(world, operation)
    for control in (*CONTROLS, *FAULT_CONTROLS):
        table.setdefault(control.path, {})[control.method] = _control(world, control)
    app = Starlette(
        routes=[_route(path, methods) for path, methods in table.items()],
        exception_handlers={HTTPException: _http_error, 500: _server_error},
    )
    app.router.redirect_slashes = False
    return Faults(app, world)


def _route(path: str, methods: dict[str, Endpoint]) -> Route:
    """One route a path, so that a wrong method is 405 with all the right ones."""

    async def endpoint(request: Request) -> Response:
        return await methods[request.method](request)

    route = Route(path, endpoint, methods=list(methods))
    route.methods = set(methods)  # without the HEAD that comes with every GET: it is not documented
    return route


def _documented(world: World, operation: Operation) -> Endpoint:
    """A documented operation, and its quirks; faults stand around the whole app."""

    async def endpoint(request: Request) -> Response:
        entry = reading.entry_of(request)
        world.log(entry)
        try:
            call = await _call(world, operation, request, entry)
            answer = _perform(operation, call)
        except Refusal as refusal:
            entry["status"] = refusal.status
            return JSONResponse(refusal.body, refusal.status, refusal.headers)
        entry["status"] = answer.status
        return _response(answer, quirks.known((*world.quirks, *reading.quirks_of(request))))

    return endpoint


async def _call(world: World, operation: Operation, request: Request, entry: Object) -> Call:
    """Version, token, scope, query, size, content type, JSON: the first that is wrong answers."""
    reading.check_version(request)
    tokens.require(operation.scope, tokens.scopes_of(world.store, request.headers.get("authorization", "")))
    query = reading.query_of(request, operation)
    body = reading.body_of(await reading.bytes_of(request), reading.media_of(request), operation)
    entry["body"] = body
    return Call(world, request.path_params, query, body)


def _perform(operation: Operation, call: Call) -> Answer:
    """All or nothing: a refusal on the way undoes what was done."""
    store = call.world.store
    with store.transaction() if operation.scope == WRITE else store.reading():
        return operation.handle(call)


def _response(answer: Answer, names: Iterable[str] = ()) -> Response:
    if answer.status == 204:
        return Response(status_code=204)
    return JSONResponse(quirks.applied(names, answer), answer.status)


def _control(world: World, operation: Operation) -> Endpoint:
    """A control endpoint: no version, no token, not logged, never quirky."""

    async def endpoint(request: Request) -> Response:
        try:
            reading.check_origin(request)
            raw = await reading.bytes_of(request)
            call = Call(world, request.path_params, {}, reading.parse(raw) if raw else None)
            return _response(_perform(operation, call))
        except Refusal as refusal:
            return JSONResponse(refusal.body, refusal.status)

    return endpoint


def _token(world: World) -> Endpoint:
    """The token endpoint. `X-Version` is not asked for: the documents disagree whether it is part of it."""

    async def endpoint(request: Request) -> Response:
        entry = reading.entry_of(request)
        world.log(entry)
        try:
            form = tokens.form_of(await reading.bytes_of(request), reading.media_of(request))
            issued = tokens.issue(world.store, form, request.headers.get("authorization", ""))
        except tokens.TokenRefusal as refusal:
            entry["status"] = refusal.status
            return JSONResponse(refusal.body, refusal.status)
        except Refusal as refusal:
            entry["status"] = refusal.status
            return JSONResponse({"error": "invalid_request"}, refusal.status)
        entry["status"] = 200
        world.faults.renew()
        return JSONResponse(issued, headers={"Cache-Control": "no-store"})

    return endpoint


async def _http_error(request: Request, error: Exception) -> Response:
    """404 of an unknown path and 405 of a wrong method, in the documented shape."""
    assert isinstance(error, HTTPException)  # noqa: S101 -- it is registered for nothing else
    body = {"code": str(error.status_code), "message": error.detail}
    return JSONResponse(body, error.status_code, headers=error.headers)


async def _server_error(request: Request, error: Any) -> Response:
    """500 as in the reference; the error itself goes to the emulator's own log, or fails the test."""
    return JSONResponse({"code": "500", "message": "unknown error"}, 500)
