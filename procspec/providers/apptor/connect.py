"""Opens an account: a real one over HTTP, or the embedded emulator in this process."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from procspec.errors import ServiceError
from procspec.halt import Halt
from procspec.http import Http, Limits
from procspec.model import Credentials, Environment
from procspec.providers.apptor import emulator
from procspec.providers.apptor.client import Client

EMBEDDED = "emulator"
"""The `url` of an environment that needs no account."""
KEY_HEADER = "X-API-Key"
"""Where the key goes (004, "Auth"); a JWT goes where all bearer tokens go."""

_LIMITS = Limits(rate=0, max_wait=90.0)
"""Every key has a rate of its own, which nobody tells us: the server says when it is too much. The wait that
its pages show is 60 seconds (api-facts 3.4), and a run that is watched must outlive it."""


def connect(environment: Environment, credentials: Credentials, folder: str, halt: Halt) -> Client:
    """A client for an environment; the emulator keeps its data in `.procspec/emulator-apptor.db`."""
    if environment.url != EMBEDDED:
        return Client(_http(environment.url, credentials, halt))
    clock = date.fromisoformat(environment.clock) if environment.clock else None
    database = Path(folder) / ".procspec" / "emulator-apptor.db"
    try:
        app = emulator.create_app(database, clock=clock)
    except emulator.EmulatorError as error:
        raise ServiceError(
            f"The emulator cannot start: {error}", hint=f"It keeps its data in {database}."
        ) from error
    known = Credentials(api_key=emulator.SYSTEM_KEY if environment.system_key else emulator.TOKEN)
    return Client(
        Http(
            "http://emulator.localhost",
            credentials=known,
            token_path="",
            key_header=KEY_HEADER,
            app=app,
            limits=_LIMITS,
            halt=halt,
        )
    )


def _http(url: str, credentials: Credentials, halt: Halt) -> Http:
    return Http(url, credentials=credentials, token_path="", key_header=KEY_HEADER, limits=_LIMITS, halt=halt)
