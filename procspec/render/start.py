"""Runs: one that is about to be started, those of a plan, and who will get a task at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from procspec.model import Action, Json, Location, RunPlan, Task
from procspec.render.style import PLAIN, SYMBOLS, Paint
from procspec.render.values import value
from procspec.render.visible import visible

_LAST = 3
"""Runs that are shown of those that were started before."""
UNKNOWN = "Only the system knows who gets a task."


def start(item: RunPlan, labels: Mapping[str, str], paint: Paint = PLAIN) -> str:
    """The process, earlier runs of it and, by person and due date, the tasks with which a run begins."""
    head = _head(item.key, "run", item.title, item.place, paint)
    return "\n".join([head, *_about(item), *reached(item.tasks, labels)])


def run(item: RunPlan, labels: Mapping[str, str], paint: Paint = PLAIN, *, verbose: bool = False) -> str:
    """One run of a plan; empty when there is nothing to tell about it."""
    if item.request is None and not (item.blocked or item.note or verbose):
        return ""
    idle = paint("waits", "error") if item.blocked else paint("no changes", "dim")
    what = paint("run", "run") if item.request else idle
    lines = [_head(item.key, what, item.title, item.place, paint, due=item.request is not None)]
    if item.blocked:
        lines.append(f"    {paint('blocked', 'error')}: {visible(item.blocked)}")
    if item.started:
        lines.append(
            f"    started as {visible(item.started)}{f'; {visible(item.note)}' if item.note else ''}"
        )
    if item.request is not None:
        lines += [*_about(item), *reached(item.tasks, labels)]
        lines.append(f"    {paint('It is started once, and cannot be taken back.', 'dim')}")
    return "\n".join(lines) + "\n"


def _head(key: str, what: str, title: str, place: Location | None, paint: Paint, *, due: bool = True) -> str:
    symbol = SYMBOLS[Action.RUN] if due else SYMBOLS[Action.NOOP]
    where = f"  {paint(visible(str(place)), 'place')}" if place else ""
    return f"{paint(f'{symbol} {visible(key)}', 'run')}  {what}  {value(title, {})}{where}"


def _about(item: RunPlan) -> Iterator[str]:
    """Earlier runs of the same process, and with what this one is started."""
    yield from (f"    started before: {visible(told)}" for told in item.earlier[-_LAST:])
    yield from _inputs(item.inputs)
    yield from _where(item)


def _where(item: RunPlan) -> Iterator[str]:
    """What the query of the request says: the environment of the flow, and its version."""
    query = item.request.query if item.request else {}
    yield from (f"    {visible(name)}: {visible(given)}" for name, given in query.items())


def _inputs(inputs: Mapping[str, Json]) -> Iterator[str]:
    width = max(map(len, map(visible, inputs)), default=0)
    yield from (f"      {visible(name).ljust(width)}  {value(given, {})}" for name, given in inputs.items())


def reached(tasks: Sequence[Task] | None, labels: Mapping[str, str]) -> list[str]:
    """The tasks with which a run begins, by person and due date, and how many people that is."""
    if tasks is None:
        return [f"    {UNKNOWN}"]
    ordered = sorted(tasks, key=lambda task: (_person(task, labels), task.due, task.title))
    return [*(f"    {_line(task, labels)}" for task in ordered), f"    {_sent(ordered)}"]


def _person(task: Task, labels: Mapping[str, str]) -> str:
    return labels.get(task.person, task.person) or "nobody"


def _line(task: Task, labels: Mapping[str, str]) -> str:
    due = f", due {visible(task.due)}" if task.due else ""
    return f"{visible(_person(task, labels))}: {value(task.title, {})}{due}"


def _sent(tasks: list[Task]) -> str:
    if not tasks:
        return "Nobody gets a task before something is started by hand."
    return f"{mailed(tasks)} at once: {len(tasks)} task{'' if len(tasks) == 1 else 's'}."


def mailed(tasks: Iterable[Task]) -> str:
    """How many people get mail."""
    people = {task.person for task in tasks if task.person}
    return "1 person gets mail" if len(people) == 1 else f"{len(people)} people get mail"
