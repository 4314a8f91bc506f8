"""An emulator on a loopback port."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from procspec.providers.emulator.faults.turn import CLOSE


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens already; port 0 chooses a free one.

    Raises ValueError for a host that is not loopback: everybody knows an emulator's credentials.
    """
    address = _loopback(host)
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    # The protocol is named because asyncio sets TCP_NODELAY only where it is; without it every answer,
    # two packets long, waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((str(address), port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def _loopback(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise ValueError(f"{host} is not a loopback address; the emulator is served on loopback only")
    return address


def url_of(listener: socket.socket) -> str:
    """Where a listening socket is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server_of(app: ASGIApp) -> uvicorn.Server:
    """`server_of(app).run(sockets=[listener])` serves until it is interrupted."""
    config = uvicorn.Config(
        app, http=_Protocol, ws="none", lifespan="off", loop="asyncio", log_level="warning", access_log=False
    )
    return uvicorn.Server(config)


def serve(
    make: Callable[[], ASGIApp],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serves the app that `make` makes until it is interrupted; calls `ready` with the URL once it listens.

    `make` is called when the port is ours: a port that is taken leaves no database behind. Raises ValueError
    for a host that is not loopback, OSError for a port that cannot be had, and whatever `make` raises.
    """
    with bind(host, port) as listener:
        server = server_of(make())
        if ready:
            ready(url_of(listener))
        server.run(sockets=[listener])


class _Protocol(H11Protocol):
    """HTTP/1.1 whose requests know how to close their connection: ASGI has no word for that."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        app = self.app

        async def closable(scope: Scope, receive: Receive, send: Send) -> None:
            await app({**scope, CLOSE: self.transport.close}, receive, send)

        self.app = closable
