"""live to planned: the changes, each with what carries it out, its cause and its place."""

from __future__ import annotations

from collections.abc import Iterator
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
    Mark,
    Node,
    Record,
    Update,
)
from procspec.reconcile.compare import rule_of
from procspec.reconcile.marks import value_digest, written_digest

UNSETTABLE = "the server has no value, and the API only replaces values that are there"  # T13
ONE_WAY = "to set it again later will take a replacement"  # T13
FIXED = "the API cannot change it after the creation"  # T12
STRUCTURE = "the API cannot add, remove or move jobs and groups after the creation"  # T12

_ACTIONS = {Update.PATCH: Action.UPDATE, Update.RENAME: Action.RENAME, Update.IMMUTABLE: Action.REPLACE}


def creation(planned: Node) -> tuple[Change, ...]:
    """One change a node, all of them creates: a process that is not there yet."""
    return tuple(
        Change(action=Action.CREATE, node=node.key, after=_whole(node), place=node.place, level=level)
        for node, level in _levels(planned, 0)
    )


def _levels(node: Node, level: int) -> Iterator[tuple[Node, int]]:
    yield node, level
    for child in node.children:
        yield from _levels(child, level + 1)


def _whole(node: Node) -> Json:
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
            after=_whole(site.node),
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
            before=_whole(site.node),
            cause=Cause.SPEC if recorded else Cause.DRIFT,
            reason=STRUCTURE,
            place=parent.node.place if parent else None,
            level=site.level,
        )

    def kept(self, live: _Site, planned: _Site) -> Iterator[Change]:
        if live.parent != planned.parent:
            yield self.moved(planned, "parent", live.parent, planned.parent)
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
            cause=self.cause(rule, planned, name, before, mark),
            reason=_reason(rule, after, unsettable=unsettable),
            place=origin.place if origin else planned.place,
            level=site.level,
        )

    def cause(self, rule: FieldRule, planned: Node, name: str, before: Json, mark: Mark | None) -> Cause:
        """Which side moved since the last apply; with no mark there was none, and the file is new."""
        if mark is None:
            return Cause.SPEC
        salt = self.record.salt
        origin = planned.origins.get(name)
        wanted = value_digest(self.fields, planned, name, planned.fields.get(name), salt)
        hidden = before is None and not mark.shown
        had = value_digest(self.fields, planned, name, before, salt)
        drifted = not hidden and had != mark.value
        if wanted == mark.value:
            return Cause.DRIFT
        if drifted:
            return Cause.BOTH
        if origin is not None and origin.via and written_digest(origin, salt) == mark.written:
            return Cause(origin.via)
        return Cause.SPEC

    def order(self, live: Node, planned: _Site) -> Iterator[Change]:
        """A serial group whose common children come in another order."""
        if planned.node.kind is not Kind.GROUP or planned.node.fields.get("parallel"):
            return
        ours = [child.key for child in planned.node.children]
        theirs = [child.key for child in live.children]
        before = [key for key in theirs if key in ours]
        after = [key for key in ours if key in theirs]
        if before != after:
            yield self.moved(planned, "children", before, after)

    def moved(self, site: _Site, name: str, before: Json, after: Json) -> Change:
        return Change(
            action=Action.REPLACE,
            node=site.node.key,
            field=name,
            before=before,
            after=after,
            reason=STRUCTURE,
            place=site.node.place,
            level=site.level,
        )


def _reason(rule: FieldRule, after: Json, *, unsettable: bool) -> str:
    if unsettable:
        return UNSETTABLE
    if rule.update is Update.IMMUTABLE:
        return FIXED
    return ONE_WAY if after is None else ""
