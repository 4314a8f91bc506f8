"""The emulator on a loopback port."""

from __future__ import annotations

import ipaddress
import socket

import uvicorn
from starlette.types import ASGIApp


class Server(uvicorn.Server):
    """A server that knows its URL."""

    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self.url = url


def listen(app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> tuple[Server, socket.socket]:
    """A server and the socket on which it already listens: `server.run(sockets=[socket])` serves.

    Raises ValueError for a host that is not loopback: the emulator knows one token, and everybody knows it.
    """
    address = _loopback(host)
    six = address.version == 6
    family = socket.AF_INET6 if six else socket.AF_INET
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
    shown = f"[{address}]" if six else str(address)
    config = uvicorn.Config(
        app, http="h11", ws="none", lifespan="off", loop="asyncio", log_level="warning", access_log=False
    )
    return Server(config, f"http://{shown}:{listener.getsockname()[1]}"), listener


def _loopback(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise ValueError(f"{host} is not a loopback address; the emulator is served on loopback only")
    return address
