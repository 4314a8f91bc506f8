"""What the user wrote: places, problems and documents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from procspec.model.calendar import Calendar

Json: TypeAlias = Any
"""A parsed JSON or YAML value; `Any` stands at the edges only."""

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""What a key looks like, whole (schemas, `slug`)."""

Path: TypeAlias = tuple[str | int, ...]
"""The way to a value inside a document: ("root", "children", 0, "job")."""


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file: lines and columns count from 1; `width` is how many columns to underline.

    `copy` names the copy of a `forEach` that the value stands in: the place is the template's.
    """

    file: str
    line: int
    column: int
    width: int = 1
    copy: str = ""

    def __str__(self) -> str:
        named = f" [{self.copy}]" if self.copy else ""
        return f"{self.file}:{self.line}:{self.column}{named}"


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
    `written` has what stood in the file where a date was computed (`WD+5`), by path. `calendar` is the
    process's own; None where it has no business days. `calendar_fields` is what the calendar that it
    names adds to its fields, holidays included, under the API's names. `template` is its key as written,
    before expansion, and `period` the name of the period that the key was made from, if it was.
    """

    file: str
    data: Json
    places: Mapping[Path, Location]
    keys: Mapping[Path, Location]
    written: Mapping[Path, str] = field(default_factory=dict)
    calendar: Calendar | None = None
    calendar_fields: Mapping[str, Json] = field(default_factory=dict)
    template: str = ""
    period: str = ""

    def place(self, path: Path) -> Location:
        """The place of the value at `path`, or of its nearest parent that has one."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path) or Location(self.file, 1, 1)
