"""One process plan with all that carrying it out needs, and the proof that it still holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from procspec.engine.plan import plan_process
from procspec.engine.session import Session, Wanted
from procspec.errors import StalePlan
from procspec.model import Action, Outcome, ProcessPlan, Record, Request
from procspec.reconcile import Fields

Planner = Callable[[Session, str, Wanted | None, Record | None], ProcessPlan | None]
"""Plans one process by its key, its file and its record; None when nothing is to be done about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What the lock is taken for: how a process is planned, and planned again, and how that is carried out.

    `command` is what others are told while it goes on; `undoes` is the apply that it rolls back, if it does.
    """

    command: str
    planner: Planner
    carry: Callable[[Work], Outcome]
    undoes: str = ""


def as_filed(session: Session, key: str, file: Wanted | None, record: Record | None) -> ProcessPlan | None:
    """An apply's plan of one process, which is as its file says, or is pruned without one."""
    return plan_process(session, key, file, record, prune=file is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One process plan with all that carrying it out needs.

    `stored` is the record that the plan was made with; `record` moves on with every write.
    """

    session: Session
    item: ProcessPlan
    file: Wanted | None
    stored: Record | None
    owner: str
    record: Record
    taken: frozenset[str]
    """The ids of all processes that the state knows."""
    errand: Errand

    @property
    def wanted(self) -> Wanted:
        """The file; every action but a prune has one."""
        if self.file is None:
            raise StalePlan(f"The file of {self.item.key} is gone.", hint="Make a new plan.")
        return self.file

    def planned(self, record: Record | None) -> ProcessPlan | None:
        """The plan that this process would get now, with that record."""
        return self.errand.planner(self.session, self.item.key, self.file, record)

    def requests(self, action: Action) -> list[Request]:
        """The planned requests of one action."""
        return [request for request in self.item.requests if request.action is action]

    def fields(self, paths: Iterable[str]) -> Fields:
        """The node and the field behind the paths of changes, and what the server moves with them."""
        asked = frozenset(paths)
        shifted = {(shift.node, shift.field) for shift in self.item.shifts if shift.by in asked}
        return shifted | {(change.node, change.field) for change in self.item.changes if change.path in asked}


def _told(item: ProcessPlan) -> ProcessPlan:
    """What of a plan is a promise: not the server's spelling of what is there, nor what is no difference."""
    changes = tuple(replace(change, before=None) if change.field else change for change in item.pending)
    shifts = tuple(replace(shift, breaks=()) for shift in item.shifts)  # they depend on the day
    return replace(item, changes=changes, shifts=shifts, title="", moved_from="", moved={})


def check_plan(work: Work) -> None:
    """Plans the process again; raises StalePlan unless that gives exactly what was reviewed.

    Finds a process that moved, and a plan file whose requests are not those of its changes. What is there
    now is noted for the record of the apply, as what a rollback would put back.
    """
    again = work.planned(work.stored)
    if again is not None and _told(again) == _told(work.item):
        if work.session.trail is not None:
            work.session.trail.expect(again, work.record)
        return
    moved = again is None or again.base != work.item.base
    why = "has changed on the server since" if moved else "was changed in the plan file after"
    raise StalePlan(
        f"{work.item.key} {why} the plan was made; nothing was sent for it.",
        hint="Make a new plan and look at it again.",
    )
