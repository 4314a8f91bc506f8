"""Opens an account: a real one over HTTP, or the embedded emulator in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from procspec.errors import UsageError
from procspec.halt import Halt
from procspec.http import Http, Limits
from procspec.model import Credentials, Environment
from procspec.providers import accounts
from procspec.providers.apptor import emulator
from procspec.providers.apptor.client import Client

if TYPE_CHECKING:
    from starlette.types import ASGIApp

KEY_HEADER = "X-API-Key"
"""Where the key goes (004, "Auth"); a JWT goes where all bearer tokens go."""

_LIMITS = Limits(rate=0, max_wait=90.0)
"""Every key has a rate of its own, which nobody tells us: the server says when it is too much. The wait that
its pages show is 60 seconds (api-facts 3.4), and a command that is not watching must outlive it."""


def connect(environment: Environment, credentials: Credentials, folder: str, halt: Halt) -> Client:
    """A client for an environment; the emulator keeps its data in `.procspec/emulator-apptor.db`."""
    if credentials.token.startswith("apk_"):
        key, token = credentials.variables[3], credentials.variables[0]
        raise UsageError(f"{token} holds an API key (apk_...).", hint=f"Put it into {key}.")
    if not environment.is_embedded:
        return Client(_http(environment.url, credentials, halt))
    app = accounts.embedded(emulator.EMULATOR, environment, folder)
    known = Credentials(api_key=emulator.SYSTEM_KEY if environment.system_key else emulator.TOKEN)
    return Client(_http(accounts.INSIDE, known, halt, app))


def _http(url: str, credentials: Credentials, halt: Halt, app: ASGIApp | None = None) -> Http:
    return Http(
        url,
        credentials=credentials,
        token_path="",
        key_header=KEY_HEADER,
        app=app,
        limits=_LIMITS,
        halt=halt,
    )
