"""A call, and the operation that answers it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from procspec.providers.emulator.nouns import Answer

W = TypeVar("W")
"""The world of an emulator."""


class Takes(enum.Enum):
    """Whether an operation has a request body."""

    NOTHING = "nothing"
    OPTIONAL = "optional"
    BODY = "body"


class Access(enum.Enum):
    """What an operation does with the store: a look at it, or a transaction."""

    READ = "read"
    WRITE = "write"


READ, WRITE = Access.READ, Access.WRITE


# These two have no slots: an alias such as `Operation[World]` could then not be called (Python 3.11).
@dataclass(frozen=True)
class Call(Generic[W]):
    """One request whose form has been checked; `caller` is what the authentication check returned.

    `quirks` are those of its answer, for an operation that has to look further than at the answer.
    """

    world: W
    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    caller: str = ""
    quirks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Operation(Generic[W]):
    """One documented operation, or one control endpoint."""

    method: str
    path: str
    access: Access
    handle: Callable[[Call[W]], Answer]
    takes: Takes = Takes.NOTHING
    query: frozenset[str] = frozenset()
    media: frozenset[str] = field(default=frozenset({"application/json"}))
