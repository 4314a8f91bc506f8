"""One request that meets a fault: what a kind of fault can do with it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from procspec.providers.emulator.errors import Refusal
from procspec.providers.emulator.reading import entry_of
from procspec.providers.emulator.sent import Sent, of_json

CLOSE = "emulator.close"
"""Member of the ASGI scope with what closes the connection, where there is one."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A request, the app that could answer it, and the arguments of the fault."""

    app: ASGIApp
    world: Any  # the system's own: its kinds of fault know what is in it
    scope: Scope
    receive: Receive
    send: Send
    arguments: Mapping[str, Any]

    async def act(self, **more: Any) -> Sent:
        """Carries the request out and keeps the answer back; `more` goes into the ASGI scope."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app({**self.scope, **more}, self.receive, keep)
        headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        body = b"".join(message.get("body", b"") for message in messages[1:])
        return Sent(messages[0]["status"], headers, body)

    async def act_if(self, act: bool, sent: Sent) -> None:
        """Carries the request out or only logs it, as it is said."""
        if act:
            await self.act()
        else:
            await self.skip(sent.status)

    async def skip(self, status: int | None) -> None:
        """Takes the request in and does nothing about it; the log says what it was answered."""
        while (await self.receive()).get("more_body"):
            pass
        self.log(status)

    def log(self, status: int | None) -> None:
        """The line in the request log of a request that the app never saw."""
        self.world.log({**entry_of(Request(self.scope)), "status": status})

    def error(self, refusal: Refusal) -> Sent:
        """The answer that the system gives to such a refusal."""
        body = self.world.error(refusal, self.scope["path"])
        return of_json(refusal.status, body, refusal.headers)

    async def begin(self, sent: Sent) -> None:
        """Sends status and headers."""
        headers = [(name.encode(), value.encode()) for name, value in sent.headers.items()]
        await self.send({"type": "http.response.start", "status": sent.status, "headers": headers})

    async def go_on(self, body: bytes, *, more: bool = True) -> None:
        """Sends a piece of the body."""
        await self.send({"type": "http.response.body", "body": body, "more_body": more})

    async def answer(self, sent: Sent) -> None:
        """Sends an answer, whole."""
        await self.begin(sent)
        await self.go_on(sent.body, more=False)

    async def hang_up(self, error: type[ConnectionError]) -> None:
        """Closes the connection without a word more; in process there is none, and the error says so."""
        if CLOSE not in self.scope:
            raise error("a rule of the emulator's faults")
        self.scope[CLOSE]()
        await self._gone()

    async def pause(self) -> bool:
        """Waits as the rule says, but not for a client that has gone; whether it is still there."""
        try:
            await asyncio.wait_for(self._gone(), self.arguments["seconds"])
        except TimeoutError:
            return True
        return False

    async def _gone(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
