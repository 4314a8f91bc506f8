"""trash, restore: soft delete and back of one process that the state knows, whether it has a file or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from procspec.engine.carry import back, there, trash
from procspec.engine.moves import seen
from procspec.engine.plan import leftovers, nothing, pruned
from procspec.engine.session import Session, Wanted, blocked, is_kept
from procspec.engine.settle import verdict
from procspec.engine.undo.errand import gathered, known
from procspec.engine.work import Errand, Work, check_plan
from procspec.errors import Refused, StalePlan
from procspec.model import PROCESS, Action, Base, Change, Outcome, Plan, ProcessPlan, Record
from procspec.providers.base import Ability, require

ASKED = "asked for by this command"
GONE_ALREADY = "it is not on the server any more; only the record changes"
THERE_ALREADY = "it is on the server; only the record changes"


def trash_plan(session: Session, key: str) -> Plan:
    """What `procspec trash` would do: one GET.

    Raises UsageError for a process that the state does not know, and for a system that cannot do it.
    """
    require(session.provider, Ability.TRASH)
    now = seen(session)
    key, record = known(session, now, key)
    item = _trashing(session, key, session.files.get(key), record)
    hints = [
        f"The next apply brings {key} back: its file is there, {file.document.file}."
        for file in [session.files.get(key)]
        if file is not None and item.pending
    ]
    return gathered(session, now, [item], hints)


def restore_plan(session: Session, key: str) -> Plan:
    """What `procspec restore` would do: one GET.

    Raises UsageError as `trash_plan` does, Refused for a process that was left half done.
    """
    require(session.provider, Ability.TRASH)
    now = seen(session)
    key, record = known(session, now, key)
    item = restoring(session, key, session.files.get(key), record)
    return gathered(session, now, [item], restore_hints(session, record, item) if item.pending else ())


def restore_hints(session: Session, record: Record, item: ProcessPlan) -> Iterator[str]:
    """What becomes of a process that comes back without a file."""
    if item.key not in session.files and not is_kept(session, record):
        yield f"{item.key} has no file any more: `procspec apply --prune` would trash it again."


def trash_errand(key: str) -> Errand:
    """Trashes the process of a `trash_plan`."""
    return Errand(command=f"procspec trash {key}", planner=_trashing, carry=trashed)


def restore_errand(key: str) -> Errand:
    """Brings the process of a `restore_plan` back."""
    return Errand(command=f"procspec restore {key}", planner=restoring, carry=restored)


# ------------------------------------------------------------------------------------------------ plans


def _trashing(session: Session, key: str, file: Wanted | None, record: Record | None) -> ProcessPlan:
    return trashing(session, key, file, record, ASKED)


def trashing(session: Session, key: str, file: Wanted | None, record: Record | None, why: str) -> ProcessPlan:
    """The plan that trashes a process; idle for one that is known to be in the trash."""
    if record is None:
        raise gone(key)
    if blocked(record):
        return nothing(key, file, record, blocked(record))
    item = pruned(session, key, record, why)
    title, place = (file.desired.title, file.desired.place) if file else (item.title, None)
    if item.action is Action.NOOP:
        changes = tuple(replace(change, reason=GONE_ALREADY) for change in item.changes)
        return replace(item, changes=changes, title=title, place=place, recheck=not record.trashed)
    return replace(item, place=place)


def restoring(session: Session, key: str, file: Wanted | None, record: Record | None) -> ProcessPlan:
    """The plan that brings a process back; idle for one that is known to be there."""
    if record is None:
        raise gone(key)
    if blocked(record):
        return nothing(key, file, record, blocked(record))
    if record.intent is not None:
        raise half_done(record)
    live = session.service.read(str(record.id))
    change = Change(
        action=Action.NOOP if live else Action.RESTORE,
        node=PROCESS,
        before=record.id,
        reason=THERE_ALREADY if live else ASKED,
        place=file.desired.place if file else None,
    )
    changes = (change,) if live else (change, *leftovers(record))
    return ProcessPlan(
        key=key,
        title=live.title if live else file.desired.title if file else key,
        action=change.action,
        base=Base(serial=record.serial, id=record.id),
        changes=changes,
        requests=session.provider.lower(None, None, changes),
        place=change.place,
        recheck=live is not None and record.trashed,
    )


def half_done(record: Record) -> Refused:
    """The error for a process that an apply has still to look at."""
    command = f"procspec apply {record.key} -e {record.environment}"
    return Refused(f"The last apply of {record.key} was interrupted.", hint=f"Run `{command}` first.")


def gone(key: str) -> StalePlan:
    """The error for a record that was there when the plan was made."""
    return StalePlan(f"The state knows nothing of {key} any more.", hint="Make a new plan.")


# ---------------------------------------------------------------------------------------------- carrying


def trashed(work: Work) -> Outcome:
    """DELETE; the record stays, so that a restore knows the id."""
    check_plan(work)
    return trash(work)


def restored(work: Work) -> Outcome:
    """POST restore, GET, validation; what its file has otherwise is for the next plan."""
    check_plan(work)
    return brought(work)


def brought(work: Work) -> Outcome:
    """As `restored`, for a plan that was checked."""
    record, live = back(work) if work.item.requests else there(work)
    return verdict(work.session, work.item, work.file, record, live)
