"""The ASGI app: routes, the order in which a request is checked, and errors as the system words them.

No endpoint awaits anything but the request's body, so the app runs on any event loop, or on none.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from procspec.providers.emulator import quirks, reading
from procspec.providers.emulator.calls import WRITE, Call, Operation
from procspec.providers.emulator.control import WORLD_CONTROLS, Controls, quirk_controls
from procspec.providers.emulator.errors import Refusal, plain
from procspec.providers.emulator.faults.control import fault_controls
from procspec.providers.emulator.faults.kinds import Kinds
from procspec.providers.emulator.faults.middleware import Faults
from procspec.providers.emulator.nouns import Answer, Object
from procspec.providers.emulator.world import World

W = TypeVar("W", bound=World[Any])
Endpoint = Callable[[Request], Awaitable[Response]]
Paths = Mapping[str, Mapping[str, Endpoint]]
"""Path -> method -> endpoint."""


@dataclass(frozen=True)
class System(Generic[W]):
    """What an emulator is made of, beside its world.

    `admit` checks what every request must have before anything else is looked at, the credentials among it;
    it raises Refusal, and returns who calls, for `Call.caller`. `kinds` are all kinds of faults: those of
    `kinds(MANNERS)` and the system's own. `controls` are the system's own; the clock, the request log, the
    faults and, where there are any, the quirks have theirs.
    """

    admit: Callable[[W, Request, Operation[W]], str]
    operations: tuple[Operation[W], ...]
    kinds: Kinds
    controls: Controls = ()
    quirks: quirks.Quirks = field(default_factory=dict)


def build(system: System[W], world: W, more: Paths | None = None) -> Faults:
    """The emulator as an app; `more` are documented endpoints that are unlike all others (a token's)."""
    table: dict[str, dict[str, Endpoint]] = {path: dict(methods) for path, methods in (more or {}).items()}
    for operation in system.operations:
        table.setdefault(operation.path, {})[operation.method] = _documented(system, world, operation)
    for control in _controls(system):
        table.setdefault(control.path, {})[control.method] = _control(world, control)
    app = Starlette(
        routes=[_route(path, methods) for path, methods in table.items()],
        exception_handlers={HTTPException: _http_error(world), 500: _server_error(world)},
    )
    app.router.redirect_slashes = False
    return Faults(app, world, system.kinds)


def _controls(system: System[W]) -> Controls:
    quirky = quirk_controls(system.quirks) if system.quirks else ()
    return (*system.controls, *WORLD_CONTROLS, *quirky, *fault_controls(system.kinds))


def _route(path: str, methods: Mapping[str, Endpoint]) -> Route:
    """One route a path, so that a wrong method is 405 with all the right ones."""

    async def endpoint(request: Request) -> Response:
        return await methods[request.method](request)

    route = Route(path, endpoint, methods=list(methods))
    route.methods = set(methods)  # without the HEAD that comes with every GET: it is not documented
    return route


def _documented(system: System[W], world: W, operation: Operation[W]) -> Endpoint:
    """A documented operation, and its quirks; faults stand around the whole app."""

    async def endpoint(request: Request) -> Response:
        entry = reading.entry_of(request)
        world.log(entry)
        try:
            call = await _call(system, world, operation, request, entry)
            answer = _perform(operation, call)
        except Refusal as refusal:
            entry["status"] = refusal.status
            return refused(world, request, refusal)
        entry["status"] = answer.status
        return _response(answer, quirks.applied(system.quirks, call.quirks, answer))

    return endpoint


def refused(world: World[Any], request: Request, refusal: Refusal) -> Response:
    """A refusal as the system words it."""
    return JSONResponse(world.error(refusal, request.url.path), refusal.status, refusal.headers)


async def _call(
    system: System[W], world: W, operation: Operation[W], request: Request, entry: Object
) -> Call[W]:
    """What `admit` asks for, query, size, content type, JSON: the first that is wrong answers."""
    caller = system.admit(world, request, operation)
    query = reading.query_of(request, operation)
    body = reading.body_of(await reading.bytes_of(request), reading.media_of(request), operation)
    entry["body"] = body
    names = frozenset((*world.quirks, *reading.quirks_of(request)))
    return Call(world, request.path_params, query, body, caller, names)


def _perform(operation: Operation[W], call: Call[W]) -> Answer:
    """All or nothing: a refusal on the way undoes what was done."""
    store = call.world.store
    with store.transaction() if operation.access is WRITE else store.reading():
        return operation.handle(call)


def _response(answer: Answer, body: Any) -> Response:
    if answer.status == 204 or isinstance(body, bytes):
        return Response(body or b"", answer.status, answer.headers)
    return JSONResponse(body, answer.status, answer.headers)


def _control(world: W, operation: Operation[W]) -> Endpoint:
    """A control endpoint: nobody is asked who they are, not logged, never quirky, errors of one form."""

    async def endpoint(request: Request) -> Response:
        try:
            reading.check_origin(request)
            raw = await reading.bytes_of(request)
            call = Call(world, request.path_params, {}, reading.parse(raw) if raw else None)
            answer = _perform(operation, call)
            return _response(answer, answer.body)
        except Refusal as refusal:
            return JSONResponse(plain(refusal), refusal.status)

    return endpoint


def _http_error(world: W) -> Callable[[Request, Any], Awaitable[Response]]:
    """404 of an unknown path and 405 of a wrong method."""

    async def handler(request: Request, error: HTTPException) -> Response:
        return refused(world, request, Refusal(error.status_code, error.detail, headers=error.headers))

    return handler


def _server_error(world: W) -> Callable[[Request, Any], Awaitable[Response]]:
    """500; the error itself goes to the emulator's own log, or fails the test."""

    async def handler(request: Request, error: Exception) -> Response:
        return refused(world, request, Refusal(500, "unknown error"))

    return handler
