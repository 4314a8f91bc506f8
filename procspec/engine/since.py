"""plan --since: which changes the edits of the files since a git revision account for, and which not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from procspec.engine.session import Wanted
from procspec.model import PROCESS, Action, Cause, Change, Node, Plan, ProcessPlan
from procspec.source.moves import followed


def explained(
    plan: Plan,
    before: Mapping[str, Wanted],
    after: Mapping[str, Wanted],
    since: str,
    moved: Mapping[str, str],
) -> Plan:
    """The plan with every change marked that the edits of the files since the revision do not explain.

    `before` is what the files at the revision asked for, `after` what they ask for now; `moved` gives
    the new key of a process by its old one. A change is explained when the two differ at its place: then
    somebody edited it, or something that it is computed from. What they have alike was not applied at
    the time. Drift is never explained, whatever was edited and applied meanwhile. Where both sides moved,
    the files' half is what counts: it says what will be there, and the plan's line names both.
    """
    items = []
    for item in plan.processes:
        now = after.get(item.key)
        items.append(_marked(item, _Edits.between(_then(item, before, moved), now)))
    return replace(plan, since=since, processes=tuple(items))


def unexplained(plan: Plan) -> int:
    """How many changes the edits do not account for."""
    return sum(change.unexplained for item in plan.processes for change in item.changes)


def _then(item: ProcessPlan, before: Mapping[str, Wanted], moved: Mapping[str, str]) -> Wanted | None:
    """The process as it was, under the key that it had; an old one that there was is no other process's."""
    olds = [item.moved_from, *(old for old, new in moved.items() if new == item.key), item.key]
    return next((before[key] for key in olds if key in before), None)


def _marked(item: ProcessPlan, edits: _Edits) -> ProcessPlan:
    changes = [
        change
        if change.action is Action.NOOP
        else replace(change, unexplained=change.cause is Cause.DRIFT or not edits.explain(change))
        for change in item.changes
    ]
    return replace(item, changes=tuple(changes))


@dataclass(frozen=True, slots=True)
class _Placed:
    """A node of the files, and the keys of its parent and its children, all as they are now."""

    node: Node
    parent: str
    children: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Edits:
    """A process file at the revision and now, by the keys of now; empty where there was or is none."""

    then: Mapping[str, _Placed] = field(default_factory=dict)
    now: Mapping[str, _Placed] = field(default_factory=dict)

    @staticmethod
    def between(before: Wanted | None, after: Wanted | None) -> _Edits:
        """The edits that made the one file into the other."""
        moved = followed(after.document.data.get("moved")) if after else {}
        return _Edits(
            then=dict(_placed(before.desired, moved)) if before else {},
            now=dict(_placed(after.desired, {})) if after else {},
        )

    def explain(self, change: Change) -> bool:
        """Whether the files asked for something else at the change's place at the time."""
        if self.now and not self.then:  # the file is new, and all that was ever asked with it
            return True
        old, new = self.then.get(change.node), self.now.get(change.node)
        if old is None or new is None or not change.field:
            return (old is None) != (new is None)
        if change.field == "parent":
            return old.parent != new.parent
        if change.field == "children":
            return _in_row(old, change) != _in_row(new, change) or _is_parallel(old) != _is_parallel(new)
        if change.before == change.after is not None:  # the cascade: what moves it is a field of the process
            return bool(self.then[PROCESS].node.fields != self.now[PROCESS].node.fields)
        return bool(old.node.fields.get(change.field) != new.node.fields.get(change.field))


def _placed(node: Node, moved: Mapping[str, str], parent: str = PROCESS) -> Iterator[tuple[str, _Placed]]:
    """A node and all below it, by the keys that they have now."""
    key = moved.get(node.key, node.key)
    children = tuple(moved.get(child.key, child.key) for child in node.children)
    yield key, _Placed(node, parent, children)
    for child in node.children:
        yield from _placed(child, moved, key)


def _in_row(group: _Placed, change: Change) -> list[str]:
    """The children that a change of their order is about, in the order of the files."""
    return [key for key in group.children if key in change.after]


def _is_parallel(group: _Placed) -> bool:
    return bool(group.node.fields.get("parallel"))
