"""Around the whole app: a request whose turn it is meets its fault, every other one goes straight through."""

from __future__ import annotations

import sqlite3
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from procspec.providers.workiva.emulator.faults.kinds import KINDS
from procspec.providers.workiva.emulator.faults.turn import Turn
from procspec.providers.workiva.emulator.nouns import Object
from procspec.providers.workiva.emulator.reading import FAULT
from procspec.providers.workiva.emulator.world import World

_CONTROL = "/_emulator/"


class Faults:
    """The app, and the rules of its world before it."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        rule = self._rule(scope)
        if rule is None:
            await self._app(scope, receive, send)
            return
        kind = KINDS[rule["do"]]
        arguments: dict[str, Any] = {
            name: rule.get(name, argument.default) for name, argument in kind.arguments.items()
        }
        await kind.play(Turn(self._app, self.world, {**scope, FAULT: rule["do"]}, receive, send, arguments))

    def _rule(self, scope: Scope) -> Object | None:
        if scope["type"] != "http" or scope["path"].startswith(_CONTROL):
            return None
        try:
            return self.world.faults.meet(scope["method"], scope["path"])
        except sqlite3.Error:  # the app meets the broken database next, and knows how to say so
            return None
