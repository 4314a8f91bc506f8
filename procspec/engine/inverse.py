"""What undoes a request of a plan: data for a later rollback, made when the request was answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from procspec.model import (
    PROCESS,
    Action,
    Change,
    Compare,
    Deed,
    FieldRule,
    FieldTable,
    Inverse,
    Json,
    Kind,
    Node,
    ProcessPlan,
    Receipt,
    Record,
    Request,
    Shift,
    Step,
    When,
)
from procspec.reconcile import normal
from procspec.reconcile.compare import rule_of
from procspec.reconcile.diff import UNSETTABLE

UNKNOWN = "nobody knew whether it was carried out, nor what it made"
HIDDEN = "the server does not show what the value was before"
STARTED = "a run was started: its tasks and its mail are out"
LEFT = "an interrupted replacement had left it behind; it stays in the trash"
INVALID = "the new process was not valid: it is in the trash, and the old one stayed"
NOTHING = "nothing is known that would undo it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """A process plan, and the record from before it was carried out."""

    item: ProcessPlan
    record: Record | None
    fields: FieldTable


def step(before: Before | None, request: Request, receipt: Receipt | None, trace: str = "") -> Step:
    """The step that a request was; without a receipt nobody knows whether it was carried out.

    Without a plan it started a run.
    """
    return Step(
        action=request.action,
        method=request.method,
        path=request.path,
        trace=receipt.trace if receipt else trace,
        doubtful=receipt is None,
        inverses=tuple(_inverses(before, request, receipt.id if receipt else "")),
    )


def _inverses(before: Before | None, request: Request, made: str) -> Iterable[Inverse]:
    if before is None or request.action is Action.RUN:
        return [_none(STARTED)]
    if request.action in (Action.UPDATE, Action.RENAME):
        return _put_back(before, request)
    if request.action in (Action.TRASH, Action.RESTORE):
        return [_other_way(before, request)]
    if request.when is not When.ALWAYS:
        old = before.record.id if before.record else None
        return [Inverse(action=Action.RESTORE, id=old) if old else _none(NOTHING)]
    return [Inverse(action=Action.TRASH, id=made) if made else _none(UNKNOWN)]


def _none(why: str, change: Change | None = None) -> Inverse:
    if change is None:
        return Inverse(action=Action.NOOP, why=why)
    return Inverse(action=Action.NOOP, node=change.node, field=change.field, why=why)


def _other_way(before: Before, request: Request) -> Inverse:
    """A trash or a restore; the changes and the requests of one action are in one order."""
    requests = [each for each in before.item.requests if each.action is request.action]
    changes = [change for change in before.item.pending if change.action is request.action]
    place = requests.index(request) if request in requests else len(changes)
    id = str(changes[place].before) if place < len(changes) else ""
    if not id:
        return _none(NOTHING)
    if request.action is Action.RESTORE:
        return Inverse(action=Action.TRASH, id=id)
    return Inverse(action=Action.RESTORE, id=id) if id == before.item.base.id else _none(LEFT)


# ---------------------------------------------------------------------------------------------- fields


def _put_back(before: Before, request: Request) -> Iterator[Inverse]:
    """One a field that the request carried out, and one a date that the server moved with it."""
    asked = frozenset(request.carries)
    for change in before.item.pending:
        if change.field and change.action is request.action and change.path in asked:
            yield _field(before, change)
    for shift in before.item.shifts:
        if shift.by in asked and shift.after is not None:
            yield _shifted(before, shift)


def _field(before: Before, change: Change) -> Inverse:
    if change.after is None:
        return _none(UNSETTABLE, change)
    was = change.before
    if was is None:
        mark = _of(before, change.node).get(change.field)
        rule = _rule(before.fields, change)
        if (mark is not None and not mark.shown) or (rule.default is None and not rule.removable):
            return _none(HIDDEN, change)
        was = rule.default
    return Inverse(
        action=change.action,
        id=_id(before, change.node),
        node=change.node,
        field=change.field,
        before=_spelt(_rule(before.fields, change), was),
        after=change.after,
    )


def _shifted(before: Before, shift: Shift) -> Inverse:
    return Inverse(
        action=Action.UPDATE,
        id=_id(before, shift.node),
        node=shift.node,
        field=shift.field,
        before=shift.before,
        after=shift.after,
    )


def _of(before: Before, node: str) -> Mapping[str, Json]:
    return before.record.marks.get(node, {}) if before.record else {}


def _id(before: Before, node: str) -> str:
    return before.record.ids.get(node, "") if before.record else ""


def _rule(fields: FieldTable, change: Change) -> FieldRule:
    """The row of a field that a patch or a rename changed; those of jobs and groups are all texts."""
    kind = Kind.PROCESS if change.node == PROCESS else Kind.GROUP
    return rule_of(fields, Node(kind=kind, key=change.node, fields={}), change.field)


def _spelt(rule: FieldRule, value: Json) -> Json:
    """The value as a request takes it: dates without a time, days in lower case (T5)."""
    plain = normal(rule, value) if rule.compare in (Compare.DATE, Compare.SET) else value
    return value if plain is None else plain


# ------------------------------------------------------------------------------------------- the whole


def deed(before: Before | None, steps: Iterable[Step], one: Deed) -> Deed:
    """A deed with its steps; the inverses of a replacement hang together."""
    taken = tuple(steps)
    if before is None or one.action is not Action.REPLACE:
        return replace(one, steps=taken)
    was = before.record and replace(before.record, serial=0, runs=())
    new = _made(taken) or (was.intent.id if was and was.intent else "") or one.id
    whole = [each for each in taken if each.action is Action.REPLACE]
    if whole and (not new or (was and new == was.id)):
        return replace(one, steps=_without(taken, UNKNOWN))
    return replace(one, was=was, id=str(new), steps=taken)


def kept(given: Deed) -> Deed:
    """The deed of a replacement whose new process was not valid, and went to the trash at once."""
    return replace(given, was=None, steps=_without(given.steps, INVALID))


def _made(steps: Iterable[Step]) -> str:
    found = (one.id for step in steps for one in step.inverses if one.action is Action.TRASH)
    return next(found, "")


def _without(steps: Iterable[Step], why: str) -> tuple[Step, ...]:
    return tuple(
        replace(each, inverses=(_none(why),)) if each.action is Action.REPLACE else each for each in steps
    )
