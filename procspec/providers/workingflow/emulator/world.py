"""The world of this emulator, and the operations on it."""

from __future__ import annotations

import datetime
from typing import ClassVar

from procspec.providers.emulator import calls, world
from procspec.providers.emulator.manners import Manners
from procspec.providers.workingflow.emulator.manners import MANNERS
from procspec.providers.workingflow.emulator.store import Store

_EXAMPLE = datetime.time(9, 15, 22, tzinfo=datetime.UTC)
"""When the example of 003 begins."""


class World(world.World[Store]):
    """What every operation may look at and change. A fixed clock stands at the time of the example."""

    MANNERS: ClassVar[Manners] = MANNERS

    def now(self) -> datetime.datetime:
        """The emulator's now, in UTC."""
        return datetime.datetime.combine(self.clock, _EXAMPLE) if self.clock else super().now()

    def stamp(self) -> str:
        """Now as 003 writes times: milliseconds, and `+00:00`."""
        return self.now().isoformat(timespec="milliseconds")


Call = calls.Call[World]
Operation = calls.Operation[World]
