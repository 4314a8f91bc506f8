"""Plans: changes, the requests that carry them out, and how that ended."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from procspec.model.document import Diagnostic, Json, Location
from procspec.model.policy import Waiver
from procspec.model.project import Holidays
from procspec.model.run import Task
from procspec.model.tree import ROOT


class Action(Enum):
    """What a change, a request or a whole process plan does."""

    CREATE = "create"
    UPDATE = "update"
    RENAME = "rename"
    REPLACE = "replace"
    TRASH = "trash"
    RESTORE = "restore"
    RUN = "run"
    ADD_JOBS = "add jobs"
    TASK = "task"
    NOOP = "no-op"


class Cause(Enum):
    """Why a change is there (DESIGN section 4)."""

    SPEC = "spec"
    DRIFT = "drift"
    BOTH = "both"
    DEFAULT = "default"
    CALENDAR = "calendar"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. `node` and `field` address it; an empty `field` means the node as a whole.

    `before` and `after` are None where there is no value. `reason` is a sentence's end for people.
    `level` is the depth of the node in the tree: 0 for the process, 1 for the root group. `written` is
    what the file says where `after` was computed from it (`WD+5`). `unexplained` marks a change that the
    edits since a git revision do not account for.
    """

    action: Action
    node: str
    field: str = ""
    before: Json = None
    after: Json = None
    cause: Cause = Cause.SPEC
    reason: str = ""
    place: Location | None = None
    level: int = 0
    written: Mapping[str, str] = dataclasses.field(default_factory=dict)
    unexplained: bool = False

    @property
    def path(self) -> str:
        """The address as people read it: `reconcile-ar.assignee`, `root.parallel`, `dueDate`."""
        node = "root" if self.node == ROOT else self.node
        return ".".join(part for part in (node, self.field) if part)


NEW_ID = "{id}"
"""Stands in a request's path for the one unknown: the id of the process that the same plan creates."""


class When(Enum):
    """On what a planned request depends: a replacement ends in one of two ways, both of them planned."""

    ALWAYS = "always"
    VALID = "valid"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP call that changes the world, and the paths of the changes that it carries out."""

    action: Action
    method: str
    path: str
    body: Json = None
    media: str = ""
    carries: tuple[str, ...] = ()
    when: When = When.ALWAYS
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A request that was carried out: `ids` are those of what it made (a process, a run, jobs), `trace` is
    the server's own name for the request, where its answer says one.
    """

    ids: tuple[str, ...] = ()
    trace: str = ""

    @property
    def id(self) -> str:
        """The id of the one thing that was made; empty when nothing was."""
        return self.ids[0] if self.ids else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The state of the world that a process plan was computed from."""

    serial: int
    id: str | None = None
    revision: int | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A date of a job that the server moves by itself when a patch changes the field `by` of the process.

    Days are in ISO form; `after` is None where it cannot be said. `breaks` has what is wrong with the day
    that it lands on, each with the id of its policy where it has one.
    """

    node: str
    field: str
    by: str
    before: str
    after: str | None = None
    breaks: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The address as people read it: `reconcile-ar.dueDate`."""
        return f"{self.node}.{self.field}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessPlan:
    """What is to be done about one process; `changes` includes no-ops, which carry their reason."""

    key: str
    title: str
    action: Action
    base: Base
    changes: tuple[Change, ...] = ()
    requests: tuple[Request, ...] = ()
    place: Location | None = None
    recheck: bool = False
    """The server's last validation found something: an apply asks again, even without a change."""
    blocked: str = ""
    """Why nothing can be done about this process now: an outcome that is unknown."""
    shifts: tuple[Shift, ...] = ()
    moved_from: str = ""
    """The old key under which the state has the record; an apply writes it under the new one."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """New keys of jobs and groups by old ones, as far as the record has them under the old ones."""

    @property
    def idle(self) -> bool:
        """Whether the server has nothing to be asked or told."""
        return self.action is Action.NOOP and not self.recheck

    @property
    def rekeyed(self) -> bool:
        """Whether an apply writes the record anew because keys moved."""
        return bool(self.moved_from or self.moved)

    @property
    def pending(self) -> tuple[Change, ...]:
        """The changes that are real differences."""
        return tuple(change for change in self.changes if change.action is not Action.NOOP)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """A run that the files declare: started once, by the one request; None when nothing is to be done.

    `process` is how the file names what is started, `title` what people call it, `base` has the serial of the
    run's record and the id or key of the process. `tasks` is who gets work at once; None where only the
    system knows. `started` is the run, if there is one; `note` says what people should know besides.
    """

    key: str
    title: str
    process: str
    base: Base
    request: Request | None = None
    tasks: tuple[Task, ...] | None = None
    inputs: Mapping[str, Json] = field(default_factory=dict)
    place: Location | None = None
    started: str = ""
    blocked: str = ""
    note: str = ""
    earlier: tuple[str, ...] = ()
    """When other runs of the same process were started, and which, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that an apply would do, and what it was computed from.

    `labels` gives people's names by id; `orphans` are the keys of records whose file is gone, `kept`
    those of other periods, which nothing happens to. `hints` are sentences about what looks like a slip.
    """

    project: str
    environment: str
    target: str
    """Provider and origin, for people and against applying to another account."""
    lineage: str
    spec: str
    variables: Mapping[str, Json]
    processes: tuple[ProcessPlan, ...]
    orphans: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    period: str = ""
    kept: tuple[str, ...] = ()
    holidays: Mapping[str, Holidays] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    hints: tuple[str, ...] = ()
    since: str = ""
    """The git revision whose edits the changes were held against."""
    runs: tuple[RunPlan, ...] = ()
    """The runs that the files declare, in path order."""

    @property
    def pending(self) -> tuple[ProcessPlan, ...]:
        """The processes about which something is to be changed."""
        return tuple(process for process in self.processes if process.action is not Action.NOOP)

    @property
    def is_due(self) -> bool:
        """Whether an apply would change anything, on the server or in the state."""
        return bool(self.pending or self.moves or self.starting)

    @property
    def starting(self) -> tuple[RunPlan, ...]:
        """The runs that are to be started."""
        return tuple(run for run in self.runs if run.request is not None)

    @property
    def moves(self) -> tuple[ProcessPlan, ...]:
        """The processes whose record is to be written under other keys."""
        return tuple(process for process in self.processes if process.rekeyed)

    @property
    def due(self) -> tuple[ProcessPlan, ...]:
        """The processes that an apply has to look at: those to change, to validate again, or to move."""
        return tuple(item for item in self.processes if not item.idle or item.rekeyed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the carrying out of one process plan ended; `done` says that its requests were carried out,
    whatever went wrong afterwards.

    `exit_code` is 0 when all was done; `error` and `hint` say why not, `diagnostics` is what the
    server's validation found, `remaining` what is still different.
    """

    key: str
    title: str
    action: Action
    id: str | None = None
    done: bool = False
    exit_code: int = 0
    error: str = ""
    hint: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    remaining: tuple[Change, ...] = ()
