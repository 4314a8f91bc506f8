"""The emulator over real HTTP."""

from __future__ import annotations

import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from procspec.providers.emulator.listening import bind, url_of
from procspec.providers.workiva import emulator as package
from tests.providers.workiva.emulator.caller import HEADERS, example

SCRIPT = """
import sys
from procspec.providers.workiva import emulator
emulator.serve(sys.argv[1], ready=lambda url: print(url, flush=True))
"""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "example.com", ""])
def test_only_loopback(host: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="loopback"):
        package.serve(tmp_path / "emulator.db", host=host)


def test_names_of_loopback() -> None:
    with bind("localhost", 0) as listener:
        assert url_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            package.serve(tmp_path / "emulator.db", port=taken.getsockname()[1])
    assert not list(tmp_path.iterdir())


def test_a_served_emulator(served: str) -> None:
    with httpx.Client(base_url=served, headers=HEADERS, trust_env=False) as client:
        answer = client.post("/processes", json=example("guide-create-request"))
        assert answer.status_code == 201
        id = answer.json()["id"]
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: client.get(f"/processes/{id}").json(), range(50)))
        assert all(each == found[0] for each in found)
        deleted = client.delete(f"/processes/{id}")
        assert (deleted.status_code, deleted.content) == (204, b"")
        large = client.post(
            "/processes", content=b" " * 10_485_761, headers={"Content-Type": "application/json"}
        )
        assert large.status_code == 413


def test_a_process_of_its_own(tmp_path: Path) -> None:
    """`ready` comes when it listens; an interrupt ends it."""
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "emulator.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        try:
            assert httpx.get(f"{url}/_emulator/processes", trust_env=False).json() == []
        finally:
            process.terminate()
        process.wait(timeout=20)


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """asyncio sets TCP_NODELAY only on sockets that name their protocol."""
    with bind("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
