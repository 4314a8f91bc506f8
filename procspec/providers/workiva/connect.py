"""Opens an account: the real one over HTTP, or the embedded emulator in this process."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from procspec.http import Http
from procspec.model import Credentials, Environment
from procspec.providers.workiva import emulator
from procspec.providers.workiva.client import VERSION, Client

EMBEDDED = "emulator"
"""The `url` of an environment that needs no account."""


def connect(environment: Environment, credentials: Credentials, folder: str) -> Client:
    """A client for an environment; the emulator keeps its data in `.procspec/emulator.db` of the project."""
    headers = {"X-Version": VERSION, "Accept": "application/json"}
    if environment.url != EMBEDDED:
        return Client(Http(environment.url, headers=headers, credentials=credentials))
    clock = date.fromisoformat(environment.clock) if environment.clock else None
    app = emulator.create_app(Path(folder) / ".procspec" / "emulator.db", clock=clock)
    known = Credentials(token=emulator.TOKEN)
    return Client(Http("http://emulator.localhost", headers=headers, credentials=known, app=app))
