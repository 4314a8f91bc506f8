"""The nouns of the emulator: a call, an answer, an operation."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from procspec.providers.workiva.emulator.world import World

Object = dict[str, Any]
"""A JSON object."""

NewId = Callable[[str], str]
"""The next id for a `process`, `group`, `job`, `processRun`, `groupRun` or `jobRun`."""

READ, WRITE = "file:read", "file:write"
"""The two scopes (guide, "Prerequisites & Authentication")."""


class Takes(enum.Enum):
    """Whether an operation has a request body."""

    NOTHING = "nothing"
    OPTIONAL = "optional"
    BODY = "body"


class View(enum.Enum):
    """What kind of answer it is; quirks look at it."""

    OTHER = "other"
    CREATED = "created"
    PROCESS = "process"
    GOT = "got"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Call:
    """One request whose form has been checked."""

    world: World
    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers."""

    status: int
    body: Any = None
    view: View = View.OTHER


@dataclass(frozen=True, slots=True)
class Operation:
    """One documented operation: a row of the guide's "Summary of API Endpoints"."""

    method: str
    path: str
    scope: str
    handle: Callable[[Call], Answer]
    takes: Takes = Takes.NOTHING
    query: frozenset[str] = frozenset()
    media: frozenset[str] = field(default=frozenset({"application/json"}))
