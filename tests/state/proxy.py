"""A wire with faults, between a store and its server: what is lost on it is lost for real."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Connect = Callable[[], socket.socket]


@dataclass
class Wire:
    """A loopback port that leads to a server.

    `rules` are faults in waiting: when a request has the bytes in it, "request" drops it and the
    connection, "answer" lets the server act and then drops the connection, and the rule is used up; with
    ", down" behind it, the wire is `down` from then on: no connection lives. `rewrite` changes what is sent.
    """

    port: int
    rules: list[tuple[bytes, str]] = field(default_factory=list)
    rewrite: Callable[[bytes], bytes] = bytes
    down: bool = False
    fired: int = 0

    def _rule(self, data: bytes) -> str:
        for rule in self.rules:
            if rule[0] in data:
                self.rules.remove(rule)
                self.fired += 1
                return rule[1]
        return ""

    def carry(self, client: socket.socket, server: socket.socket, stop: threading.Event) -> None:
        """Passes on what both sides say until one of them, or a fault, ends it."""
        fault = ""
        with selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ)
            selector.register(server, selectors.EVENT_READ)
            while not (stop.is_set() or self.down):
                for key, _ in selector.select(0.05):
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    if key.fileobj is client and data:
                        fault = self._rule(data)
                    lost = "request" if key.fileobj is client else "answer"
                    if fault.startswith(lost):
                        self.down = fault.endswith("down")
                        return
                    if not data:
                        return
                    if key.fileobj is client:
                        server.sendall(self.rewrite(data))
                    else:
                        client.sendall(data)


@contextmanager
def wire(connect: Connect) -> Iterator[Wire]:
    """A wire to the server that `connect` connects to."""
    stop = threading.Event()
    threads: list[threading.Thread] = []

    def one(client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            if not made.down:
                with connect() as server:
                    made.carry(client, server, stop)

    def listen() -> None:
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                thread = threading.Thread(target=one, args=(listener.accept()[0],))
                thread.start()
                threads.append(thread)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        made = Wire(listener.getsockname()[1])
        main = threading.Thread(target=listen)
        main.start()
        try:
            yield made
        finally:
            stop.set()
            main.join()
            for thread in threads:
                thread.join()
