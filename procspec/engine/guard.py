"""What needs consent before anything is sent: nothing is replaced, trashed or pruned by surprise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from procspec.engine.session import Session, Wanted, is_kept, is_live
from procspec.errors import Contended, Refused, StalePlan
from procspec.model import Action, Plan, ProcessPlan, Record, Started

_REMOVES = (Action.REPLACE, Action.TRASH)

MANY, FEW = 0.3, 10
"""The share of all processes that may go without a further word, where there are at least this many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the person allowed beyond plain creates and updates."""

    replace: bool = False
    prune: bool = False
    many: bool = False
    """Replacing and trashing more than `MANY` of all processes."""
    active_run: bool = False
    """Replacing and trashing processes with a run that goes on."""


def check_free(session: Session) -> None:
    """Raises Contended while somebody else is at work: what would be planned now is only half of it."""
    holder = session.store.holder(session.environment)
    if holder is not None:
        unlock = f"procspec state unlock {holder.id} -e {session.environment}"
        raise Contended(
            f"{session.environment} is locked by {holder}.",
            hint=f"Wait for it to end. If it is gone for good: {unlock}",
        )


def check_world(session: Session, plan: Plan, records: Mapping[str, Record]) -> None:
    """Raises StalePlan unless files, account and state are those that the plan was made from."""
    again = "Make a new plan and look at it again."
    if plan.target != session.target or plan.environment != session.environment:
        raise StalePlan(f"The plan was made for {plan.environment} ({plan.target}).", hint=again)
    if plan.lineage != session.store.lineage:
        raise StalePlan("The plan was made with another state store.", hint=again)
    if plan.spec != session.project.digest:
        raise StalePlan("The files or the variables are not those of the plan.", hint=again)
    bases = {item.key: item.base for item in plan.due} | {run.key: run.base for run in plan.starting}
    for key, base in bases.items():
        record = records.get(key)
        if (record.serial if record else 0) != base.serial:
            raise StalePlan(f"The record of {key} has changed since the plan was made.", hint=again)


def check_consent(session: Session, plan: Plan, records: Mapping[str, Record], consent: Consent) -> None:
    """Raises Refused, with every process that is concerned, for what nobody allowed."""
    removing = [item for item in plan.pending if item.action in _REMOVES]
    _check_state(session, plan)
    kept = [item.key for item in removing if _protected(item, session.files, records)]
    if kept:
        raise Refused(
            f"Protected from being replaced or trashed: {', '.join(kept)}.",
            hint="Apply its file without `protect: true` first; bring the file back if it is gone.",
        )
    _check(removing, Action.REPLACE, consent.replace, "--allow-replace")
    _check(removing, Action.TRASH, consent.prune, "--prune")
    _check_many(session, removing, records, consent)
    _check_runs(session, removing, records, consent)


def _check_state(session: Session, plan: Plan) -> None:
    """A state that is new although there was another one would create everything a second time."""
    creates = [item.key for item in plan.pending if item.action in (Action.CREATE, Action.REPLACE)]
    creates += [run.key for run in plan.starting]
    if creates and session.store.predecessor:
        raise Refused(
            f"Nothing was sent: {session.store.predecessor} says that there was another state here."
            f" This one knows nothing of it, and would create or start {', '.join(creates)} a second time.",
            hint=session.store.begin_anew,
        )


def _check(removing: list[ProcessPlan], action: Action, allowed: bool, option: str) -> None:
    keys = [item.key for item in removing if item.action is action]
    if keys and not allowed:
        raise Refused(
            f"Nothing was sent: the plan would {action.value} {', '.join(keys)}.",
            hint=f"If that is what you want, run it again with {option}.",
        )


def _check_many(
    session: Session, removing: list[ProcessPlan], records: Mapping[str, Record], consent: Consent
) -> None:
    """A wrong folder, variable or branch makes many processes go at once; those of other periods stay."""
    there = sum(is_live(record) and not is_kept(session, record) for record in records.values())
    if not consent.many and there >= FEW and len(removing) > MANY * there:
        raise Refused(
            f"Nothing was sent: the plan would replace or trash {len(removing)} of {there} processes.",
            hint="If that is what you want, run it again with --allow-many.",
        )


def _check_runs(
    session: Session, removing: list[ProcessPlan], records: Mapping[str, Record], consent: Consent
) -> None:
    """People are at work on a run that goes on; one that the server does not know is over."""
    if consent.active_run:
        return
    known = {(item.key, run.id): None for item in removing for run in _runs(records, item)}
    active = [f"{key} ({id})" for key, id in known if _goes_on(session, id)]
    if active:
        raise Refused(
            f"Nothing was sent: a run goes on of what is to be replaced or trashed: {', '.join(active)}.",
            hint="Wait for them to end. If it must be now, run it again with --allow-active-run.",
        )


def _runs(records: Mapping[str, Record], item: ProcessPlan) -> Iterator[Started]:
    """Those of the processes that would go, whoever declared them, and its own of nobody knows which; not of
    one that it replaced.
    """
    going = _going(records.get(item.key), item)
    for record in records.values():
        yield from (run for run in record.runs if run.process and run.process in going)
        yield from (run for run in record.runs if not run.process and record.key == item.key)


def _going(record: Record | None, item: ProcessPlan) -> frozenset[str | None]:
    """The ids of what is trashed. A replacement by an apply trashes what the record is about, if the new
    process is valid, and that is none of its changes; in a rollback of one it is.
    """
    trashed = {str(change.before) for change in item.changes if change.action is Action.TRASH}
    replaces = any(change.action is Action.REPLACE for change in item.changes)
    return frozenset(trashed | ({record.id} if replaces and record else set()))


def _goes_on(session: Session, id: str) -> bool:
    run = session.service.read_run(id)
    return run is not None and not run.over


def _protected(item: ProcessPlan, files: Mapping[str, Wanted], records: Mapping[str, Record]) -> bool:
    """Protection is also kept in the record, so that it outlives the file (DESIGN section 3)."""
    file, record = files.get(item.key), records.get(item.key)
    if file is not None:
        return file.protect
    return record is not None and record.protect
