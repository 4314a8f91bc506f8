"""The nouns (DESIGN section 2): frozen values that import nothing of ours and cannot print themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A parsed JSON or YAML value; `Any` stands at the edges only."""

Path: TypeAlias = tuple[str | int, ...]
"""The way to a value inside a document: ("root", "children", 0, "job")."""


# ---------------------------------------------------------------------------------- what the user wrote


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


# ---------------------------------------------------------------------------------------- the project


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who gets work: `key` is the name in the files, `id` the one of the environment."""

    key: str
    id: str
    type: str = "user"
    name: str = ""
    place: Location | None = None

    @property
    def label(self) -> str:
        """How a plan calls this person."""
        return self.name or self.key or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One account on one system. `url` is an origin, or the word `emulator`."""

    name: str
    provider: str
    url: str
    clock: str | None = None
    variables: Mapping[str, Json] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)
    """Names of the variables that hold the credentials, by setting: token, clientId, clientSecret."""
    place: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder of files, read and expanded for one environment.

    `processes` are the process documents, expanded, in path order. `texts` holds every file that was
    read, for showing the line of a problem; `digest` is the one of all that a plan depends on.
    """

    folder: str
    name: str
    environment: Environment
    variables: Mapping[str, Json]
    people: Mapping[str, Person]
    calendars: Mapping[str, Mapping[str, Json]]
    state: str
    document: Document
    processes: tuple[Document, ...]
    texts: Mapping[str, str]
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What proves who we are; never shown, not even by a traceback."""

    token: str = field(default="", repr=False)
    client_id: str = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return bool(self.token or (self.client_id and self.client_secret))


# ------------------------------------------------------------------------------------- desired and live

PROCESS = ""
"""The key of the process itself in a tree of nodes."""
ROOT = "/"
"""The key of the root group; no slug, so that no job can take it."""


class Kind(Enum):
    """What a node of a process is."""

    PROCESS = "process"
    GROUP = "group"
    JOB = "job"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a desired value was written, and as what.

    `via` names the indirection that produced it (`person` or `calendar`), `written` the text in the
    file: when the value moved and `written` did not, the person or the calendar is the cause.
    """

    place: Location
    written: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A process, a group or a job, desired or live: two values of this one type.

    The process has one child, the root group. `fields` holds values under the API's names, a job's
    arguments flattened beside `action`; a field that is not there is not set. `key` is the stable name
    of the files; a live node that no record knows has the key `id:` and its id. `generated` marks
    what the server made itself (T20).
    """

    kind: Kind
    key: str
    fields: Mapping[str, Json]
    children: tuple[Node, ...] = ()
    id: str | None = None
    revision: int | None = None
    generated: bool = False
    place: Location | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def title(self) -> str:
        """What people call it."""
        return str(self.fields.get("title") or self.fields.get("name") or self.key)


class Update(Enum):
    """What can be done about a difference in a field of a live process."""

    PATCH = "patch"
    RENAME = "rename"
    IMMUTABLE = "immutable"


class Compare(Enum):
    """How two values of a field are compared."""

    EXACT = "exact"
    WORD = "word"
    TEXT = "text"
    DATE = "date"
    SET = "set"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """One row of a provider's table: what one field can do, and who says so.

    `on` is `process`, `root`, `group`, or the action of a job. `removable` says that a patch may remove
    it; one that cannot be removed always has a value, `default` where the server's is known.
    """

    on: str
    name: str
    update: Update
    source: str
    compare: Compare = Compare.EXACT
    removable: bool = False
    default: Json = None


FieldTable: TypeAlias = Mapping[tuple[str, str], FieldRule]
"""The rows of a provider by (`on`, `name`)."""


# ----------------------------------------------------------------------------------------------- plans


class Action(Enum):
    """What a change, a request or a whole process plan does."""

    CREATE = "create"
    UPDATE = "update"
    RENAME = "rename"
    REPLACE = "replace"
    TRASH = "trash"
    RESTORE = "restore"
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
    """

    action: Action
    node: str
    field: str = ""
    before: Json = None
    after: Json = None
    cause: Cause = Cause.SPEC
    reason: str = ""
    place: Location | None = None

    @property
    def path(self) -> str:
        """The address as people read it: `reconcile-ar.assignee`, `root.parallel`, `dueDate`."""
        node = "root" if self.node == ROOT else self.node
        return ".".join(part for part in (node, self.field) if part)


NEW_ID = "{id}"
"""Stands in a request's path for the id of a process that the same plan creates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP call that changes the world, and the paths of the changes that it carries out."""

    action: Action
    method: str
    path: str
    body: Json = None
    media: str = ""
    carries: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The state of the world that a process plan was computed from."""

    serial: int
    id: str | None = None
    revision: int | None = None
    digest: str = ""


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
    blocked: str = ""
    """Why nothing can be done about this process now: an outcome that is unknown."""

    @property
    def pending(self) -> tuple[Change, ...]:
        """The changes that are real differences."""
        return tuple(change for change in self.changes if change.action is not Action.NOOP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that an apply would do, and what it was computed from.

    `labels` gives people's names by id; `orphans` are the keys of records whose file is gone.
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

    @property
    def pending(self) -> tuple[ProcessPlan, ...]:
        """The processes about which something is to be done."""
        return tuple(process for process in self.processes if process.action is not Action.NOOP)


# ----------------------------------------------------------------------------------------------- state


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What was last applied to one field: digests of the value and of what was written for it."""

    value: str
    written: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A dangerous act that was begun and whose end is not recorded."""

    action: Action
    since: str
    owner: str
    marks: Mapping[str, Mapping[str, Mark]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the state store keeps for one process: no content, no people, no secrets.

    `serial` is the one that was read; writing compares and swaps on it, 0 meaning "not there yet".
    `ids` maps node keys to server ids. `marks` holds, per node key and field, what was last applied,
    as digests under `salt`. `leftovers` are ids of processes that a replacement still has to trash.
    """

    environment: str
    key: str
    salt: str
    serial: int = 0
    id: str | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    revision: int | None = None
    digest: str = ""
    marks: Mapping[str, Mapping[str, Mark]] = field(default_factory=dict)
    intent: Intent | None = None
    leftovers: tuple[str, ...] = ()
    protect: bool = False
    trashed: bool = False


# ---------------------------------------------------------------------------------- what a server says


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One error of the server's validation, as far as its target could be understood.

    `node` is the server's id of the node that it is about and `field` a field name in the files'
    words; both empty when the target has an unknown form, which `target` keeps as sent.
    """

    code: str
    message: str
    target: str = ""
    node: str = ""
    field: str = ""
