"""The ASGI app: who may call, and the rest from the kit."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable

from starlette.requests import Request
from starlette.types import ASGIApp

from procspec.providers.emulator.app import System, build
from procspec.providers.emulator.quirks import known
from procspec.providers.workingflow.emulator.control import CONTROLS
from procspec.providers.workingflow.emulator.errors import unauthorized
from procspec.providers.workingflow.emulator.faults import KINDS
from procspec.providers.workingflow.emulator.operations import OPERATIONS
from procspec.providers.workingflow.emulator.quirks import QUIRKS
from procspec.providers.workingflow.emulator.store import Store
from procspec.providers.workingflow.emulator.world import Operation, World


def create(database: str | os.PathLike[str], *, clock: datetime.date | None, names: Iterable[str]) -> ASGIApp:
    """The emulator on a database; see `create_app`."""
    quirks = known(QUIRKS, names)
    world = World(Store(database), clock, quirks)
    return build(System(_admit, OPERATIONS, KINDS, CONTROLS, QUIRKS), world)


def _admit(world: World, request: Request, operation: Operation) -> str:
    """The name of the API key (003, "Authentication"); 401 for one that is missing or inactive."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    with world.store.reading():
        key = world.store.key(token) if kind.lower() == "bearer" else None
    if key is None or not key["active"]:
        raise unauthorized()
    return str(key["name"])
