"""`planned`: what is desired, completed with what only the server decides.

After this step a difference is a difference. What was found to be none stays as a no-op change with
its reason, so that "why was this not changed?" has an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from procspec.model import (
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
)
from procspec.reconcile.compare import rule_of, same
from procspec.reconcile.marks import value_digest

KEPT = "not in the files, so the server's value is kept"
SPELLING = "the same, in the server's spelling"
HIDDEN = "as last applied; the server's answer leaves it out"
DEFAULT = "the server's default"
EMPTY = "none on both sides"
STAYS = "no longer in the files, but the API cannot remove it, so it stays"
UNORDERED = "the children of a parallel group have no order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The planned process, and the differences that are none."""

    planned: Node
    notes: tuple[Change, ...]


def propose(live: Node, desired: Node, record: Record, fields: FieldTable) -> Proposal:
    """Completes `desired` from a keyed live process and what the record says was last applied."""
    proposer = _Proposer(live, record, fields)
    planned = proposer.node(desired)
    return Proposal(planned=planned, notes=tuple(proposer.notes))


class _Proposer:
    """One walk over the desired process; collects the notes on the way."""

    def __init__(self, live: Node, record: Record, fields: FieldTable) -> None:
        self.live = {node.key: node for node in live.walk()}
        self.record = record
        self.fields = fields
        self.notes: list[Change] = []

    def node(self, desired: Node) -> Node:
        live = self.live.get(desired.key)
        if live is None or live.fields.get("action") != desired.fields.get("action"):
            return replace(desired, children=tuple(self.node(child) for child in desired.children))
        values = self.values(desired, live)
        children = [self.node(child) for child in desired.children]
        ordered = self.order(desired, live, values, children)
        return replace(desired, fields=values, children=tuple(ordered), id=live.id, revision=live.revision)

    def values(self, desired: Node, live: Node) -> dict[str, Json]:
        marked = self.record.marks.get(desired.key, {})
        names = dict.fromkeys((*desired.fields, *live.fields, *marked))
        settled = {name: self.settle(desired, live, name) for name in names}
        return {name: value for name, value in settled.items() if value is not None}

    def settle(self, desired: Node, live: Node, name: str) -> Json:
        """The planned value of one field; notes it when a difference is none."""
        want, have = desired.fields.get(name), live.fields.get(name)
        rule = rule_of(self.fields, desired, name)
        mark = self.record.marks.get(desired.key, {}).get(name)
        if mark is not None and not mark.shown and have is None:
            wanted = value_digest(self.fields, desired, name, want, self.record.salt)
            value, reason, cause = _hidden(rule, want, same_as_applied=wanted == mark.value)
        else:
            value, reason, cause = _settle(rule, want, have, mark)
        if reason and (want != have or reason == STAYS):
            self.note(desired, name, have, want, reason, cause)
        return value

    def order(
        self, desired: Node, live: Node, values: Mapping[str, Json], children: list[Node]
    ) -> list[Node]:
        """The children of a parallel group as the server has them, new ones behind."""
        if desired.kind is not Kind.GROUP or not values.get("parallel"):
            return children
        places = {child.key: place for place, child in enumerate(live.children)}
        ordered = sorted(children, key=lambda child: places.get(child.key, len(places)))
        if [child.key for child in ordered] != [child.key for child in children]:
            before = [child.key for child in live.children]
            self.note(
                desired, "children", before, [child.key for child in children], UNORDERED, Cause.DEFAULT
            )
        return ordered

    def note(self, node: Node, name: str, before: Json, after: Json, reason: str, cause: Cause) -> None:
        origin = node.origins.get(name)
        self.notes.append(
            Change(
                action=Action.NOOP,
                node=node.key,
                field=name,
                before=before,
                after=after,
                cause=cause,
                reason=reason,
                place=origin.place if origin else node.place,
            )
        )


Settled = tuple[Json, str, Cause]
"""The planned value, why there is no difference (empty when there is one), and the cause of that."""


def _hidden(rule: FieldRule, want: Json, *, same_as_applied: bool) -> Settled:
    """A field that was applied and that the answers never show: what was applied is what is there."""
    if same_as_applied:
        return None, HIDDEN, Cause.DEFAULT
    if want is None and not rule.removable:
        return None, STAYS, Cause.SPEC
    return want, "", Cause.SPEC


def _settle(rule: FieldRule, want: Json, have: Json, mark: Mark | None) -> Settled:
    """One field that the answer shows, or that was never applied."""
    if want is None:
        return _unwritten(rule, have, mark)
    if same(rule, want, have):
        return have, EMPTY if have is None else SPELLING, Cause.DEFAULT
    if have is None and rule.default is not None and same(rule, want, rule.default):
        return None, DEFAULT, Cause.DEFAULT
    return want, "", Cause.SPEC


def _unwritten(rule: FieldRule, have: Json, mark: Mark | None) -> Settled:
    """A field that the files do not have: managed only if it was applied before (DESIGN section 3)."""
    if have is None:
        return None, "", Cause.DEFAULT
    if mark is None:
        return have, DEFAULT if _is_default(rule, have) else KEPT, Cause.DEFAULT
    if rule.removable:
        return None, "", Cause.SPEC
    return have, STAYS, Cause.SPEC


def _is_default(rule: FieldRule, value: Json) -> bool:
    return rule.default is not None and same(rule, value, rule.default)


def whole(planned: Node, desired: Node, record: Record, fields: FieldTable) -> Node:
    """What a replacement creates: all that is desired, and what people set on the server besides.

    A field that the answers hide is taken from the files, and one that left the files is not carried over.
    """
    wanted = {node.key: node for node in desired.walk()}
    return _whole(planned, wanted, record, fields)


def _whole(node: Node, wanted: Mapping[str, Node], record: Record, fields: FieldTable) -> Node:
    desired = wanted[node.key]
    applied = record.marks.get(node.key, {})
    extra = {
        name: value
        for name, value in node.fields.items()
        if name not in applied and not _is_default(rule_of(fields, node, name), value)
    }
    ours = {child.key: child for child in node.children}
    children = tuple(_whole(ours[child.key], wanted, record, fields) for child in desired.children)
    return replace(node, fields={**extra, **desired.fields}, children=children)
