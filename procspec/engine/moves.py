"""`moved`: records under the keys that the files have now, and how the state takes that over.

A record is moved by two writes: under the new key first, then the old one goes. Whatever comes in between
leaves two records that are one, which their salt and their ids tell; the one under the new key counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from procspec.engine.session import Session, Wanted
from procspec.errors import StalePlan, UsageError
from procspec.model import SLUG, Action, Plan, ProcessPlan, Record
from procspec.reconcile import Marks
from procspec.reconcile.similar import nodes, processes
from procspec.source.moves import followed
from procspec.state.base import StateStore

T = TypeVar("T")

_PERIOD = re.compile(r"\d{4}(-(Q[1-4]|\d{2}(-\d{2})?))?")
"""A period, or its first or last day. A record may be older than the period in its process's key: then it
does not say that it is of another one, and must not become this one's all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The records of an environment, as the files call them.

    `records` have the new keys, their nodes too, and the serial under which the state has them. By new
    key, `olds` are the stored records that one under an old key is (the first of them, if the state has
    none under the new one), and `nodes` the new keys of jobs and groups by old ones.
    """

    stored: Mapping[str, Record]
    records: Mapping[str, Record]
    olds: Mapping[str, tuple[Record, ...]]
    nodes: Mapping[str, Mapping[str, str]]

    def marked(self, item: ProcessPlan) -> ProcessPlan:
        """The plan of a process, with what an apply has to record because keys moved."""
        olds = self.olds.get(item.key, ())
        return replace(item, moved_from=olds[0].key if olds else "", moved=self.nodes.get(item.key, {}))


def records(session: Session) -> Mapping[str, Record]:
    """All records of the environment under the keys that the files have now."""
    return seen(session).records


def seen(session: Session) -> Seen:
    """Reads the records, and sees them as the files call them now; nothing is written."""
    stored = session.store.read(session.environment)
    heirs = _heirs(session, stored)
    found: dict[str, Record] = {}
    olds: dict[str, tuple[Record, ...]] = {}
    twins: dict[str, str] = {}
    for key, record in sorted(stored.items(), key=lambda each: _rank(session, heirs, each[0])):
        new = heirs.get(key, key)
        twin = next((twins[mark] for mark in _identity(record) if mark in twins), None)
        if key not in session.files and (twin is not None or new != key):
            new = twin or new
            olds[new] = (*olds.get(new, ()), record)
        found.setdefault(new, record)
        twins |= dict.fromkeys(_identity(record), new)
    moved = {key: _node_moves(session.files.get(key), record) for key, record in found.items()}
    return Seen(
        stored=stored,
        records={key: _rekeyed(session, record, key, moved[key]) for key, record in found.items()},
        olds=olds,
        nodes={key: nodes for key, nodes in moved.items() if nodes},
    )


def _heirs(session: Session, stored: Mapping[str, Record]) -> dict[str, str]:
    """The new key by the old one of every record that moves: one whose new key has no record of its own."""
    heirs: dict[str, str] = {}
    taken = set(stored)
    for old, new in session.project.moved.items():
        if old in stored and old not in session.files and new in session.files and new not in taken:
            heirs[old] = new
            taken.add(new)
    return heirs


def _rank(session: Session, heirs: Mapping[str, str], key: str) -> tuple[int, str]:
    """Of two records that are one, that of a file counts, then the one that moves."""
    return (0 if key in session.files else 1 if key in heirs else 2), key


def _identity(record: Record) -> frozenset[str]:
    """What no other record has: its salt, which is random, and its id."""
    return frozenset(mark for mark in (record.salt, record.id) if mark)


def _node_moves(file: Wanted | None, record: Record) -> dict[str, str]:
    """The moves of jobs and groups that the record has under the old key, and not under the new one."""
    if file is None:
        return {}
    known = {*record.ids, *record.marks, *(record.intent.marks if record.intent else ())}
    moves: dict[str, str] = {}
    for old, new in followed(file.document.data.get("moved")).items():
        if old in known and new not in known and new not in moves.values():
            moves[old] = new
    return moves


def _rekeyed(session: Session, record: Record, key: str, nodes: Mapping[str, str]) -> Record:
    """The record under another key, with other keys for its nodes; what was applied is the same."""
    if record.key != key:
        record = replace(record, key=key, period=session.files[key].document.period)
    if not nodes:
        return record
    return replace(
        record,
        ids=_renamed(record.ids, nodes),
        marks=_renamed(record.marks, nodes),
        order={
            nodes.get(group, group): tuple(nodes.get(key, key) for key in children)
            for group, children in record.order.items()
        },
        intent=record.intent and replace(record.intent, marks=_renamed(record.intent.marks, nodes)),
    )


def _renamed(values: Mapping[str, T], keys: Mapping[str, str]) -> dict[str, T]:
    return {keys.get(key, key): value for key, value in values.items()}


# ------------------------------------------------------------------------------------- taking it over


def check_moves(plan: Plan, now: Seen) -> None:
    """Raises StalePlan unless the records still move as the plan says."""
    for item in plan.due:
        if now.marked(item) != item:
            raise StalePlan(
                f"The record of {item.key} has moved since the plan was made.",
                hint="Make a new plan and look at it again.",
            )


def take_over(session: Session, now: Seen, key: str) -> Record | None:
    """Under the lock: stores the record of a process as the files call it, so that it can be written.

    Stopped anywhere it has the record under one of the two keys, or under both, and can be done again.
    """
    record, olds = now.records.get(key), now.olds.get(key, ())
    if record is None or not (olds or key in now.nodes):
        return record
    if key not in now.stored or key in now.nodes:
        serial = now.stored[key].serial if key in now.stored else 0
        record = session.store.write(replace(record, serial=serial))
    for old in olds:
        session.store.delete(old)
    return record


def rename(store: StateStore, record: Record, key: str, period: str | None = None) -> Record:
    """Under the lock: `state mv`; raises UsageError for a key that is none, or that a record has already.

    `period` is that of the file with the new key, empty when it has none; without a file the record's stays.
    """
    if not SLUG.fullmatch(key):
        raise UsageError(f"{key!r} is no key.", hint="A key has letters, digits, '-', '_' and '.'.")
    there = store.read(record.environment).get(key)
    if there is not None and (key == record.key or not _identity(there) & _identity(record)):
        raise UsageError(f"There is a record of {key!r} already.", hint="`procspec state list` shows all.")
    known = there or replace(record, key=key, serial=0)
    new = replace(known, period=known.period if period is None else period)
    new = there if there == new else store.write(new)
    store.delete(record)
    return new


# ---------------------------------------------------------------------------------------------- hints


def hints(session: Session, now: Seen, plans: Iterable[ProcessPlan], orphans: Iterable[str]) -> list[str]:
    """What looks like another key for the same thing, in sentences."""
    plans = list(plans)
    fields = session.provider.fields
    inside = [
        _hint(old, new, "one job or group", session.files[item.key].document.file)
        for item in plans
        if item.action is Action.REPLACE and item.key in session.files
        for old, new in nodes(item.changes, fields)
    ]
    return [*_conflicts(session, now), *_processes(session, now, plans, orphans), *inside]


def _processes(
    session: Session, now: Seen, plans: list[ProcessPlan], orphans: Iterable[str]
) -> Iterable[str]:
    trashed = [item.key for item in plans if item.action is Action.TRASH]
    gone = {key: _content(now.records[key]) for key in (*orphans, *trashed)}
    made = {item.key: session.files[item.key].desired for item in plans if item.action is Action.CREATE}
    for old, new in processes(gone, made, session.provider.fields):
        if not (session.files[new].document.period and _PERIOD.sub("", old) == _PERIOD.sub("", new)):
            yield _hint(old, new, "one process", session.project.document.file)


def _content(record: Record) -> tuple[Marks, str]:
    return record.marks, record.salt


def _hint(old: str, new: str, what: str, file: str) -> str:
    return (
        f"{old} and {new} look like {what} with another key: if so, add"
        f" `moved: [{{from: {old}, to: {new}}}]` to {file}."
    )


def _conflicts(session: Session, now: Seen) -> Iterable[str]:
    """A move that cannot be, because the state has both."""
    for old, new in session.project.moved.items():
        both = old in now.records and new in now.records and new in session.files
        if both and not now.records[old].trashed:
            yield (
                f"{old} is to be {new} now, but the state has a record of both,"
                f" {now.records[old].id} and {now.records[new].id}: {old} stays what it is."
                " `procspec state rm` forgets one of them."
            )
