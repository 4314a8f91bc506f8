"""docs/emulator.md names every control endpoint and every kind of fault of every emulator."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from procspec import providers
from procspec.providers.emulator.control import WORLD_CONTROLS

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", providers.NAMES)
def test_every_control_endpoint_is_on_the_page(name: str) -> None:
    controls = importlib.import_module(f"procspec.providers.{name}.emulator.control").CONTROLS
    assert controls
    for control in (*controls, *WORLD_CONTROLS):
        head, _, last = control.path.rpartition("/")
        assert control.path in PAGE or (head in PAGE and f"`/{last}`" in PAGE), control.path


@pytest.mark.parametrize("name", providers.NAMES)
def test_every_kind_of_fault_is_on_the_page(name: str) -> None:
    kinds = importlib.import_module(f"procspec.providers.{name}.emulator.faults").KINDS
    assert len(kinds) > 10
    assert set(kinds) <= set(re.findall(r"`([a-z-]+)`", PAGE))
