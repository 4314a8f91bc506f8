"""Drives an ASGI application in this process: no socket, no server, no thread; one event loop a thread."""

from __future__ import annotations

import asyncio
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
            self.body += message.get("body", b"")
            if len(self.body) > self._max:
                raise Lost("the answer is too large")
            if not message.get("more_body", False):
                self._done.set()

    async def run(self, app: App, scope: MutableMapping[str, Any], seconds: float) -> None:
        """Calls the application and waits for the whole answer.

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
            raise Lost(f"no whole answer within {seconds:.0f} s") from error
        except Exception as error:
            if not self._done.is_set():  # an application may raise after its answer, as a server's log entry
                raise Lost(f"the embedded service failed: {type(error).__name__}") from error
        if not self._done.is_set():
            raise Lost("the connection was closed before the answer was whole")
