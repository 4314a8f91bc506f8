"""The emulator on loopback, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from procspec.halt import Halt
from procspec.model import Credentials, Environment
from procspec.providers.workingflow import emulator as package
from procspec.providers.workingflow.client import Client
from procspec.providers.workingflow.connect import connect
from tests.conftest import Server
from tests.providers.workingflow.emulator.caller import TODAY
from tests.serving import on_loopback


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Server]:
    """A served emulator on a new database."""
    with on_loopback(package.create_app(tmp_path / "served.db", clock=TODAY)) as url:
        yield Server(url)


@pytest.fixture
def client(served: Server) -> Iterator[Client]:
    """A client of it."""
    environment = Environment(name="served", provider="workingflow", url=served.url)
    with closing(connect(environment, Credentials(token=package.TOKEN), "", Halt())) as client:
        yield client
