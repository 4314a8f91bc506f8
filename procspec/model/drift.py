"""Drift: where a live process is not as it was last applied, whoever moved it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from procspec.model.document import Json, Location
from procspec.model.tree import ROOT, Stamp


class DriftKind(Enum):
    """What happened to a process, a group, a job or a field since the last apply."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    REORDERED = "reordered"
    GONE = "gone"
    BACK = "back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """One difference between what was last applied and what is live.

    The record keeps digests: `applied` is there when the files still say what was applied, or when it
    is the server's default; otherwise `unknown` says that another value was. Of a group or a job that
    was added or removed, `live` or `applied` has its kind and its fields; of one that was moved, the
    keys of its parents; of a group that was reordered, the keys of its children.
    """

    kind: DriftKind
    node: str
    field: str = ""
    applied: Json = None
    live: Json = None
    unknown: bool = False
    place: Location | None = None

    @property
    def path(self) -> str:
        """The address as people read it, as that of a change."""
        node = "root" if self.node == ROOT else self.node
        return ".".join(part for part in (node, self.field) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessDrift:
    """What has become of one process since it was last applied.

    `settled` are differences that the files have as well by now, so that nobody has to act on them: they
    are no drift. `revision` is the server's, `was` the one after the last apply; one that moved without a
    departure is no drift. `blocked` says why nothing can be said: an outcome that is unknown; `note`, that
    nothing was applied. `period` is the one that the process belongs to, if it is not the session's.
    """

    key: str
    title: str
    id: str | None = None
    departures: tuple[Departure, ...] = ()
    settled: tuple[Departure, ...] = ()
    place: Location | None = None
    revision: int | None = None
    was: int | None = None
    modified: Stamp | None = None
    blocked: str = ""
    note: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """All processes of an environment that procspec applied; `labels` gives people's names by id."""

    project: str
    environment: str
    target: str
    processes: tuple[ProcessDrift, ...]
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def drifted(self) -> tuple[ProcessDrift, ...]:
        """The processes that are not as they were last applied."""
        return tuple(item for item in self.processes if item.departures)
