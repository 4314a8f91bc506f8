"""live against last applied: what the server's side has come to, whatever the files say by now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from procspec.model import (
    PROCESS,
    ROOT,
    Departure,
    DriftKind,
    FieldTable,
    Json,
    Kind,
    Location,
    Mark,
    Node,
    Record,
)
from procspec.reconcile.compare import rule_of, same
from procspec.reconcile.identity import UNKNOWN
from procspec.reconcile.marks import as_applied, value_digest
from procspec.reconcile.structure import among


def drift(
    live: Node, record: Record, fields: FieldTable, desired: Node | None = None
) -> tuple[Departure, ...]:
    """Every managed thing of a keyed live process that is not as the record says it was last applied.

    `desired`, what the files say now, only lends places and, where its digests are those of the record,
    the values that were applied.
    """
    return tuple(_Comparison(live, record, fields, desired).departures())


def parted(
    found: Iterable[Departure], live: Node, fields: FieldTable, desired: Node | None
) -> tuple[tuple[Departure, ...], tuple[Departure, ...]]:
    """The departures that somebody has to act on, and those that the files have as well by now.

    The plan has no change for the latter, so that no apply would ever make them go. Without `desired` there
    are none of them.
    """
    found = tuple(found)
    if desired is None:
        return found, ()
    files = _Files(live, fields, desired)
    settled = [files.have(one) for one in found]
    return (
        tuple(one for one, done in zip(found, settled, strict=True) if not done),
        tuple(one for one, done in zip(found, settled, strict=True) if done),
    )


class _Files:
    """Whether the files want by now what departures have led to; `live` is keyed."""

    def __init__(self, live: Node, fields: FieldTable, desired: Node) -> None:
        self.live = {node.key: node for node in live.walk()}
        self.desired = {node.key: node for node in desired.walk()}
        self.parents = {child.key: node.key for node in desired.walk() for child in node.children}
        self.fields = fields

    def have(self, one: Departure) -> bool:
        node = self.desired.get(one.node)
        if one.kind is DriftKind.REMOVED:
            return node is None
        if node is None:
            return False
        if one.kind is DriftKind.MOVED:
            return bool(self.parents.get(one.node) == one.live)
        if one.kind is DriftKind.REORDERED:
            ours = [child.key for child in node.children]
            theirs = [child.key for child in self.live[one.node].children]
            return among(ours, theirs) == among(theirs, ours)
        return one.kind is DriftKind.CHANGED and self.say(node, one.field)

    def say(self, node: Node, name: str) -> bool:
        """Whether a field is as the files want it; another action is if all of the job is."""
        live = self.live[node.key].fields
        names = node.fields if name == "action" else ("action", name)
        return all(self.same(node, each, live.get(each)) for each in names)

    def same(self, node: Node, name: str, have: Json) -> bool:
        """As in `propose`, where no difference is made of a default either."""
        want, rule = node.fields.get(name), rule_of(self.fields, node, name)
        if want is None:
            return have is None
        return same(rule, want, rule.default if have is None and rule.default is not None else have)


class _Comparison:
    """One walk over the live process, and one over what the record knows."""

    def __init__(self, live: Node, record: Record, fields: FieldTable, desired: Node | None) -> None:
        self.live = live
        self.record = record
        self.fields = fields
        self.desired = {node.key: node for node in desired.walk()} if desired else {}
        self.parents = {child: group for group, children in record.order.items() for child in children}

    def departures(self) -> Iterator[Departure]:
        yield from self.node(self.live, PROCESS)
        there = {node.key for node in self.live.walk()}
        for key in self.record.ids:
            if key not in there:
                yield Departure(
                    kind=DriftKind.REMOVED, node=key, applied=self.applied(key), place=self.place(key)
                )

    def node(self, node: Node, parent: str) -> Iterator[Departure]:
        if node.key.startswith(UNKNOWN):
            whole = {"kind": node.kind.value, **node.fields}
            yield Departure(kind=DriftKind.ADDED, node=node.key, live=whole, place=self.place(parent))
        else:
            yield from self.known(node, parent)
        for child in node.children:
            yield from self.node(child, node.key)

    def known(self, node: Node, parent: str) -> Iterator[Departure]:
        was = self.parents.get(node.key, parent)
        if was != parent:
            yield Departure(
                kind=DriftKind.MOVED,
                node=node.key,
                field="parent",
                applied=was,
                live=parent,
                place=self.place(node.key),
            )
        for name, mark in self.marks(node).items():
            have = node.fields.get(name)
            if not as_applied(self.fields, node, name, have, mark, self.record.salt):
                yield self.changed(node, name, have, mark)
        yield from self.order(node)

    def marks(self, node: Node) -> dict[str, Mark]:
        """What is compared of a node; of a job that has another action now, nothing else."""
        marks = dict(self.record.marks.get(node.key, {}))
        action = marks.get("action")
        if action and not as_applied(
            self.fields, node, "action", node.fields.get("action"), action, self.record.salt
        ):
            return {"action": action}
        return marks

    def changed(self, node: Node, name: str, have: Json, mark: Mark) -> Departure:
        desired = self.desired.get(node.key)
        said = desired.fields.get(name) if desired else None
        values = (said, rule_of(self.fields, node, name).default)
        known = [value for value in values if value is not None and self.was(node, name, value, mark)]
        return Departure(
            kind=DriftKind.CHANGED,
            node=node.key,
            field=name,
            applied=known[0] if known else None,
            live=have,
            unknown=not known,
            place=self.place(node.key, name),
        )

    def was(self, node: Node, name: str, value: Json, mark: Mark) -> bool:
        return value_digest(self.fields, node, name, value, self.record.salt) == mark.value

    def order(self, node: Node) -> Iterator[Departure]:
        """A group that is serial, and was, and whose children come in another order."""
        if node.kind is not Kind.GROUP or node.fields.get("parallel"):
            return
        mark = self.record.marks.get(node.key, {}).get("parallel")
        if mark and not self.was(node, "parallel", node.fields.get("parallel", False), mark):
            return
        theirs = [child.key for child in node.children]
        was = self.record.order.get(node.key, ())
        applied, live = among(was, theirs), among(theirs, was)
        if applied != live:
            yield Departure(
                kind=DriftKind.REORDERED,
                node=node.key,
                field="children",
                applied=applied,
                live=live,
                place=self.place(node.key),
            )

    def applied(self, key: str) -> Json:
        """Of a group or a job that is gone, what the files still say as it was applied."""
        node, marks = self.desired.get(key), self.record.marks.get(key, {})
        if node is None:
            return {"kind": (Kind.JOB if "action" in marks else Kind.GROUP).value}
        fields = {
            name: value
            for name, value in node.fields.items()
            if name in marks and self.was(node, name, value, marks[name])
        }
        return {"kind": node.kind.value, **fields}

    def place(self, key: str, name: str = "") -> Location | None:
        """Where the files have it: the field, or its node, or the nearest that they still have."""
        node = self.desired.get(key) or self.desired.get(self.parents.get(key, ROOT))
        if node is None:
            return None
        origin = node.origins.get(name) if node.key == key else None
        return origin.place if origin else node.place
