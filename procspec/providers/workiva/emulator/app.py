"""The ASGI app: what a request must have, the token endpoint, and the rest from the kit."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from procspec.providers.emulator import reading
from procspec.providers.emulator.app import Endpoint, System, build
from procspec.providers.emulator.errors import Refusal
from procspec.providers.emulator.quirks import known
from procspec.providers.workiva.emulator import tokens
from procspec.providers.workiva.emulator.control import CONTROLS
from procspec.providers.workiva.emulator.faults import KINDS
from procspec.providers.workiva.emulator.operations import OPERATIONS
from procspec.providers.workiva.emulator.quirks import QUIRKS
from procspec.providers.workiva.emulator.store import Store
from procspec.providers.workiva.emulator.world import Operation, World

VERSION = "2026-04-01.processes.preview"


def create(database: str | os.PathLike[str], *, clock: datetime.date | None, names: Iterable[str]) -> ASGIApp:
    """The emulator on a database; see `create_app`."""
    quirks = known(QUIRKS, names)
    world = World(Store(database), clock, quirks)
    system = System(_admit, OPERATIONS, KINDS, CONTROLS, QUIRKS)
    return build(system, world, {path: {"POST": _token(world)} for path in tokens.PATHS})


def _admit(world: World, request: Request, operation: Operation) -> str:
    """Version, token, scope: the first that is wrong answers. All tokens are of one user."""
    # Guide, "Common Issues": omitting X-Version or using the wrong one results in errors.
    if request.headers.get("x-version") != VERSION:
        raise Refusal(400, f"X-Version must be {VERSION}", target="X-Version")
    scopes = tokens.scopes_of(world.store, request.headers.get("authorization", ""))
    tokens.require(operation.access, scopes)
    return ""


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
