"""Runs: how one is started, what a system does with it, and what two looks at it differ in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Final

from procspec.model.document import Json
from procspec.model.tree import Kind


class Phase(Enum):
    """What a status means, whatever word or number the system has for it."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


FINISHED: Final = frozenset({Phase.COMPLETE, Phase.CANCELLED})
"""Nobody has anything to do any more; what has failed can still be finished."""


def late(due: str, day: date) -> int:
    """By how many days a day is past what was due; 0 when it is not, or when nobody can tell."""
    try:
        return max(0, (day - date.fromisoformat(due)).days)
    except ValueError:
        return 0


class Review(Enum):
    """Where a job with an approver is, while it runs: the approver has it, or has given it back."""

    NONE = ""
    APPROVAL = "approval"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNode:
    """A group or a job of a run, as the system tells it.

    `status` is the system's own word, `phase` what it means. `source` is the id of the group or job of the
    process that it was made from, `key` the one that this has in the files; both empty for what was added
    later. `person` and `approver` are ids, days are in ISO form. `since` is when it came into being (ISO).
    `manual` says that somebody has to start it. `generated` marks what the server made itself (T20).
    `detail` is what the system says besides its status, where that says more.
    """

    kind: Kind
    id: str
    title: str
    status: str
    phase: Phase
    source: str = ""
    key: str = ""
    action: str = ""
    person: str = ""
    due: str = ""
    approver: str = ""
    approver_due: str = ""
    task: str = ""
    permalink: str = ""
    since: str = ""
    parallel: bool = False
    manual: bool = False
    generated: bool = False
    review: Review = Review.NONE
    detail: str = ""
    children: tuple[RunNode, ...] = ()

    def walk(self) -> Iterator[RunNode]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def told(self) -> str:
        """All that the system says about how it stands: `running`, `running (Approval)`."""
        return f"{self.status} ({self.detail})" if self.detail else self.status

    @property
    def holder(self) -> str:
        """The id of whoever has it now: the assignee, or the approver while it is in approval."""
        if self.phase is not Phase.RUNNING:
            return ""
        return self.approver if self.review is Review.APPROVAL else self.person

    @property
    def deadline(self) -> str:
        """The day by which whoever has it, or gets it first, is to be done; empty when there is none."""
        return self.approver_due if self.review is Review.APPROVAL else self.due

    def is_overdue(self, today: str) -> bool:
        """Whether that day is before `today` (ISO), and the work is not finished."""
        return self.phase not in FINISHED and bool(self.deadline) and self.deadline < today

    def overdue(self, day: date) -> int:
        """By how many days it is late on a day; 0 when it is not."""
        return late(self.deadline, day) if self.is_overdue(day.isoformat()) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run as the system tells it: `status` in its own word, `over` when nothing of it goes on.

    `process` is the id or key of what was started. `root` is None where the system shows no tree; where it
    shows the tasks of the moment alone, they are the children of a parallel group. `files` are the names
    under which the system keeps files of the run.
    """

    id: str
    process: str
    status: str
    over: bool
    phase: Phase = Phase.UNKNOWN
    name: str = ""
    due: str = ""
    started: str = ""
    ended: str = ""
    version: str = ""
    correlation: str = ""
    root: RunNode | None = None
    variables: Mapping[str, Json] = field(default_factory=dict)
    files: tuple[str, ...] = ()

    def nodes(self) -> Iterator[RunNode]:
        """Every group and job, parents first; none where the system shows no tree."""
        return iter(()) if self.root is None else self.root.walk()

    @property
    def is_momentary(self) -> bool:
        """Whether it shows the tasks of the moment alone, below a group that is the run itself."""
        return self.root is not None and self.root.id == self.id

    @property
    def jobs(self) -> tuple[RunNode, ...]:
        """The jobs that people made, generated ones left out."""
        return tuple(node for node in self.nodes() if node.kind is Kind.JOB and not node.generated)

    def overdue(self, day: date) -> int:
        """By how many days the run itself is late on a day, 0 when it is not."""
        return 0 if self.over else late(self.due, day)


class EventKind(Enum):
    """What happened between two looks at a run."""

    STATUS = "status"
    ADDED = "added"
    GONE = "gone"
    OVERDUE = "overdue"
    TASK = "task"
    FILE = "file"
    TROUBLE = "trouble"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened: to a group or job, its children left out, or to the run as a whole.

    `before` and `after` are statuses in the system's words, `days` is how late something is. `detail` is the
    name of a file, or why the system could not be asked.
    """

    kind: EventKind
    node: RunNode | None = None
    before: str = ""
    after: str = ""
    days: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Somebody's work that a run begins with: the job's title, who gets it (an id), and when it is due."""

    title: str
    person: str = ""
    due: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A run that is to be started: of which process, by the system's own id or key, and with what.

    `email` tells the owner when it is complete. `environment` (DEVELOPMENT or PRODUCTION), `version`,
    `correlation` and `system_key` (the environment's) are apptor flow's (004, "Start a Workflow").
    """

    process: str
    inputs: Mapping[str, Json] = field(default_factory=dict)
    email: bool = True
    correlation: str = ""
    environment: str = ""
    version: str = ""
    system_key: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A process as the list of a system shows it; `obstacle` says why the API cannot start it, if so."""

    key: str
    name: str = ""
    version: str = ""
    obstacle: str = ""


class Decision(Enum):
    """What can be done about a human step: go on with the data, or give it up."""

    COMPLETE = "complete"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A human step of a run that is to be finished, and how; `data` goes on with it."""

    run: str
    node: str
    decision: Decision
    data: Mapping[str, Json] = field(default_factory=dict)
