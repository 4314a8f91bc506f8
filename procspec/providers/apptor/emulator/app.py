"""The ASGI app: what this system is made of, and the rest from the kit."""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable

from starlette.types import ASGIApp

from procspec.providers.apptor.emulator.control import CONTROLS
from procspec.providers.apptor.emulator.faults import KINDS
from procspec.providers.apptor.emulator.keys import admit
from procspec.providers.apptor.emulator.operations import OPERATIONS
from procspec.providers.apptor.emulator.quirks import QUIRKS
from procspec.providers.apptor.emulator.store import Store
from procspec.providers.apptor.emulator.world import World
from procspec.providers.emulator.app import System, build
from procspec.providers.emulator.quirks import known


def create(database: str | os.PathLike[str], *, clock: datetime.date | None, names: Iterable[str]) -> ASGIApp:
    """The emulator on a database; see `create_app`."""
    quirks = known(QUIRKS, names)
    world = World(Store(database), clock, quirks)
    return build(System(admit, OPERATIONS, KINDS, CONTROLS, QUIRKS), world)
