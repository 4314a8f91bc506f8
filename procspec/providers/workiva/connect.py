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
from procspec.providers.workiva import emulator
from procspec.providers.workiva.client import VERSION, Client

_HEADERS = {"X-Version": VERSION, "Accept": "application/json"}
EMBEDDED = "emulator"
"""The `url` of an environment that needs no account."""


def connect(environment: Environment, credentials: Credentials, folder: str, halt: Halt) -> Client:
    """A client for an environment; the emulator keeps its data in `.procspec/emulator.db` of the project."""
    if environment.url != EMBEDDED:
        limits = _limits(environment)
        return Client(
            Http(environment.url, headers=_HEADERS, credentials=credentials, limits=limits, halt=halt)
        )
    clock = date.fromisoformat(environment.clock) if environment.clock else None
    database = Path(folder) / ".procspec" / "emulator.db"
    try:
        return Client(embedded(database, clock, halt))
    except emulator.EmulatorError as error:
        raise ServiceError(
            f"The emulator cannot start: {error}", hint=f"It keeps its data in {database}."
        ) from error


def embedded(database: Path | str, clock: date | None, halt: Halt | None = None) -> Http:
    """The emulator in this process, on a file or `:memory:`; raises EmulatorError."""
    app = emulator.create_app(database, clock=clock)
    known = Credentials(token=emulator.TOKEN)
    return Http("http://emulator.localhost", headers=_HEADERS, credentials=known, app=app, halt=halt)


def _limits(environment: Environment) -> Limits:
    """Workiva's rate holds for Workiva's hosts; an emulator on this machine has none (api-facts 1.3)."""
    host = urlsplit(environment.url).hostname or ""
    return Limits(rate=0) if is_loopback(host) else Limits()
