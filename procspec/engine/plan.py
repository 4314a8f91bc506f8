"""plan: desired minus live, for every process; one GET a process is its only I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from procspec.engine.cascade import cascade
from procspec.engine.landing import judged
from procspec.engine.moves import hints, seen
from procspec.engine.runtime.launching import needed, plan_runs
from procspec.engine.session import Session, Wanted, blocked, chosen, is_kept, is_live, is_run, labels
from procspec.engine.settle import adoption, check_made
from procspec.errors import UnknownOutcome
from procspec.model import PROCESS, Action, Base, Cause, Change, Node, Plan, ProcessPlan, Record, Waiver
from procspec.reconcile import creation, diff, keyed, propose, snapshot, whole

GONE = "its file is gone"
_STRONGEST = (Action.REPLACE, Action.CREATE, Action.RESTORE, Action.UPDATE, Action.RENAME)


def plan(session: Session, keys: Iterable[str] = (), *, prune: bool = False, parallelism: int) -> Plan:
    """What an apply would do; raises UsageError for an unknown key, and whatever a read raises."""
    now, keys = seen(session), frozenset(keys)
    files, records = session.files, now.records
    asked = _asked(session, records, keys)
    with ThreadPoolExecutor(parallelism) as pool:
        one = partial(plan_process, session, prune=prune)
        found = pool.map(one, asked, map(files.get, asked), map(records.get, asked))
        plans = judged(session, (now.marked(item) for item in found if item is not None))
    gone = [key for key in asked if key not in files and is_live(records[key])]
    kept = [key for key in gone if is_kept(session, records[key])]
    orphans = [] if prune else [key for key in gone if key not in kept]
    return Plan(
        project=session.project.name,
        environment=session.environment,
        target=session.target,
        lineage=session.store.lineage,
        spec=session.project.digest,
        variables=session.project.variables,
        processes=tuple(plans),
        orphans=tuple(orphans),
        labels=labels(session.project),
        hints=tuple(hints(session, now, plans, orphans)),
        period=session.period,
        kept=tuple(kept),
        holidays=session.project.holidays,
        waivers=_in_force(session, {item.key for item in plans}),
        runs=plan_runs(session, now, keys, plans),
    )


def _in_force(session: Session, keys: AbstractSet[str]) -> tuple[Waiver, ...]:
    return tuple(waiver for waiver in session.waivers if waiver.key in keys)


def _asked(session: Session, records: Mapping[str, Record], keys: AbstractSet[str]) -> list[str]:
    """The processes to plan: those of the files in their order, then those that only the state has.

    Who asks for a run asks for the process that it is started from.
    """
    processes = {key for key, record in records.items() if key not in session.runs and not is_run(record)}
    known = {*session.files, *processes}
    named = chosen(keys, {*known, *session.runs, *records}) | needed(session, keys)
    order = [*session.files, *sorted(processes - session.files.keys())]
    return [key for key in order if key in named]


def plan_process(
    session: Session, key: str, file: Wanted | None, record: Record | None, *, prune: bool = False
) -> ProcessPlan | None:
    """The plan of one process; None for a process whose file is gone and that is to be left alone."""
    if record is not None and record.intent is not None and record.intent.id is None:
        return nothing(key, file, record, blocked(record))
    if file is None:
        due = prune and record and is_live(record) and not is_kept(session, record)
        return pruned(session, key, record) if due and record else None
    if record is None or record.id is None:
        return _creation(session, file, record)
    if record.intent is not None:
        return _begun(session, file, record, str(record.intent.id))
    live = session.service.read(record.id)
    if live is None:
        return _restoration(session, file, record)
    return compare(session, file, record, keyed(live, record.ids))


def _begun(session: Session, file: Wanted, record: Record, new: str) -> ProcessPlan:
    """The plan of a process that was created and not looked at yet; its nodes are found by structure."""
    try:
        live = check_made(session, record, session.service.read(new))
    except UnknownOutcome as doubt:
        return nothing(file.key, file, record, doubt.message)
    if record.intent is not None and record.intent.action is Action.REPLACE:
        return _interrupted(session, file, record, live)
    record = adoption(session, file, record, live)
    return compare(session, file, record, keyed(live, record.ids))


def _interrupted(session: Session, file: Wanted, record: Record, live: Node) -> ProcessPlan:
    """The plan of a replacement whose new process is there and was not judged yet."""
    change = Change(
        action=Action.REPLACE,
        node=PROCESS,
        before=record.id,
        after=live.id,
        reason="the replacement was interrupted; its new process is there and waits for its validation",
        place=file.desired.place,
    )
    base = base_of(session, record, live)
    return _process_plan(session, file, base, (change, *leftovers(record)), None, None)


def base_of(session: Session, record: Record, live: Node) -> Base:
    """The state of the world that the plan of a live process is computed from."""
    digest = snapshot(keyed(live, record.ids), session.provider.fields)
    return Base(serial=record.serial, id=live.id, revision=live.revision, digest=digest)


def compare(session: Session, file: Wanted, record: Record, live: Node) -> ProcessPlan:
    """The plan of a process that is on both sides; `live` is keyed."""
    fields = session.provider.fields
    proposal = propose(live, file.desired, record, fields)
    alone = diff(live, proposal.planned, record, fields)
    moved = cascade(session, file, record, live, proposal, alone)
    changes = (*moved.changes, *leftovers(record), *moved.notes)
    planned = proposal.planned
    if any(change.action is Action.REPLACE for change in changes):
        planned = whole(proposal.planned, file.desired, record, fields)
    made = _process_plan(session, file, base_of(session, record, live), changes, live, planned)
    return replace(made, recheck=record.invalid or record.trashed, shifts=moved.shifts)


def _process_plan(
    session: Session,
    file: Wanted,
    base: Base,
    changes: tuple[Change, ...],
    live: Node | None,
    planned: Node | None,
) -> ProcessPlan:
    actions = {change.action for change in changes}
    return ProcessPlan(
        key=file.key,
        title=file.desired.title,
        action=_action(actions),
        base=base,
        changes=changes,
        requests=session.provider.lower(live, planned, changes),
        place=file.desired.place,
    )


def _action(actions: set[Action]) -> Action:
    """The strongest one; trashing what a replacement left behind is an update of the process that stays."""
    strongest = next((action for action in _STRONGEST if action in actions), Action.NOOP)
    return Action.UPDATE if strongest is Action.NOOP and Action.TRASH in actions else strongest


def _creation(session: Session, file: Wanted, record: Record | None) -> ProcessPlan:
    base = Base(serial=record.serial if record else 0)
    changes = (*creation(file.desired), *(leftovers(record) if record else ()))
    return _process_plan(session, file, base, changes, None, file.desired)


def _restoration(session: Session, file: Wanted, record: Record) -> ProcessPlan:
    reason = "its file is there" if record.trashed else "it is not on the server; somebody trashed it"
    change = Change(
        action=Action.RESTORE,
        node=PROCESS,
        before=record.id,
        cause=Cause.SPEC if record.trashed else Cause.DRIFT,
        reason=reason,
        place=file.desired.place,
    )
    base = Base(serial=record.serial, id=record.id)
    return _process_plan(session, file, base, (change, *leftovers(record)), None, file.desired)


def leftovers(record: Record) -> tuple[Change, ...]:
    """What an interrupted replacement still has to trash."""
    reason = "left behind by a replacement that was interrupted"
    return tuple(
        Change(action=Action.TRASH, node=PROCESS, before=id, reason=reason) for id in record.leftovers
    )


def pruned(session: Session, key: str, record: Record, why: str = GONE) -> ProcessPlan:
    """The plan that trashes a process; the new one of a replacement that was cut short goes with it."""
    if record.intent is None:
        return _pruned(session, key, record, why)
    try:
        made = check_made(session, record, session.service.read(str(record.intent.id)))
    except UnknownOutcome as doubt:
        return nothing(key, None, record, doubt.message)
    more = [str(made.id)] if made.id != record.id else []
    return _pruned(session, key, replace(record, leftovers=(*record.leftovers, *more)), why)


def _pruned(session: Session, key: str, record: Record, why: str) -> ProcessPlan:
    """One that is gone from the server already is only to be recorded so."""
    live = session.service.read(str(record.id))
    change = Change(
        action=Action.TRASH if live else Action.NOOP,
        node=PROCESS,
        before=record.id,
        reason=why if live else f"{why}, and so is the process on the server",
    )
    changes = (change, *leftovers(record))
    pending = live is not None or bool(record.leftovers)
    return ProcessPlan(
        key=key,
        title=live.title if live else key,
        action=Action.TRASH if pending else Action.NOOP,
        base=base_of(session, record, live) if live else Base(serial=record.serial, id=record.id),
        changes=changes,
        requests=session.provider.lower(live, None, changes),
        recheck=not pending,
    )


def nothing(key: str, file: Wanted | None, record: Record, why: str) -> ProcessPlan:
    """The plan of a process that nobody may touch now."""
    return ProcessPlan(
        key=key,
        title=file.desired.title if file else key,
        action=Action.NOOP,
        base=Base(serial=record.serial, id=record.id),
        place=file.desired.place if file else None,
        blocked=why,
    )
