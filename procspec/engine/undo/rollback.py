"""rollback: the inverse of an apply, planned against the world as it is now.

What moved since is refused: a process is only put back from where the apply left it.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from procspec.engine.carry import trash
from procspec.engine.moves import Seen, seen
from procspec.engine.plan import base_of, nothing
from procspec.engine.sending import forgiven, send_all, send_or_raise
from procspec.engine.session import Session, Wanted, blocked, known_ids
from procspec.engine.settle import failed, verdict
from procspec.engine.steps import must_read, with_trouble
from procspec.engine.undo.errand import gathered
from procspec.engine.undo.trashing import THERE_ALREADY, brought, gone, half_done, restoring, trashing
from procspec.engine.undo.undoing import Values, attainable, compared, moved, placed, renewed
from procspec.engine.work import Errand, Work, check_plan
from procspec.errors import Interrupted, ProcspecError, Refused, StalePlan
from procspec.model import (
    PROCESS,
    Action,
    ApplyRecord,
    Base,
    Change,
    Deed,
    Inverse,
    Node,
    Outcome,
    Plan,
    ProcessPlan,
    Record,
    Step,
)
from procspec.reconcile import keyed, snapshot

Deeds = Mapping[str, Deed]
"""What is to be undone, by the key that the process has now."""

AFTERWARDS = "Once it is undone, `procspec plan` shows again what the files ask for."


def rollback_plan(session: Session, done: ApplyRecord, *, parallelism: int) -> Plan:
    """What undoes an apply: one GET a process, two where one was replaced.

    Raises StalePlan with every process that moved since, Refused for one that was left half done.
    """
    now = seen(session)
    deeds = _deeds(now, done)
    with ThreadPoolExecutor(parallelism) as pool:
        planned = list(pool.map(partial(_tried, session, now, done), deeds, deeds.values()))
    stale = [one for one in planned if isinstance(one, StalePlan)]
    if stale:
        told = " ".join(error.message for error in stale)
        raise StalePlan(f"Nothing was undone. {told}", hint="`procspec plan` shows where things stand.")
    items = [one for one in planned if isinstance(one, ProcessPlan) and (one.pending or one.blocked)]
    return gathered(session, now, items, [AFTERWARDS] if items else [])


def rollback_errand(session: Session, done: ApplyRecord) -> Errand:
    """How a `rollback_plan` is carried out.

    Raises StalePlan for an apply to another account, Refused when nothing of it can be undone.
    """
    if done.target != session.target:
        raise StalePlan(f"{done.id} was an apply to another account, {done.target}.")
    if not done.inverses:
        raise Refused(
            f"Nothing was undone: nothing of {done.id} can be.",
            hint=f"`procspec history {done.id} -e {session.environment}` says why.",
        )
    deeds = _deeds(seen(session), done)

    def planner(session: Session, key: str, file: Wanted | None, record: Record | None) -> ProcessPlan:
        if key not in deeds:
            raise gone(key)
        return _planned(session, done, deeds[key], key, file, record)

    def carry(work: Work) -> Outcome:
        check_plan(work)
        return _carried(work, deeds[work.item.key])

    command = f"procspec rollback {done.id}"
    return Errand(command=command, planner=planner, carry=carry, undoes=done.id)


def missing(done: ApplyRecord) -> list[tuple[Deed, Step, Inverse]]:
    """What nothing undoes of an apply, each with why."""
    steps = [(deed, step) for deed in done.deeds for step in deed.steps]
    return [(deed, step, one) for deed, step in steps for one in step.inverses if one.action is Action.NOOP]


def _deeds(now: Seen, done: ApplyRecord) -> Deeds:
    return {_key(now, deed): deed for deed in done.deeds if deed.inverses}


def _key(now: Seen, deed: Deed) -> str:
    """The key that the process has now: the record that knows its id, or a key that nobody has."""
    ids = {deed.id, deed.was.id if deed.was else deed.id}
    return next((key for key, record in now.records.items() if ids & known_ids(record)), deed.key)


# ------------------------------------------------------------------------------------------------ plans


def _tried(session: Session, now: Seen, done: ApplyRecord, key: str, deed: Deed) -> ProcessPlan | StalePlan:
    try:
        return _planned(session, done, deed, key, session.files.get(key), now.records.get(key))
    except StalePlan as error:
        return error


def _planned(
    session: Session, done: ApplyRecord, deed: Deed, key: str, file: Wanted | None, record: Record | None
) -> ProcessPlan:
    if record is None:
        raise gone(key)
    if blocked(record):
        return nothing(key, file, record, blocked(record))
    if deed.action is Action.REPLACE and deed.was is not None:
        return _turning(session, done, deed, deed.was, record)
    if record.id != deed.id:
        raise StalePlan(f"{key} is another process than {deed.id} by now.")
    actions = {one.action for one in deed.inverses}
    if Action.TRASH in actions:
        return _trashing(session, done, deed, file, record)
    if record.intent is not None or record.leftovers:
        raise half_done(record)
    if Action.RESTORE in actions:
        item = restoring(session, key, file, record)
        changes = tuple(replace(one, reason=f"{done.id} trashed it") for one in item.changes)
        return replace(item, changes=changes, recheck=False)
    return _putting(session, deed, record)


def _trashing(
    session: Session, done: ApplyRecord, deed: Deed, file: Wanted | None, record: Record
) -> ProcessPlan:
    """What was created or restored, and is as the apply left it; one that was created and not looked at
    yet goes as it is.
    """
    unseen = record.intent is not None and record.intent.id == record.id
    if record.intent is not None and not unseen:
        raise half_done(record)
    verb = "restored" if deed.action is Action.RESTORE else "made"
    item = trashing(session, record.key, file, record, f"{done.id} {verb} it")
    if item.pending and _in_doubt(deed):
        raise StalePlan(
            f"{record.key} is on the server, and nobody knows whether {done.id} or somebody else restored it:"
            f" `procspec trash {record.key} -e {session.environment}` trashes it whoever did."
        )
    if item.pending and not unseen and item.base.digest != deed.digest:
        raise _changed(record.key)
    return replace(item, recheck=False)


def _in_doubt(deed: Deed) -> bool:
    """Whether it was to be restored, and no answer to that is recorded: the apply was killed, or got none."""
    return any(step.doubtful for step in deed.steps if step.action is Action.RESTORE)


def _changed(key: str) -> StalePlan:
    return StalePlan(f"{key} was changed since, by a later apply or by hand.")


def _putting(session: Session, deed: Deed, record: Record) -> ProcessPlan:
    """What was updated or renamed: its fields must have the values of the apply, or those from before."""
    live, values = _values(session, deed, record, session.service.read(str(record.id)))
    found = moved(live, record, session.provider.fields, values)
    if found:
        told = ", ".join(one.path for one, _ in found)
        raise StalePlan(f"{record.key} was changed since, by a later apply or by hand: {told}.")
    return compared(session, record.key, record, live, values)


def _values(session: Session, deed: Deed, record: Record, live: Node | None) -> tuple[Node, Values]:
    if live is None:
        raise StalePlan(f"{record.key} ({record.id}) is not on the server now.")
    known = keyed(live, record.ids)
    values, lost = placed(known, deed.inverses)
    if lost:
        raise StalePlan(f"{record.key} has not all that the apply changed: {', '.join(lost)}.")
    return known, values


def _turning(session: Session, done: ApplyRecord, deed: Deed, was: Record, record: Record) -> ProcessPlan:
    """What was replaced: the old process comes back, and the new one goes.

    An earlier rollback that was cut short may have done the first half, or be about to do it.
    """
    old = str(was.id)
    if record.intent is not None:
        raise half_done(record)
    if record.id == old and not record.leftovers:
        base = Base(serial=record.serial, id=record.id)
        return ProcessPlan(key=record.key, title=record.key, action=Action.NOOP, base=base)
    if record.id == old and record.leftovers == (deed.id,):
        return _turn(session, done, deed, record, _there(session, record, old), old=old, there=True)
    if record.id != deed.id or set(record.leftovers) - {old}:
        raise StalePlan(f"{record.key} is another process than {deed.id} by now.")
    live = _there(session, record, deed.id)
    there = session.service.read(old) is not None
    if snapshot(keyed(live, record.ids), session.provider.fields) != deed.digest:
        raise _changed(record.key)
    if there and old not in record.leftovers:
        raise StalePlan(f"The old process of {record.key}, {old}, was restored by somebody.")
    return _turn(session, done, deed, record, live, old=old, there=there)


def _there(session: Session, record: Record, id: str) -> Node:
    live = session.service.read(id)
    if live is None:
        raise StalePlan(f"{record.key} ({id}) is not on the server now.")
    return live


def _turn(
    session: Session, done: ApplyRecord, deed: Deed, record: Record, live: Node, *, old: str, there: bool
) -> ProcessPlan:
    """`there` says that the old process is not in the trash any more, or not yet."""
    back = Change(
        action=Action.NOOP if there else Action.RESTORE,
        node=PROCESS,
        before=old,
        reason=THERE_ALREADY if there else f"{done.id} put {deed.id} in its place",
    )
    away = Change(action=Action.TRASH, node=PROCESS, before=deed.id, reason=f"{done.id} made it")
    return ProcessPlan(
        key=record.key,
        title=live.title,
        action=Action.REPLACE,
        base=base_of(session, record, live),
        changes=(back, away),
        requests=session.provider.lower(None, None, (back, away)),
    )


# --------------------------------------------------------------------------------------------- carrying


def _carried(work: Work, deed: Deed) -> Outcome:
    if work.item.action is Action.REPLACE and deed.was is not None:
        return _turned(work, deed, deed.was)
    if work.item.action is Action.TRASH:
        return trash(work)
    return brought(work) if work.item.action is Action.RESTORE else _put_back(work, deed)


def _put_back(work: Work, deed: Deed) -> Outcome:
    """batchUpdates, PATCH, GET, validation."""
    session, key = work.session, work.item.key
    sent = send_all(work, work.item.requests)
    read = must_read(work, str(work.record.id))
    live, values = _values(session, deed, work.record, read)
    reached, _ = attainable(session, key, work.record, live, values)
    doubtful = work.fields(sent.doubtful)
    record = session.store.write(renewed(session, work.record, live, reached, doubtful))
    left = compared(session, key, record, live, reached).pending
    result = with_trouble(verdict(session, work.item, work.file, record, read, left), sent.trouble, record)
    return forgiven(work, sent, result)


def _turned(work: Work, deed: Deed, was: Record) -> Outcome:
    """POST restore of the old, GET, the record points at it, DELETE of the new, validation."""
    old, store = str(was.id), work.session.store
    record = _brought_back(work, old)
    live = must_read(work, old)
    record = store.write(_as_it_was(work, record, was, live, deed.id))
    try:
        send_or_raise(replace(work, record=record), work.requests(Action.TRASH))
        record = store.write(replace(record, leftovers=()))
    except ProcspecError as error:
        return failed(work.item, error, id=old, done=True)
    return verdict(work.session, work.item, work.file, record, live)


def _brought_back(work: Work, old: str) -> Record:
    """Restores the old process; until the record points at it, it is one that is still to be trashed."""
    requests = work.requests(Action.RESTORE)
    if not requests:
        return work.record
    # Before it goes out: nobody would know of it, if this is cut short once it is alive.
    begun = work.session.store.write(replace(work.record, leftovers=(old,)))
    trouble: ProcspecError | None
    try:
        trouble = send_all(replace(work, record=begun), requests).trouble
    except ProcspecError as error:
        trouble = _withdrawn(work, begun, error)
    if isinstance(trouble, Interrupted):
        trouble = _withdrawn(work, begun, trouble)
    if trouble is not None:
        raise trouble
    return begun


def _withdrawn(work: Work, begun: Record, error: ProcspecError) -> ProcspecError:
    """The server refused in clear words, or nothing was sent: whoever brings it back, it is not ours."""
    work.session.store.write(replace(begun, leftovers=work.record.leftovers))
    return error


def _as_it_was(work: Work, record: Record, was: Record, live: Node, new: str) -> Record:
    """The record of the old process, as it was known before it was replaced."""
    return replace(
        record,
        salt=was.salt,
        id=was.id,
        ids=was.ids,
        revision=live.revision,
        digest=snapshot(keyed(live, was.ids), work.session.provider.fields),
        marks=was.marks,
        order=was.order,
        leftovers=(new,),
        invalid=True,
        trashed=False,
    )
