"""The emulator, in this process and on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from procspec.providers.workiva import emulator as package
from procspec.providers.workiva.emulator.serve import listen
from tests.providers.workiva.emulator.caller import TODAY, Caller


@pytest.fixture
def emulator() -> Caller:
    """An empty emulator on its own database."""
    return Caller()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The URL of an emulator on a new database."""
    server, listener = listen(package.create_app(tmp_path / "emulator.db", clock=TODAY))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield server.url
    server.should_exit = True
    thread.join()
    listener.close()
