"""Around the whole app: a request whose turn it is meets its fault, every other one goes straight through."""

from __future__ import annotations

import sqlite3
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from procspec.providers.emulator.control import AT
from procspec.providers.emulator.faults.kinds import Kinds
from procspec.providers.emulator.faults.turn import Turn
from procspec.providers.emulator.nouns import Object
from procspec.providers.emulator.reading import FAULT
from procspec.providers.emulator.world import World


class Faults:
    """The app, and the rules of its world before it."""

    def __init__(self, app: ASGIApp, world: World[Any], kinds: Kinds) -> None:
        self._app = app
        self.world = world
        self._kinds = kinds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        rule = self._rule(scope)
        if rule is None:
            await self._app(scope, receive, send)
            return
        kind = self._kinds[rule["do"]]
        arguments: dict[str, Any] = {
            name: rule.get(name, argument.default) for name, argument in kind.arguments.items()
        }
        await kind.play(Turn(self._app, self.world, {**scope, FAULT: rule["do"]}, receive, send, arguments))

    def _rule(self, scope: Scope) -> Object | None:
        if scope["type"] != "http" or scope["path"].startswith(f"{AT}/"):
            return None
        try:
            return self.world.faults.meet(scope["method"], scope["path"])
        except sqlite3.Error:  # the app meets the broken database next, and knows how to say so
            return None
