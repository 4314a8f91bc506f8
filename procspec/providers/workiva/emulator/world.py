"""The world of this emulator, and the operations on it."""

from __future__ import annotations

from typing import ClassVar

from procspec.providers.emulator import calls, world
from procspec.providers.emulator.manners import Manners
from procspec.providers.emulator.nouns import Object
from procspec.providers.workiva.emulator.manners import MANNERS
from procspec.providers.workiva.emulator.store import Store

USER = "V1ZVd2VyFmVtdWxhdG9y"
"""Whoever calls: every token acts as the user of its grant, and the emulator has one grant."""


class World(world.World[Store]):
    """What every operation may look at and change."""

    MANNERS: ClassVar[Manners] = MANNERS

    def stamp(self) -> Object:
        """`created` or `modified`: when (UTC) and who."""
        now = self.now().replace(microsecond=0, tzinfo=None)
        return {"dateTime": f"{now.isoformat()}Z", "user": {"id": USER}}


Call = calls.Call[World]
Operation = calls.Operation[World]
