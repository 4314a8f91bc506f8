"""What opening an account is, whatever the system: the embedded emulator, and how fast a server is asked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from procspec.errors import ServiceError
from procspec.http import Limits
from procspec.loopback import is_loopback
from procspec.model import Environment
from procspec.providers.emulator import Emulator, EmulatorError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

INSIDE = "http://emulator.localhost"
"""The origin of an emulator in this process; nothing leaves it."""


def embedded(emulator: Emulator, environment: Environment, folder: str) -> ASGIApp:
    """The emulator in this process, on its data below `.procspec` of the project; raises ServiceError."""
    clock = date.fromisoformat(environment.clock) if environment.clock else None
    database = emulator.database(folder)
    try:
        return emulator.create_app(database, clock=clock)
    except EmulatorError as error:
        raise ServiceError(
            f"The emulator cannot start: {error}", hint=f"It keeps its data in {database}."
        ) from error


def limits(environment: Environment) -> Limits:
    """The usual rate, which is Workiva's (api-facts 1.3); an emulator on this machine needs none."""
    return Limits(rate=0) if is_loopback(urlsplit(environment.url).hostname or "") else Limits()
