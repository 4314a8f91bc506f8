"""The emulator, in this process and on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from procspec.providers.apptor import emulator as package
from procspec.providers.emulator.listening import bind, server_of, url_of
from tests.providers.apptor.emulator.caller import TODAY, Caller


@pytest.fixture
def emulator() -> Caller:
    """A new emulator on its own database."""
    return Caller()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The URL of an emulator on a new database."""
    server = server_of(package.create_app(tmp_path / "emulator.db", clock=TODAY))
    listener = bind("127.0.0.1", 0)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield url_of(listener)
    server.should_exit = True
    thread.join()
    listener.close()
