"""Opens an account: the real one over HTTP, or the embedded emulator in this process."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from procspec.errors import ServiceError
from procspec.halt import Halt
from procspec.http import Http, Limits
from procspec.loopback import is_loopback
from procspec.model import Credentials, Environment
from procspec.providers.workingflow import emulator
from procspec.providers.workingflow.client import Client

EMBEDDED = "emulator"
"""The `url` of an environment that needs no account."""


def connect(environment: Environment, credentials: Credentials, folder: str, halt: Halt) -> Client:
    """A client for an environment; the emulator keeps its data below `.procspec` of the project.

    The key goes out as a bearer token (003, "Authentication"); there is nothing to exchange for one.
    """
    if environment.url != EMBEDDED:
        limits = _limits(environment)
        return Client(Http(environment.url, credentials=credentials, token_path="", limits=limits, halt=halt))
    clock = date.fromisoformat(environment.clock) if environment.clock else None
    database = Path(folder) / ".procspec" / emulator.FILE
    try:
        app = emulator.create_app(database, clock=clock)
    except emulator.EmulatorError as error:
        raise ServiceError(
            f"The emulator cannot start: {error}", hint=f"It keeps its data in {database}."
        ) from error
    known = Credentials(token=emulator.TOKEN)
    return Client(Http("http://emulator.localhost", credentials=known, token_path="", app=app, halt=halt))


def _limits(environment: Environment) -> Limits:
    """No document names a rate: the usual one is manners, and an emulator on this machine needs none."""
    return Limits(rate=0) if is_loopback(urlsplit(environment.url).hostname or "") else Limits()
