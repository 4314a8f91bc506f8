"""Drives an ASGI application in this process: no socket, no server, no thread; one event loop a thread."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote

from procspec.http.contract import Lost, NotSent

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]
"""An ASGI application; lifespan events are not sent to it."""


def scope(method: str, target: bytes, headers: list[tuple[bytes, bytes]]) -> MutableMapping[str, Any]:
    """The ASGI scope of a request; `target` is its path and query as they would stand in the request line."""
    path, _, query = target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in headers],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 80),
    }


class Call:
    """One request to an application, and what it has answered so far."""

    def __init__(self, body: bytes, max_body: int) -> None:
        self._request: bytes | None = body
        self._max = max_body
        self._done = asyncio.Event()
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()

    async def receive(self) -> Message:
        """The request's body, whole; after it, the end of the connection once the answer is there."""
        if self._request is not None:
            body, self._request = self._request, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._done.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Takes a part of the answer; raises Lost when it becomes too large."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [(bytes(name), bytes(value)) for name, value in message.get("headers", ())]
        elif message["type"] == "http.response.body":
            await self._take(message.get("body", b""))
            if not message.get("more_body", False):
                self._done.set()

    async def _take(self, piece: bytes) -> None:
        self.body += piece
        if len(self.body) > self._max:
            raise Lost("the answer is too large")

    async def run(self, app: App, scope: MutableMapping[str, Any], seconds: float | None) -> None:
        """Calls the application and waits for the whole answer, for ever if there are no seconds.

        A `ConnectionRefusedError` out of the application means that it took nothing in; any other
        exception, or no end of the answer, is an answer that was lost.
        """
        try:
            async with asyncio.timeout(seconds):
                await app(scope, self.receive, self.send)
        except Lost:
            raise
        except ConnectionRefusedError as error:
            raise NotSent("connection refused") from error
        except TimeoutError as error:
            late = "" if seconds is None else f" within {seconds:.0f} s"
            raise Lost(f"no whole answer{late}") from error
        except Exception as error:
            if not self._done.is_set():  # an application may raise after its answer, as a server's log entry
                raise Lost(f"the embedded service failed: {type(error).__name__}") from error
        if not self._done.is_set():
            raise Lost("the connection was closed before the answer was whole")


_GLANCE = 0.2
"""Seconds between two looks whether anybody still wants the answer."""


class Flow(Call):
    """A request whose answer is passed on as it comes: the application waits until a piece is taken.

    `check` is asked several times a second, and ends the waiting by raising.
    """

    def __init__(self, body: bytes, check: Callable[[], None]) -> None:
        super().__init__(body, 0)
        self._check = check
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def send(self, message: Message) -> None:
        """Takes a part of the answer."""
        await super().send(message)
        self._news.set()

    async def _take(self, piece: bytes) -> None:
        if piece:
            self.body += piece
            self._room.clear()
            self._news.set()
            await self._room.wait()

    async def begin(self, app: App, scope: MutableMapping[str, Any], seconds: float) -> None:
        """Calls the application and waits for the start of its answer; raises Lost or NotSent."""
        self._task = asyncio.create_task(self.run(app, scope, None))
        self._task.add_done_callback(lambda _: self._news.set())
        await self._wait(lambda: self.status > 0, seconds)

    async def piece(self, seconds: float) -> bytes:
        """The next piece, empty at the end; raises Lost for silence of so many seconds, and for a bad end."""
        await self._wait(lambda: len(self.body) > 0, seconds)
        piece = bytes(self.body)
        self.body.clear()
        self._room.set()
        return piece

    async def _wait(self, is_there: Callable[[], bool], seconds: float) -> None:
        """Until it is there, or the application has ended well."""
        end = time.monotonic() + seconds
        while self._task and not self._task.done() and not is_there():
            self._check()
            left = end - time.monotonic()
            if left <= 0:
                raise Lost(f"silence for {seconds:g} s")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, _GLANCE)):
                    await self._news.wait()
            self._news.clear()
        if self._task and not is_there():
            self._task.result()

    async def end(self) -> None:
        """Stops the application, if it has not ended."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
