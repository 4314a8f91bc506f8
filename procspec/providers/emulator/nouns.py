"""The nouns that everything knows: objects, ids, answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Object = dict[str, Any]
"""A JSON object."""

NewId = Callable[[str], str]
"""The next id for a kind of thing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers: a body of JSON, or of bytes, which need a `content-type` in `headers`.

    `view` says what kind of answer it is: quirks look at it, and leave an answer without one alone.
    """

    status: int
    body: Any = None
    view: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
