"""Opens an account: the real one over HTTP, or the embedded emulator in this process."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from procspec.halt import Halt
from procspec.http import Http
from procspec.model import Credentials, Environment
from procspec.providers import accounts
from procspec.providers.workiva import emulator
from procspec.providers.workiva.client import VERSION, Client

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_HEADERS = {"X-Version": VERSION, "Accept": "application/json"}


def connect(environment: Environment, credentials: Credentials, folder: str, halt: Halt) -> Client:
    """A client for an environment; the emulator keeps its data in `.procspec/emulator.db` of the project."""
    if environment.is_embedded:
        return Client(_inside(accounts.embedded(emulator.EMULATOR, environment, folder), halt))
    limits = accounts.limits(environment)
    return Client(Http(environment.url, headers=_HEADERS, credentials=credentials, limits=limits, halt=halt))


def rehearsed(day: date) -> Http:
    """An emulator of its own in this process, in memory, on that day."""
    return _inside(emulator.create_app(":memory:", clock=day))


def _inside(app: ASGIApp, halt: Halt | None = None) -> Http:
    known = Credentials(token=emulator.TOKEN)
    return Http(accounts.INSIDE, headers=_HEADERS, credentials=known, app=app, halt=halt)
