"""Putting fields back: an update or a rename undone, as the plan of a process that wants nothing else.

What is wanted is the live process with the old values in it, and what counts as applied are those fields
alone. So the subtraction finds them and nothing else, and whatever the files say stays out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from procspec.engine.plan import compare
from procspec.engine.session import Session, Wanted
from procspec.model import (
    PROCESS,
    Action,
    Change,
    Document,
    FieldTable,
    Inverse,
    Kind,
    Node,
    ProcessPlan,
    Record,
)
from procspec.reconcile import Fields, Marks, marks, same, snapshot
from procspec.reconcile.compare import rule_of
from procspec.reconcile.marks import value_digest

Values = Mapping[tuple[str, str], Inverse]
"""What is put back, by the key of the node now and the name of the field."""


def placed(live: Node, inverses: Iterable[Inverse]) -> tuple[Values, list[str]]:
    """What is to be put back into a keyed live process, and the paths of what is not there any more."""
    keys = {node.id: node.key for node in live.walk()}
    keys[live.id] = PROCESS
    found, lost = dict[tuple[str, str], Inverse](), list[str]()
    for one in inverses:
        if one.id in keys:
            found[keys[one.id], one.field] = one
        else:
            lost.append(one.path)
    return found, lost


def moved(live: Node, record: Record, fields: FieldTable, values: Values) -> list[tuple[Inverse, object]]:
    """The fields that have another value than the apply gave them, or than they had before, with theirs."""
    nodes = {node.key: node for node in live.walk()}
    found = []
    for (key, name), one in values.items():
        node = nodes[key]
        if not _is_known(node, name, record, fields, one):
            found.append((one, node.fields.get(name)))
    return found


def _is_known(node: Node, name: str, record: Record, fields: FieldTable, one: Inverse) -> bool:
    rule, have = rule_of(fields, node, name), node.fields.get(name)
    mark = record.marks.get(node.key, {}).get(name)
    if have is None and mark is not None and not mark.shown:  # the answers hide it: what was applied is there
        digests = [value_digest(fields, node, name, value, record.salt) for value in (one.after, one.before)]
        return mark.value in digests
    have = rule.default if have is None else have
    return same(rule, have, one.after) or same(rule, have, one.before)


def compared(session: Session, key: str, record: Record, live: Node, values: Values) -> ProcessPlan:
    """The plan that puts the values back; `live` is keyed.

    What would take a new process is left as it is, and stays in the plan as a difference that is none, with
    its reason: a date that the server moves elsewhere.
    """
    values, stuck = attainable(session, key, record, live, values)
    item = _compared(session, key, record, live, values)
    return replace(item, changes=(*item.changes, *map(_stays, stuck)))


def attainable(
    session: Session, key: str, record: Record, live: Node, values: Values
) -> tuple[Values, tuple[Change, ...]]:
    """The values that can be put back, and the changes that would take a new process."""
    item = _compared(session, key, record, live, values)
    stuck = tuple(change for change in item.changes if change.action is Action.REPLACE)
    sites = {(change.node, change.field) for change in stuck}
    return {site: one for site, one in values.items() if site not in sites}, stuck


def _stays(change: Change) -> Change:
    return replace(change, action=Action.NOOP, reason=f"does not come back: {change.reason}")


def _compared(session: Session, key: str, record: Record, live: Node, values: Values) -> ProcessPlan:
    document = Document(file="", data={"key": key}, places={}, keys={})
    file = Wanted(document=document, desired=wanted(live, values))
    applied = {
        node: {name: mark for name, mark in marked.items() if (node, name) in values}
        for node, marked in record.marks.items()
    }
    item = compare(session, file, replace(record, marks=applied), live)
    return replace(item, title=live.title, recheck=False)


def wanted(live: Node, values: Values) -> Node:
    """The tree of the live process with the old values, and no other fields than they."""
    put = {name: one.before for (key, name), one in values.items() if key == live.key}
    action = {"action": live.fields["action"]} if live.kind is Kind.JOB else {}
    return replace(
        live,
        fields={**action, **{name: value for name, value in put.items() if value is not None}},
        children=tuple(wanted(child, values) for child in live.children),
    )


def renewed(
    session: Session, record: Record, live: Node, values: Values, doubtful: Fields = frozenset()
) -> Record:
    """The record once the values are back, but for the doubtful; `live` is keyed. Not written."""
    fields = session.provider.fields
    made = marks(wanted(live, values), live, fields, record.salt, record.marks, doubtful)
    return replace(
        record,
        revision=live.revision,
        digest=snapshot(live, fields),
        marks=_merged(record.marks, made, list(values)),
        invalid=True,
        trashed=False,
    )


def _merged(old: Marks, new: Marks, sites: Sequence[tuple[str, str]]) -> Marks:
    """The old marks, with the new ones of these fields; one that has none any more is not managed."""
    merged = {key: dict(marked) for key, marked in old.items()}
    for key, name in sites:
        mark = new.get(key, {}).get(name)
        merged.setdefault(key, {}).pop(name, None)
        if mark is not None:
            merged[key][name] = mark
    return merged
