"""Rules about when things are due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from procspec.model import WEEKDAYS, Calendar, Json, Path
from procspec.policy.scene import Hit, Job, Process, Scene, hit
from procspec.workdays import Uncounted

_DUE = ("dueDate", "approverDueDate")


def approver_due_before_assignee(scene: Scene) -> Iterator[Hit]:
    """Nothing can be approved before it is there."""
    for process in scene.processes:
        for job in process.jobs:
            done, approved = (job.day(name) for name in _DUE)
            if done and approved and approved < done:
                detail = (
                    f"The approval is due on {approved}, before the work itself on {done}."
                    " Give the approver a day on or after it."
                )
                policy = "approver-due-before-assignee"
                yield hit(policy, job, "approverDueDate", detail, (job.place("dueDate"),))


def no_business_day(scene: Scene) -> Iterator[Hit]:
    """Whoever is to do it is not at work on that day."""
    for process in scene.processes:
        calendar = process.document.calendar
        for path, due in _dues(process) if calendar is not None else ():
            why = _off(calendar, due) if calendar is not None else ""
            if why:
                yield _at("no-business-day", process, path, why)


def _off(calendar: Calendar, due: date) -> str:
    """Why a day is no business day, as far as anybody knows; empty when it is one."""
    try:
        if calendar.is_business(due):
            return ""
    except Uncounted as error:
        return f"Nobody knows whether {due} is a business day. {error}"
    named = f' of the calendar "{calendar.name}"' if calendar.name else ""
    return f"{due} is a {WEEKDAYS[due.weekday()].title()} and no business day{named}. Choose a business day."


def due_outside_window(scene: Scene) -> Iterator[Hit]:
    """The window of a process is from businessStartDate to its dueDate, both included."""
    for process in scene.processes:
        start, end = process.day("businessStartDate"), process.day("dueDate")
        for path, due in _dues(process):
            if start and due < start:
                detail = f"{due} is before the process's period begins, on {start}. Choose a later day."
                yield _at("due-outside-window", process, path, detail, "businessStartDate")
            elif end and due > end:
                detail = (
                    f"{due} is after {end}, when the whole process is due. Choose an earlier day,"
                    " or move the process's."
                )
                yield _at("due-outside-window", process, path, detail, "dueDate")


def past_due(scene: Scene) -> Iterator[Hit]:
    """The server refuses days that are not in the future (guide, "Validating a Process"; T22)."""
    for process in scene.processes:
        for path, due in _dues(process):
            if due <= scene.as_of:
                when = "today" if due == scene.as_of else f"in the past on {scene.as_of}"
                detail = (
                    f"{due} is {when}. The server's validation refuses a new process with such a day."
                    " Choose a later one; in a process that runs already, leave it."
                )
                yield _at("past-due", process, path, detail)


def _dues(process: Process) -> Iterator[tuple[Path, date]]:
    """Every due date of a process, its own first."""
    whole = process.day("dueDate")
    if whole:
        yield ("dueDate",), whole
    for job in process.jobs:
        for name in _DUE:
            due = job.day(name)
            if due:
                yield job.at(name), due


def _at(policy: str, process: Process, path: Path, detail: str, related: str = "") -> Hit:
    places = (process.document.place((related,)),) if related else ()
    return Hit(policy=policy, document=process.document, path=path, detail=detail, related=places)


# ----------------------------------------------------------------------------------- serial order


def serial_order(scene: Scene) -> Iterator[Hit]:
    """What comes later in a serial group is not due earlier."""
    for process in scene.processes:
        groups: list[tuple[Path, Mapping[str, Json]]] = [(("root",), process.data["root"])]
        groups += [(path, node) for path, node in process.nodes if "children" in node]
        for path, group in groups:
            if not group.get("parallel", False):
                yield from _row(process, path, group)


def _row(process: Process, path: Path, group: Mapping[str, Json]) -> Iterator[Hit]:
    """The children of one serial group, each against the latest due date before it."""
    before: _Dated | None = None
    for index, child in enumerate(group.get("children", ())):
        below = list(_below(process, (*path, "children", index), child))
        if not below:
            continue
        first = min(below, key=_when)
        if before is not None and first[0] < before[0]:
            detail = (
                f'"{first[1].title}" is due on {first[0]} and begins only when "{before[1].title}" is done,'
                f" which is due on {before[0]}. Move one of the two, or let them run at the same time."
            )
            yield hit("serial-order", first[1], "dueDate", detail, (before[1].place("dueDate"),))
        before = max((*reversed(below), *([before] if before else [])), key=_when)  # of two, the nearer one


_Dated = tuple[date, Job]


def _below(process: Process, path: Path, node: Mapping[str, Json]) -> Iterator[_Dated]:
    """The jobs at a path and below it that have a due date, through nested groups."""
    job = process.job(path, node)
    due = job.day("dueDate") if job else None
    if job and due:
        yield due, job
    for index, child in enumerate(node.get("children", ())):
        yield from _below(process, (*path, "children", index), child)


def _when(dated: _Dated) -> date:
    return dated[0]
