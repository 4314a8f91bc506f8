"""Desired and live: one type of tree, and what its fields can do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from procspec.model.document import Json, Location

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
class Stamp:
    """When something was last changed on the server (ISO, UTC) and by whom, an id; as the server says it."""

    when: str
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A process, a group or a job, desired or live: two values of this one type.

    The process has one child, the root group. `fields` holds values under the API's names, a job's
    arguments flattened beside `action`; a field that is not there is not set. `key` is the stable name
    of the files; a live node that no record knows has the key `id:` and its id. `generated` marks
    what the server made itself (T20). `modified` is there for a live process whose answer says it.
    """

    kind: Kind
    key: str
    fields: Mapping[str, Json]
    children: tuple[Node, ...] = ()
    id: str | None = None
    revision: int | None = None
    generated: bool = False
    modified: Stamp | None = None
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

    def person(self, field: str) -> str:
        """The id of whoever a field names; empty when it names nobody."""
        given = self.fields.get(field)
        return str(given.get("id", "")) if isinstance(given, Mapping) else ""


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
    IDS = "ids"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """One row of a provider's table: what one field can do, and who says so.

    `on` is `process`, `root`, `group`, or the action of a job. `removable` says that a patch may remove
    it; one that cannot be removed always has a value, `default` where the server's is known. `chosen`
    marks an id of content that people choose anew for every period: a document, a section, a letter.
    """

    on: str
    name: str
    update: Update
    source: str
    compare: Compare = Compare.EXACT
    removable: bool = False
    default: Json = None
    chosen: bool = False


FieldTable: TypeAlias = Mapping[tuple[str, str], FieldRule]
"""The rows of a provider by (`on`, `name`)."""
