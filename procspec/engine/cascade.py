"""The cascade: dates that the server moves by itself when a patch moves what they hang on.

A plan is made against what the server will have after its own shifting. A date that lands where the file
wants it is no difference; one that lands elsewhere takes a replacement, with which nothing shifts. What
the days break on which they land, `landing` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from procspec.engine.session import Session, Wanted
from procspec.model import PROCESS, Action, Cause, Change, Node, Record, Shift
from procspec.reconcile import Proposal, diff, propose
from procspec.reconcile.propose import HIDDEN

Site = tuple[str, str]
"""A node's key and the name of a field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """Changes and notes as they are once the server has shifted, and what it shifts."""

    changes: tuple[Change, ...]
    notes: tuple[Change, ...] = ()
    shifts: tuple[Shift, ...] = ()


def cascade(
    session: Session,
    file: Wanted,
    record: Record,
    live: Node,
    proposal: Proposal,
    changes: tuple[Change, ...],
) -> Cascade:
    """What the changes of a live process mean for its dates; pure, and nothing to do for most plans."""
    still = Cascade(changes=changes, notes=proposal.notes)
    patched = {change.field: change for change in changes if _is_patch(change)}
    if not patched:
        return still
    fields = session.provider.fields
    known = _completed(live, proposal.notes)
    planned = propose(known, file.desired, record, fields).planned
    shifts = session.provider.cascade(_doubted(known, patched.values()), planned)
    if not shifts:
        return still
    landed = _landed(known, shifts)
    left = diff(landed, propose(landed, file.desired, record, fields).planned, record, fields)
    return _settled(still, {_site(change): change for change in left}, shifts, patched)


def _is_patch(change: Change) -> bool:
    return change.node == PROCESS and change.action is Action.UPDATE


def _site(change: Change | Shift) -> Site:
    return change.node, change.field


def _completed(live: Node, notes: Iterable[Change]) -> Node:
    """The live process with what its answers hide, as far as that is what was last applied."""
    hidden: dict[str, dict[str, object]] = {}
    for note in notes:
        if note.reason == HIDDEN:
            hidden.setdefault(note.node, {})[note.field] = note.after
    return _with(live, hidden) if hidden else live


def _doubted(live: Node, patched: Iterable[Change]) -> Node:
    """The live process with None for what the answers hide and a patch replaces (`Provider.cascade`)."""
    return _with(live, {PROCESS: {change.field: None for change in patched if change.before is None}})


def _landed(live: Node, shifts: Iterable[Shift]) -> Node:
    """The live process after the server has shifted, as far as that can be said."""
    days: dict[str, dict[str, object]] = {}
    for shift in shifts:
        if shift.after is not None:
            days.setdefault(shift.node, {})[shift.field] = shift.after
    return _with(live, days)


def _with(node: Node, values: Mapping[str, Mapping[str, object]]) -> Node:
    children = tuple(_with(child, values) for child in node.children)
    return replace(node, fields={**node.fields, **values.get(node.key, {})}, children=children)


# ------------------------------------------------------------------------------------------ the plan


def _settled(
    still: Cascade,
    left: Mapping[Site, Change],
    shifts: tuple[Shift, ...],
    patched: Mapping[str, Change],
) -> Cascade:
    """The plan without the shifting, its dates by what is `left` of them after the shifting."""
    first = {_site(change): change for change in still.changes}
    moved = {_site(shift): shift for shift in shifts if shift.after is not None}
    others = [change for change in still.changes if _site(change) not in moved]
    missed = {
        site: _missed(shift, left[site], first.get(site, patched[shift.by]))
        for site, shift in moved.items()
        if site in left
    }
    hit = {site: first[site] for site in moved if site in first and site not in left}
    notes = tuple(note for note in still.notes if _site(note) not in missed)
    if any(change.action is Action.REPLACE for change in (*others, *missed.values())):
        carried = map(_carried, hit.values())
        return Cascade(changes=(*others, *missed.values(), *carried), notes=notes)
    noted = (_noted(change, moved[site].by) for site, change in hit.items())
    return Cascade(changes=(*others, *missed.values()), notes=(*notes, *noted), shifts=shifts)


def _missed(shift: Shift, left: Change, cause: Change) -> Change:
    """A date that lands where the file does not want it; `cause` is the change that its cause is of."""
    reason = f"{shift.by} moves it to {shift.after} on the server, the file wants {left.after}"
    return replace(left, before=shift.before, cause=cause.cause, reason=reason)


def _noted(change: Change, by: str) -> Change:
    """A date that lands where the file wants it."""
    reason = f"the server moves it with {by}"
    return replace(change, action=Action.NOOP, cause=Cause.DEFAULT, reason=reason)


def _carried(change: Change) -> Change:
    """The same when the process is replaced anyway: no reason for it, and what the new one has."""
    return replace(change, action=Action.UPDATE, reason="the new process has it")
