"""Opens an account: the real one over HTTP, or the embedded emulator in this process."""

from __future__ import annotations

from procspec.halt import Halt
from procspec.http import Http
from procspec.model import Credentials, Environment
from procspec.providers import accounts
from procspec.providers.workingflow import emulator
from procspec.providers.workingflow.client import Client


def connect(environment: Environment, credentials: Credentials, folder: str, halt: Halt) -> Client:
    """A client for an environment; the emulator keeps its data below `.procspec` of the project.

    The key goes out as a bearer token (003, "Authentication"); there is nothing to exchange for one. No
    document names a rate: the usual one is manners.
    """
    if environment.is_embedded:
        app = accounts.embedded(emulator.EMULATOR, environment, folder)
        known = Credentials(token=emulator.TOKEN)
        return Client(Http(accounts.INSIDE, credentials=known, token_path="", app=app, halt=halt))
    limits = accounts.limits(environment)
    return Client(Http(environment.url, credentials=credentials, token_path="", limits=limits, halt=halt))
