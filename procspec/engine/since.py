"""plan --since: which changes the edits of the files since a git revision account for, and which not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from procspec.engine.session import Wanted
from procspec.model import PROCESS, Action, Change, Node, Plan, ProcessPlan


def explained(plan: Plan, before: Mapping[str, Wanted], after: Mapping[str, Wanted], since: str) -> Plan:
    """The plan with every change marked that `before`, the files at the revision, asked for as well.

    A change is explained when the two compilations differ at its place: then somebody edited it, or
    something that it is computed from. The rest is drift, or was not applied at the time.
    """
    items = [
        _marked(item, before.get(item.moved_from or item.key), after.get(item.key)) for item in plan.processes
    ]
    return replace(plan, since=since, processes=tuple(items))


def unexplained(plan: Plan) -> int:
    """How many changes the edits do not account for."""
    return sum(change.unexplained for item in plan.processes for change in item.changes)


def _marked(item: ProcessPlan, before: Wanted | None, after: Wanted | None) -> ProcessPlan:
    then, now = _nodes(before, item.moved), _nodes(after, {})
    changes = [
        change
        if change.action is Action.NOOP
        else replace(change, unexplained=not _is_edited(change, then, now))
        for change in item.changes
    ]
    return replace(item, changes=tuple(changes))


_Placed = tuple[Node, str]
"""A node and the key of its parent."""


def _nodes(file: Wanted | None, moved: Mapping[str, str]) -> dict[str, _Placed]:
    """The nodes of a file by key, with the keys that they have now."""
    if file is None:
        return {}
    placed = {PROCESS: (file.desired, PROCESS)}
    for node in file.desired.walk():
        placed |= {moved.get(child.key, child.key): (child, node.key) for child in node.children}
    return placed


def _is_edited(change: Change, then: Mapping[str, _Placed], now: Mapping[str, _Placed]) -> bool:
    """Whether the files asked for something else at the change's place at the time."""
    old, new = then.get(change.node), now.get(change.node)
    if old is None or new is None or not change.field:
        return (old is None) != (new is None)
    if change.field == "parent":
        return old[1] != new[1]
    if change.field == "children":
        return [child.key for child in old[0].children] != [child.key for child in new[0].children]
    if change.before == change.after is not None:  # the cascade: what moves it is a field of the process
        return bool(then[PROCESS][0].fields != now[PROCESS][0].fields)
    return bool(old[0].fields.get(change.field) != new[0].fields.get(change.field))
