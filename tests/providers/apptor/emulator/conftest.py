"""The emulator, in this process and on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from procspec.providers.apptor import emulator as package
from tests.providers.apptor.emulator.caller import TODAY, Caller
from tests.serving import on_loopback


@pytest.fixture
def emulator() -> Caller:
    """A new emulator on its own database."""
    return Caller()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """The URL of an emulator on a new database."""
    with on_loopback(package.create_app(tmp_path / "emulator.db", clock=TODAY)) as url:
        yield url
