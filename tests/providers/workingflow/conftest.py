"""The emulator on loopback, and a client of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from procspec.halt import Halt
from procspec.model import Credentials, Environment
from procspec.providers.emulator.listening import bind, server_of, url_of
from procspec.providers.workingflow import emulator as package
from procspec.providers.workingflow.client import Client
from procspec.providers.workingflow.connect import connect
from tests.conftest import Server
from tests.providers.workingflow.emulator.caller import TODAY


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Server]:
    """A served emulator on a new database."""
    server = server_of(package.create_app(tmp_path / "served.db", clock=TODAY))
    listener = bind("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield Server(url_of(listener))
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def client(served: Server) -> Iterator[Client]:
    """A client of it."""
    environment = Environment(name="served", provider="workingflow", url=served.url)
    with closing(connect(environment, Credentials(token=package.TOKEN), "", Halt())) as client:
        yield client
