"""The nouns of the emulator that everything knows: objects, scopes, answers."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Object = dict[str, Any]
"""A JSON object."""

NewId = Callable[[str], str]
"""The next id for a `process`, `group`, `job`, `processRun`, `groupRun` or `jobRun`."""

READ, WRITE = "file:read", "file:write"
"""The two scopes (guide, "Prerequisites & Authentication")."""


class View(enum.Enum):
    """What kind of answer it is; quirks look at it."""

    OTHER = "other"
    CREATED = "created"
    PROCESS = "process"
    GOT = "got"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers."""

    status: int
    body: Any = None
    view: View = View.OTHER
