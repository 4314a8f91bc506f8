"""A run that is about to be started: who will get a task at once, which cannot be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from procspec.model import Action, Record, Task
from procspec.render.style import PLAIN, SYMBOLS, Paint
from procspec.render.values import value
from procspec.render.visible import visible

_LAST = 3
"""Runs that are shown of those that were started before."""


def start(
    record: Record, title: str, tasks: Iterable[Task], labels: Mapping[str, str], paint: Paint = PLAIN
) -> str:
    """The process and, by person and due date, the tasks with which its run begins."""
    ordered = sorted(tasks, key=lambda task: (_person(task, labels), task.due, task.title))
    lines = [f"{paint(f'{SYMBOLS[Action.RUN]} {visible(record.key)}', 'run')}  run  {value(title, {})}"]
    lines += [f"    started before: {visible(run.since)} ({visible(run.id)})" for run in record.runs[-_LAST:]]
    lines += [f"    {_line(task, labels)}" for task in ordered]
    return "\n".join([*lines, f"    {_sent(ordered, labels)}"])


def _person(task: Task, labels: Mapping[str, str]) -> str:
    return labels.get(task.person, task.person) or "nobody"


def _line(task: Task, labels: Mapping[str, str]) -> str:
    due = f", due {visible(task.due)}" if task.due else ""
    return f"{visible(_person(task, labels))}: {value(task.title, {})}{due}"


def _sent(tasks: list[Task], labels: Mapping[str, str]) -> str:
    people = {task.person for task in tasks if task.person}
    if not tasks:
        return "Nobody gets a task before something is started by hand."
    tell = "1 person gets" if len(people) == 1 else f"{len(people)} people get"
    return f"{tell} mail at once: {len(tasks)} task{'' if len(tasks) == 1 else 's'}."
