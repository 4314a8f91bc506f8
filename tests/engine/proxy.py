"""Stands between the client and the emulator, and may lose what passes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx


def last(path: str) -> str:
    """The kind of a path: its last part, ids left out."""
    name = path.partition("?")[0].rpartition("/")[2]
    return name if name in ("processes", "batchUpdates", "validation", "restore", "run") else "process"


def deep(body: bytes, levels: int = 600) -> bytes:
    """A JSON object with a member that is nested so deep."""
    return body[:-1] + b', "more": ' + b"[" * levels + b"]" * levels + b"}"


class Proxy(ThreadingHTTPServer):
    """Passes requests on; `faults` says what happens to which (`METHOD last-part`).

    before: dropped, not passed on. after: passed on, the answer dropped. 502, 400: passed on or not,
    and answered so. id: the answer without its content. deep: with JSON in it that nobody can walk
    through. hold: not passed on before `release`. 429: refused, with twenty seconds to wait.
    """

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.target = target
        self.faults: dict[str, str] = {}
        self.meanwhile: dict[str, Callable[[], None]] = {}
        """What happens between a request's being carried out and its answer."""
        self.numbered: dict[tuple[str, int], str] = {}
        """Faults of the nth request of a kind."""
        self.seen: Counter[str] = Counter()
        self.connections = 0
        self.held = 0
        self.refused = 0
        self._go_on = threading.Event()

    def hold(self) -> None:
        """Keeps a request here."""
        self.held += 1
        self._go_on.wait()

    def release(self) -> None:
        """Lets everything go on that is held."""
        self._go_on.set()

    def get_request(self) -> tuple[Any, Any]:
        self.connections += 1
        return super().get_request()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = f"{self.command} {last(self.path)}"
        self.server.seen[kind] += 1
        fault = self.server.numbered.get((kind, self.server.seen[kind]), self.server.faults.get(kind, ""))
        if fault == "before":
            self.close_connection = True
            return
        if fault == "400":
            self.answer(400, b'{"code": "400", "message": "No."}')
            return
        if fault == "429":
            self.server.refused += 1
            self.answer(429, b'{"code": "429", "message": "Retry request in 20 seconds."}')
            return
        if fault == "hold":
            self.server.hold()
        names = ("Authorization", "X-Version", "Content-Type", "Accept")
        headers = {name: self.headers[name] for name in names if name in self.headers}
        passed = httpx.request(
            self.command, self.server.target + self.path, content=body, headers=headers, trust_env=False
        )
        if kind in self.server.meanwhile:
            self.server.meanwhile[kind]()
        if fault == "after":
            self.close_connection = True
            return
        content = {"id": b"{}", "deep": deep(passed.content)}.get(fault, passed.content)
        with suppress(OSError):  # a client that was killed does not wait
            self.answer(502 if fault == "502" else passed.status_code, content)

    def answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_DELETE = pass_on

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@contextmanager
def between(target: str) -> Iterator[Proxy]:
    """A proxy before the emulator, as long as the block lasts."""
    with Proxy(target) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        yield proxy
        proxy.shutdown()
        thread.join()
