"""The state machine of an instance: which tasks it has, and what happens when one is completed.

An instance is kept as `{id, definition, startTime, endTime, status, variables, tasks}`, `definition` as it
was deployed when it started, `tasks` those of the moment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from procspec.providers.emulator.errors import bad_request
from procspec.providers.emulator.nouns import Object
from procspec.providers.workingflow.emulator.errors import conflict, no_instance
from procspec.providers.workingflow.emulator.world import World

ACTIVE = "ACTIVE"
"""The one status that 003 shows."""
COMPLETED = "COMPLETED"
"""The status of an instance whose tasks are all done (inference)."""


def start(world: World, definition: Object, variables: Object, initiator: str) -> Object:
    """A new instance at its first step.

    The instance, each of its variables and its execution take a number of the counter before the first task
    does: so the example's ids are 52407 and 52412 (inference).
    """
    known = {**variables, "initiator": initiator}
    instance: Object = {
        "id": str(world.store.number(2 + len(known))),
        "definition": definition,
        "startTime": world.stamp(),
        "endTime": None,
        "status": ACTIVE,
        "variables": known,
        "tasks": [],
    }
    _enter(world, instance, [definition["steps"][0]["id"]])
    world.store.put_instance(instance)
    return instance


_VARIABLE = re.compile(r"\$\{(\w+)\}")


def _enter(world: World, instance: Object, steps: Iterable[str]) -> None:
    """Makes the tasks of some steps; an instance without a task has ended."""
    table = {step["id"]: step for step in instance["definition"]["steps"]}
    for step in (table[each] for each in steps):
        task = {
            "taskId": str(world.store.number()),
            "taskName": step["task"],
            "assignee": _assignee(instance, step.get("assignee")),
            "createTime": world.stamp(),
            "step": step["id"],
        }
        instance["tasks"].append(task)
    if not instance["tasks"]:
        end(world, instance, COMPLETED)


def _assignee(instance: Object, written: str | None) -> str | None:
    """Static, or what a variable holds (api-facts 2.4); `api:...` is no real person's e-mail (2.5)."""
    found = _VARIABLE.fullmatch(written or "")
    return str(instance["variables"].get(found[1], "")) if found else written


def live(world: World, id: str) -> Object:
    """An instance that has not ended."""
    instance = world.store.instance(id)
    if instance is None:
        raise no_instance()
    if instance["endTime"] is not None:
        raise conflict(f"The instance has ended: {instance['status']}")
    return instance


def task_of(instance: Object, id: str) -> Object:
    """A task of the moment."""
    task: Object | None = next((task for task in instance["tasks"] if task["taskId"] == id), None)
    if task is None:
        raise bad_request(f"The instance has no active task {id[:64]}")
    return task


def complete(world: World, instance: Object, task: Object, variables: Object, outcome: str | None) -> None:
    """Ends a task, keeps what was entered, and goes on."""
    step = next(each for each in instance["definition"]["steps"] if each["id"] == task["step"])
    ways = step.get("outcomes")
    if ways is None and outcome is not None:
        raise bad_request("The task has no outcomes", "/outcome")
    if ways is not None and outcome not in ways:
        raise bad_request(f"Must be one of: {', '.join(ways)}", "/outcome")
    instance["variables"] |= variables
    if ways is not None and "variable" in step:
        instance["variables"][step["variable"]] = outcome
    instance["tasks"].remove(task)
    _enter(world, instance, step["next"] if ways is None else ways[outcome])


def end(world: World, instance: Object, status: str) -> None:
    """The instance is over, whatever is left of it."""
    instance |= {"status": status, "endTime": world.stamp(), "tasks": []}
