"""The scopes, and the kinds of answers."""

from __future__ import annotations

import enum

from procspec.providers.emulator.calls import READ, WRITE

SCOPES = {READ: "file:read", WRITE: "file:write"}
"""The two scopes (guide, "Prerequisites & Authentication"), by what an operation does."""


class View(enum.StrEnum):
    """What kind of answer it is; quirks look at it."""

    CREATED = "created"
    PROCESS = "process"
    GOT = "got"
    RUN = "run"
