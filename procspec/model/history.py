"""What an apply did, request by request, and what would undo it."""

from __future__ import annotations

from dataclasses import dataclass

from procspec.model.document import Json
from procspec.model.plan import Action
from procspec.model.record import Record
from procspec.model.tree import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Inverse:
    """What undoes a request or a part of it.

    TRASH and RESTORE are about the process `id`. UPDATE and RENAME put a field back from `after`, which the
    apply gave it, to `before`; None stands for no value. Its node has the id `id` on the server and had the
    key `node` in the files. NOOP: nothing undoes it, and `why` says why not.
    """

    action: Action
    id: str = ""
    node: str = ""
    field: str = ""
    before: Json = None
    after: Json = None
    why: str = ""

    @property
    def path(self) -> str:
        """The address of the field as people read it: `costs.title`, `root.parallel`, `dueDate`."""
        return ".".join(part for part in ("root" if self.node == ROOT else self.node, self.field) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One request that an apply sent: its path, and `trace`, the server's own name for it, if it gave one.

    `doubtful` says that nobody knew whether it was carried out when this was written.
    """

    action: Action
    method: str
    path: str
    trace: str = ""
    doubtful: bool = False
    inverses: tuple[Inverse, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What an apply did about one process, or the run that it started.

    `id` is the server's id of what the apply worked on: after a create or a replacement, the new one.
    `digest` is that of the process as the apply left it; empty where that was not looked at. `was` is the
    record before a replacement, which says how the old process is known.
    """

    key: str
    title: str
    action: Action
    id: str = ""
    exit_code: int = 0
    digest: str = ""
    was: Record | None = None
    steps: tuple[Step, ...] = ()

    @property
    def inverses(self) -> tuple[Inverse, ...]:
        """What undoes it, without what nothing undoes."""
        return tuple(one for step in self.steps for one in step.inverses if one.action is not Action.NOOP)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRecord:
    """One apply, kept in the state store under its id, which sorts by time.

    `since` is when it sent its first request (ISO, UTC), `who` is user@host, `plan` the digest of its plan.
    `commit` is the git commit of the project's folder, if it is in a repository, and `dirty` says that the
    project's files were not those of the commit. `undoes` is the apply that this one rolled back.
    `exit_code` is None for one that did not come to its end, which may have done all, some or none of its
    deeds.
    """

    id: str
    environment: str
    target: str
    command: str
    since: str
    who: str
    tool: str
    plan: str
    commit: str = ""
    dirty: bool = False
    undoes: str = ""
    exit_code: int | None = None
    deeds: tuple[Deed, ...] = ()

    @property
    def inverses(self) -> tuple[Inverse, ...]:
        """What undoes it, without what nothing undoes."""
        return tuple(inverse for deed in self.deeds for inverse in deed.inverses)
