"""A create whose answer is lost: the intent stays, nothing is sent twice, and `resolve` settles it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from tests.conftest import Home, Server
from tests.engine.conftest import PROCESS, PROJECT


class Dropper(ThreadingHTTPServer):
    """Stands between the client and the emulator; passes creates on and may drop their answers."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.target = target
        self.drop: str = ""
        self.connections = 0

    def get_request(self) -> tuple[Any, Any]:
        self.connections += 1
        return super().get_request()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Dropper

    def pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        create = self.command == "POST" and self.path == "/processes"
        if create and self.server.drop == "before":
            self.close_connection = True
            return
        names = ("Authorization", "X-Version", "Content-Type", "Accept")
        headers = {name: self.headers[name] for name in names if name in self.headers}
        answer = httpx.request(
            self.command, self.server.target + self.path, content=body, headers=headers, trust_env=False
        )
        if create and self.server.drop == "after":
            self.close_connection = True
            return
        content = b"{}" if create and self.server.drop == "id" else answer.content
        status = 502 if create and self.server.drop == "502" else answer.status_code
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_DELETE = pass_on

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@pytest.fixture
def dropper(server: Server) -> Iterator[Dropper]:
    with Dropper(server.url) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        yield proxy
        proxy.shutdown()
        thread.join()


@pytest.fixture
def close(home: Home, dropper: Dropper) -> Home:
    home.write("procspec.yaml", PROJECT.format(url=dropper.url))
    home.write("close.procspec.yaml", PROCESS)
    return home


def creates(server: Server) -> int:
    return server.requests().count(("POST", "/processes"))


def named(server: Server) -> list[dict[str, Any]]:
    listed = server.control("GET", "processes")
    return [item for item in (listed["processes"] if isinstance(listed, dict) else listed)]


@pytest.mark.parametrize("drop", ["after", "502", "id"])
def test_a_lost_answer_is_adopted(close: Home, server: Server, dropper: Dropper, drop: str) -> None:
    before = {item["id"] for item in named(server)}
    dropper.drop = drop
    lost = close.run("apply", "--auto-approve")
    assert lost.code == 4, lost.out + lost.err
    dropper.drop = ""
    for command in (("plan",), ("apply", "--auto-approve")):
        again = close.run(*command)
        assert again.code == 4
        assert "procspec resolve close" in again.out
    assert creates(server) == 1
    (made,) = [item["id"] for item in named(server) if item["id"] not in before]
    close.ok("resolve", "close", "--id", made)
    assert close.pending() == []
    assert close.record("close")["id"] == made
    assert creates(server) == 1


def test_a_request_that_was_not_carried_out(close: Home, server: Server, dropper: Dropper) -> None:
    dropper.drop = "before"
    assert close.run("apply", "--auto-approve").code == 4
    dropper.drop = ""
    assert creates(server) == 0
    close.ok("resolve", "close", "--not-created")
    close.ok("apply", "--auto-approve")
    assert creates(server) == 1
    assert close.pending() == []


def test_resolve_checks_the_structure(close: Home, server: Server, dropper: Dropper) -> None:
    dropper.drop = "after"
    assert close.run("apply", "--auto-approve").code == 4
    dropper.drop = ""
    other = server.call("POST", "/processes", {"name": "Other", "root": {"name": "R", "children": []}}).json()
    refused = close.run("resolve", "close", "--id", other["id"])
    assert refused.code == 1
    assert "does not have the groups and jobs" in refused.err
    assert close.run("resolve", "close", "--id", "0" * 32).code == 1
    assert close.run("plan").code == 4


def test_a_clear_refusal_leaves_no_intent(close: Home, server: Server, dropper: Dropper) -> None:
    """A 400 says that nothing was created: the next apply may try again."""
    close.edit("close.procspec.yaml", "name: Steps", "name: Steps\n  triggerType: manual")
    dropper.target = server.url + "/nowhere"
    refused = close.run("apply", "--auto-approve")
    assert refused.code == 1
    dropper.target = server.url
    close.ok("apply", "--auto-approve")


def test_a_server_that_is_not_there(home: Home) -> None:
    home.write("procspec.yaml", PROJECT.format(url="http://127.0.0.1:9"))
    home.write("close.procspec.yaml", PROCESS)
    result = home.run("apply", "--auto-approve")
    assert result.code in (1, 7)
    assert home.run("plan").code == 0


def test_no_more_connections_than_threads(home: Home, server: Server, dropper: Dropper) -> None:
    """With N processes and C threads, at most C + 1 connections are opened."""
    home.write("procspec.yaml", PROJECT.format(url=dropper.url))
    for number in range(20):
        home.write(f"{number}.procspec.yaml", PROCESS.replace("key: close", f"key: close-{number}"))
    home.ok("apply", "--auto-approve", "--parallelism", "4")
    assert dropper.connections <= 4 + 1
    dropper.connections = 0
    home.ok("plan", "--parallelism", "4")
    assert 1 <= dropper.connections <= 4 + 1
