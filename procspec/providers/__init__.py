"""The registry: one line a system."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

from procspec.errors import UsageError
from procspec.providers.base import Provider

if TYPE_CHECKING:
    from procspec.providers.emulator import Emulator


class _System(NamedTuple):
    """One row: where its provider is made, and where its emulator is; modules of this package."""

    provider: str
    emulator: str


_SYSTEMS: Mapping[str, _System] = {
    "workiva": _System("workiva:Workiva", "workiva.emulator:EMULATOR"),
    "workingflow": _System("workingflow:Workingflow", "workingflow.emulator:EMULATOR"),
    "apptor": _System("apptor:Apptor", "apptor.emulator:EMULATOR"),
}
NAMES: tuple[str, ...] = tuple(_SYSTEMS)
"""The providers that there are; the schema of the project file lists them too."""


def get(name: str) -> Provider:
    """The provider of that name; raises UsageError when there is none."""
    return cast("type[Provider]", _found(_system(name).provider))()


def emulator_of(name: str) -> Emulator:
    """The emulator of that provider's system; raises UsageError when there is no such provider."""
    return cast("Emulator", _found(_system(name).emulator))


def _system(name: str) -> _System:
    if name not in _SYSTEMS:
        raise UsageError(f"There is no provider {name!r}.", hint=f"Known providers: {', '.join(NAMES)}.")
    return _SYSTEMS[name]


def _found(place: str) -> object:
    module, _, name = place.partition(":")
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)
