"""The world of this emulator, and the operations on it."""

from __future__ import annotations

import datetime
from typing import ClassVar

from procspec.providers.apptor.emulator.manners import MANNERS
from procspec.providers.apptor.emulator.store import Store
from procspec.providers.emulator import calls, world
from procspec.providers.emulator.manners import Manners

_AT = datetime.time(10, 0, 0, 123_000)


class World(world.World[Store]):
    """What every operation may look at and change."""

    MANNERS: ClassVar[Manners] = MANNERS

    def now(self) -> datetime.datetime:
        """The emulator's now, in UTC. A fixed clock stands at the time of the page's answer (004)."""
        if self.clock is None:
            return datetime.datetime.now(datetime.UTC)
        return datetime.datetime.combine(self.clock, _AT, datetime.UTC)


Call = calls.Call[World]
Operation = calls.Operation[World]
