"""A call, and the operation that answers it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from procspec.providers.workiva.emulator.nouns import Answer
from procspec.providers.workiva.emulator.world import World


class Takes(enum.Enum):
    """Whether an operation has a request body."""

    NOTHING = "nothing"
    OPTIONAL = "optional"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Call:
    """One request whose form has been checked."""

    world: World
    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: Any


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
