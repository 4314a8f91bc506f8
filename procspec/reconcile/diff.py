"""live to planned: the changes, each with what carries it out, its cause and its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from procspec.model import (
    PROCESS,
    Action,
    Cause,
    Change,
    FieldRule,
    FieldTable,
    Json,
    Kind,
    Node,
    Record,
    Update,
)
from procspec.reconcile.causes import Causes
from procspec.reconcile.compare import rule_of
from procspec.reconcile.structure import among, order_cause, parent_cause

UNSETTABLE = "the server has no value, and the API only replaces values that are there"  # T13
ONE_WAY = "to set it again later will take a replacement"  # T13
FIXED = "the API cannot change it after the creation"  # T12
STRUCTURE = "the API cannot add, remove or move jobs and groups after the creation"  # T12

_ACTIONS = {Update.PATCH: Action.UPDATE, Update.RENAME: Action.RENAME, Update.IMMUTABLE: Action.REPLACE}


def creation(planned: Node) -> tuple[Change, ...]:
    """One change a node, all of them creates: a process that is not there yet."""
    return tuple(
        Change(
            action=Action.CREATE,
            node=node.key,
            after=whole(node),
            place=node.place,
            level=level,
            written=computed(node, node.fields),
        )
        for node, level in _levels(planned, 0)
    )


def _levels(node: Node, level: int) -> Iterator[tuple[Node, int]]:
    yield node, level
    for child in node.children:
        yield from _levels(child, level + 1)


def whole(node: Node) -> Json:
    """A node as one side of a change: its kind and its fields, without what is below it."""
    return {"kind": node.kind.value, **node.fields}


def diff(live: Node, planned: Node, record: Record, fields: FieldTable) -> tuple[Change, ...]:
    """Every difference between a keyed live process and the planned one, in the order of the files."""
    return tuple(_Differ(live, planned, record, fields).changes())


@dataclass(frozen=True, slots=True)
class _Site:
    """A node, its parent's key and its depth."""

    node: Node
    parent: str
    level: int


def _sites(node: Node, parent: str = PROCESS, level: int = 0) -> Iterator[_Site]:
    yield _Site(node, parent, level)
    for child in node.children:
        yield from _sites(child, node.key, level + 1)


class _Differ:
    """The subtraction of two keyed trees."""

    def __init__(self, live: Node, planned: Node, record: Record, fields: FieldTable) -> None:
        self.live = {site.node.key: site for site in _sites(live)}
        self.planned = {site.node.key: site for site in _sites(planned)}
        self.record = record
        self.fields = fields
        self.causes = Causes(live, planned, record, fields)

    def changes(self) -> Iterator[Change]:
        for key, site in self.planned.items():
            if key not in self.live:
                yield self.added(site)
            else:
                yield from self.kept(self.live[key], site)
        for key, site in self.live.items():
            if key not in self.planned:
                yield self.removed(site)

    def added(self, site: _Site) -> Change:
        recorded = site.node.key in self.record.ids
        return Change(
            action=Action.REPLACE,
            node=site.node.key,
            after=whole(site.node),
            cause=Cause.DRIFT if recorded else Cause.SPEC,
            reason=STRUCTURE,
            place=site.node.place,
            level=site.level,
        )

    def removed(self, site: _Site) -> Change:
        recorded = site.node.key in self.record.ids
        parent = self.planned.get(site.parent)
        return Change(
            action=Action.REPLACE,
            node=site.node.key,
            before=whole(site.node),
            cause=Cause.SPEC if recorded else Cause.DRIFT,
            reason=STRUCTURE,
            place=parent.node.place if parent else None,
            level=site.level,
        )

    def kept(self, live: _Site, planned: _Site) -> Iterator[Change]:
        if live.parent != planned.parent:
            cause = parent_cause(self.record.order, planned.node.key, live.parent, planned.parent)
            yield self.moved(planned, "parent", live.parent, planned.parent, cause)
        if live.node.fields.get("action") != planned.node.fields.get("action"):
            yield self.field(live.node, planned, "action")
            return
        marked = self.record.marks.get(planned.node.key, {})
        for name in dict.fromkeys((*planned.node.fields, *live.node.fields, *marked)):
            before, after = live.node.fields.get(name), planned.node.fields.get(name)
            if before != after or self.vanishes(live.node, planned.node, name):
                yield self.field(live.node, planned, name)
        yield from self.order(live.node, planned)

    def vanishes(self, live: Node, planned: Node, name: str) -> bool:
        """Whether a field that the answers hide has left the files and can be removed."""
        mark = self.record.marks.get(planned.key, {}).get(name)
        hidden = mark is not None and not mark.shown and name not in live.fields
        removable = rule_of(self.fields, planned, name).removable
        return hidden and removable and name not in planned.origins and name not in planned.fields

    def field(self, live: Node, site: _Site, name: str) -> Change:
        planned = site.node
        before, after = live.fields.get(name), planned.fields.get(name)
        mark = self.record.marks.get(planned.key, {}).get(name)
        rule = rule_of(self.fields, planned, name)
        unsettable = before is None and rule.removable and (mark is None or mark.shown)
        origin = planned.origins.get(name)
        return Change(
            action=Action.REPLACE if unsettable else _ACTIONS[rule.update],
            node=planned.key,
            field=name,
            before=before,
            after=after,
            cause=self.causes.field(planned, name, before),
            reason=_reason(rule, after, unsettable=unsettable),
            place=origin.place if origin else planned.place,
            level=site.level,
            written=computed(planned, [name]),
        )

    def order(self, live: Node, planned: _Site) -> Iterator[Change]:
        """A serial group whose common children come in another order."""
        if planned.node.kind is not Kind.GROUP or planned.node.fields.get("parallel"):
            return
        ours = [child.key for child in planned.node.children]
        theirs = [child.key for child in live.children]
        before, after = among(theirs, ours), among(ours, theirs)
        if before != after:
            cause = order_cause(self.record.order, planned.node.key, before, after)
            yield self.moved(planned, "children", before, after, cause)

    def moved(self, site: _Site, name: str, before: Json, after: Json, cause: Cause) -> Change:
        return Change(
            action=Action.REPLACE,
            node=site.node.key,
            field=name,
            before=before,
            after=after,
            cause=cause,
            reason=STRUCTURE,
            place=site.node.place,
            level=site.level,
        )


def computed(node: Node, names: Iterable[str]) -> dict[str, str]:
    """What stands in the file for computed dates; a calendar's name says nothing about a list of days."""
    origins = {name: node.origins[name] for name in names if name in node.origins}
    return {
        name: origin.written
        for name, origin in origins.items()
        if origin.via == "calendar" and isinstance(node.fields.get(name), str)
    }


def _reason(rule: FieldRule, after: Json, *, unsettable: bool) -> str:
    if unsettable:
        return UNSETTABLE
    if rule.update is Update.IMMUTABLE:
        return FIXED
    return ONE_WAY if after is None else ""
