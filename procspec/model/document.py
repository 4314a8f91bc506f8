"""What the user wrote: places, problems and documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A parsed JSON or YAML value; `Any` stands at the edges only."""

Path: TypeAlias = tuple[str | int, ...]
"""The way to a value inside a document: ("root", "children", 0, "job")."""


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file: lines and columns count from 1; `width` is how many columns to underline."""

    file: str
    line: int
    column: int
    width: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Severity(Enum):
    """How bad a diagnostic is; only an error stops a command."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """A problem for the user.

    `summary` is a fixed phrase without user values, so that readers learn to recognise it; `detail`
    says in full sentences what is wrong and what to do. `related` are other places that belong to it.
    """

    rule: str
    summary: str
    detail: str
    place: Location | None = None
    severity: Severity = Severity.ERROR
    related: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One YAML file as plain data, with the place of every value and of every key.

    `places` finds a value, `keys` the key of a mapping entry; both by `Path`. After expansion the
    data has changed and the places have not: a value keeps the place of the text it came from.
    """

    file: str
    data: Json
    places: Mapping[Path, Location]
    keys: Mapping[Path, Location]

    def place(self, path: Path) -> Location:
        """The place of the value at `path`, or of its nearest parent that has one."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path) or Location(self.file, 1, 1)
