"""The next period against this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from procspec.model.document import Location
from procspec.model.plan import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """A date of the next period that is no business day; `path` as in `Change.path`."""

    path: str
    day: str
    place: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An id of content, or a date, that is still the one of the period before: to be chosen by hand."""

    path: str
    id: str
    place: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolled:
    """One process of a period against the same one of the next.

    `before` is its key now, None for one that only the next period has; `after` its key then, None for one
    that ends. `tasks` counts the jobs of both. `changes` are fields, and jobs or groups that are not in
    both. `there` says that the process of `after` is on the server already.
    """

    before: str | None
    after: str | None
    title: str
    tasks: int = 0
    changes: tuple[Change, ...] = ()
    landings: tuple[Landing, ...] = ()
    choices: tuple[Choice, ...] = ()
    there: bool = False
    place: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """What the next period will be against this one; `kept` are the keys whose processes stay as they are."""

    project: str
    environment: str
    before: str
    after: str
    processes: tuple[Rolled, ...]
    kept: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
