"""A server on loopback that does exactly what a test tells it to, down to the bytes and the resets."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

Act = Callable[["Connection"], object]
"""What to do about one request; True keeps the connection open for the next one."""


@dataclass
class Taken:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Connection:
    """One connection of a client, seen from the server."""

    def __init__(self, sock: socket.socket, stopped: threading.Event) -> None:
        self.socket = sock
        self.stopped = stopped
        self._file = sock.makefile("rb")

    def take(self) -> Taken | None:
        """The next request, None at the end of the connection."""
        line = self._file.readline().decode("latin-1").split()
        if len(line) < 2:  # the end, or a TLS greeting, whose bytes are random
            return None
        headers = {}
        while text := self._file.readline().decode("latin-1").strip():
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        return Taken(line[0], line[1], headers, self._file.read(int(headers.get("content-length", 0))))

    def write(self, data: bytes) -> None:
        self.socket.sendall(data)

    def close(self) -> None:
        self._file.close()
        self.socket.close()


@dataclass
class Server:
    """Does the acts in turn, the last one for ever; keeps what it was sent."""

    acts: list[Act]
    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def next(self, request: Taken) -> Act:
        with self._lock:
            self.taken.append(request)
            return self.acts[min(len(self.taken), len(self.acts)) - 1]


@contextmanager
def serving(*acts: Act, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server for the time of a block; its threads are gone afterwards."""
    server, stopped = Server(list(acts)), threading.Event()
    threads: list[threading.Thread] = []
    open_ones: list[Connection] = []

    def talk(sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            sock = tls.wrap_socket(sock, server_side=True) if tls else sock
        connection = Connection(sock, stopped)
        open_ones.append(connection)
        with contextlib.suppress(OSError, ValueError):
            while (request := connection.take()) and server.next(request)(connection):
                pass
        with contextlib.suppress(OSError):
            connection.close()

    def listen() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            threads.append(threading.Thread(target=talk, args=(sock,)))
            threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        accepting = threading.Thread(target=listen)
        accepting.start()
        try:
            yield server
        finally:
            stopped.set()
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for thread in threads:
                while thread.is_alive():
                    for connection in list(open_ones):
                        with contextlib.suppress(OSError):
                            socket.socket.shutdown(connection.socket, socket.SHUT_RDWR)
                    thread.join(0.1)


# ----------------------------------------------------------------------------------------------- acts


def raw(status: int, body: bytes, **headers: str) -> bytes:
    """The bytes of an answer; headers with `_` for `-`."""
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def says(status: int, body: Any = None, **headers: str) -> Act:
    """Answers with a JSON body, or with bytes as they are."""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return sends(raw(status, data, **headers), keep=True)


def sends(data: bytes, *, keep: bool = False) -> Act:
    """Sends these bytes and then closes, or keeps, the connection."""

    def act(connection: Connection) -> bool:
        connection.write(data)
        return keep

    return act


def first(data: bytes, act: Act) -> Act:
    """Sends these bytes, and then does something else."""

    def both(connection: Connection) -> object:
        connection.write(data)
        return act(connection)

    return both


def resets(connection: Connection) -> None:
    """Ends the connection with a reset, without an answer."""
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hangs_up(connection: Connection) -> None:
    """Ends the connection in good order, without an answer."""


def says_nothing(connection: Connection) -> None:
    """Keeps the client waiting."""
    connection.stopped.wait()


def drips(start: bytes, drop: bytes) -> Act:
    """Sends a start, and then a little for ever, so that no read ever times out."""

    def act(connection: Connection) -> None:
        connection.write(start)
        while not connection.stopped.wait(0.02):
            connection.write(drop)

    return act


def tunnels(port: int) -> Act:
    """What a proxy does with CONNECT: joins the client to a port of this machine."""

    def act(connection: Connection) -> None:
        with socket.create_connection(("127.0.0.1", port)) as there:
            connection.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=_pour, args=(there, connection.socket))
            back.start()
            _pour(connection.socket, there)
            back.join()

    return act


def _pour(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
