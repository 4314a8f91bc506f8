"""What the rules look at: processes taken apart once, and everything that they are judged by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from procspec.model import PROCESS, ROOT, Document, Json, Location, Path, Project
from procspec.policy.people import Directory

_ACTIONS = ("sendTask", "contentRequest", "certification")
"""The actions of a job (guide, "Action Types")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job of a process: `path` leads to it, `data` are the arguments of its action."""

    document: Document
    path: Path
    key: str
    action: str
    data: Mapping[str, Json]

    @property
    def title(self) -> str:
        """What people call it."""
        return str(self.data.get("title") or self.key)

    def at(self, field: str) -> Path:
        """The path of an argument."""
        return (*self.path, self.action, field)

    def place(self, field: str) -> Location:
        """The place of an argument."""
        return self.document.place(self.at(field))

    def day(self, field: str) -> date | None:
        """An argument as a day."""
        return day(self.data.get(field))


class Process:
    """One expanded process document, taken apart."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.data: Mapping[str, Json] = document.data
        self.key = str(document.data["key"])

    @cached_property
    def nodes(self) -> tuple[tuple[Path, Mapping[str, Json]], ...]:
        """Every job and group below the root group with its path, in the order of the file."""
        return tuple(_below(("root",), self.data["root"]))

    @cached_property
    def jobs(self) -> tuple[Job, ...]:
        """Every job, in the order of the file."""
        return tuple(job for job in (self.job(path, node) for path, node in self.nodes) if job is not None)

    @cached_property
    def paths(self) -> Mapping[str, Path]:
        """The path of every node by the key that the compiled tree gives it."""
        keyed = {str(node.get("job") or node.get("group")): path for path, node in self.nodes}
        return {PROCESS: (), ROOT: ("root",), **keyed}

    def job(self, path: Path, node: Mapping[str, Json]) -> Job | None:
        """The job at a path; None for a group."""
        action = next((name for name in _ACTIONS if name in node), None)
        if "job" not in node or action is None:
            return None
        return Job(document=self.document, path=path, key=str(node["job"]), action=action, data=node[action])

    def day(self, field: str) -> date | None:
        """A field of the process as a day."""
        return day(self.data.get(field))


def _below(path: Path, group: Mapping[str, Json]) -> Iterator[tuple[Path, Mapping[str, Json]]]:
    for index, child in enumerate(group.get("children", ())):
        where = (*path, "children", index)
        yield where, child
        yield from _below(where, child)


def day(written: Json) -> date | None:
    """An ISO date; None for anything else, which the checks of the files report."""
    try:
        return date.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A project as the rules see it: `most` has the limits of those that count, by id.

    `is_waived` says whether a waiver in force covers a finding, for rules that count without those.
    """

    project: Project
    processes: tuple[Process, ...]
    people: Directory
    as_of: date
    most: Mapping[str, int]
    is_waived: Callable[[Hit], bool] = lambda hit: False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A rule found something at the data path `path`, which a waiver there or above it covers.

    `spot` is the place where it is shown, when that is not the one of the value.
    """

    policy: str
    document: Document
    path: Path
    detail: str
    related: tuple[Location, ...] = ()
    spot: Location | None = None

    @property
    def place(self) -> Location:
        """Where it is shown."""
        return self.spot or self.document.place(self.path)


def hit(policy: str, job: Job, field: str, detail: str, related: Iterable[Location] = ()) -> Hit:
    """A finding at an argument of a job; without the argument, at the key of its action."""
    path = job.at(field)
    spot = None
    if field not in job.data:
        path = (*job.path, job.action)
        spot = job.document.keys.get(path)
    return Hit(
        policy=policy, document=job.document, path=path, detail=detail, related=tuple(related), spot=spot
    )
