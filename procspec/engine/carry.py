"""Carrying out one process plan: check that it still holds, send the requests as reviewed, look, validate.

One function an action, each a straight line of steps; nothing is decided here that a plan decides.
"""

from __future__ import annotations

from dataclasses import replace

from procspec.engine.sending import forgiven, send_all, send_or_raise, send_restore
from procspec.engine.settle import adoption, check_made, compared, failed, found, remaining
from procspec.engine.steps import (
    cleared,
    done,
    end,
    judge,
    kept,
    must_read,
    note,
    send_create,
    with_trouble,
)
from procspec.engine.work import Work, check_plan
from procspec.errors import ProcspecError, UnknownOutcome
from procspec.model import Action, Node, Outcome, Record, When
from procspec.reconcile import keyed, snapshot


def carry(work: Work) -> Outcome:
    """Carries out one process plan; raises ServiceError, StateError, StalePlan or NotConverged."""
    lines = {
        Action.CREATE: create,
        Action.UPDATE: update,
        Action.RENAME: update,
        Action.REPLACE: replacement,
        Action.TRASH: trash,
        Action.RESTORE: restore,
        Action.NOOP: recheck,
    }
    check_plan(work)
    return trash(work) if work.file is None else lines[work.item.action](settled(work))


def settled(work: Work) -> Work:
    """Takes over a process that was created and not looked at, before anything is done about it."""
    intent = work.record.intent
    if intent is None or intent.action is not Action.CREATE:
        return work
    live = must_read(work, str(intent.id))
    known = adoption(work.session, work.wanted, work.record, live)
    return replace(work, record=work.session.store.write(known))


def create(work: Work) -> Outcome:
    """intent, POST, id, GET, ids, validation."""
    work = cleared(work)
    (request,) = work.requests(Action.CREATE)
    id, record = send_create(work, request)
    try:
        live = check_made(work.session, record, work.session.service.read(id))
        return judge(work, _taken(work, adoption(work.session, work.wanted, record, live)), live)
    except UnknownOutcome:
        raise
    except ProcspecError as error:
        return failed(work.item, error, id=id, done=True)


def update(work: Work) -> Outcome:
    """batchUpdates, PATCH, GET, validation."""
    sent = send_all(work, work.item.requests)
    live = must_read(work, str(work.record.id))
    record = work.record if sent.trouble else replace(work.record, leftovers=())
    record = note(work, record, live, work.fields(sent.doubtful))
    return forgiven(work, sent, with_trouble(judge(work, record, live), sent.trouble, record))


def replacement(work: Work) -> Outcome:
    """Create the new, validate it, point the record at it, then trash the old; or the reverse."""
    if work.record.intent is not None and work.record.intent.id is not None:
        return _end_of_replacement(work, work.record, work.record.intent.id)
    work = cleared(work)
    id, record = send_create(work, next(iter(work.requests(Action.REPLACE))))
    return _end_of_replacement(work, record, id)


def _end_of_replacement(work: Work, record: Record, id: str) -> Outcome:
    """Validation decides between the two planned ends."""
    live = check_made(work.session, record, work.session.service.read(id))
    new = adoption(work.session, work.wanted, record, live)
    problems = found(work.session, work.wanted, new, live)
    if problems:
        record = work.session.store.write(replace(record, intent=None, leftovers=(id,)))
        end(work, record, When.INVALID, id)
        return kept(work, problems)
    record = _taken(work, replace(new, leftovers=(str(record.id),), invalid=False))
    try:
        record = end(work, record, When.VALID, id)
    except ProcspecError as error:
        return failed(work.item, error, id=record.id, done=True)
    return compared(work.item, (), record, remaining(work.session, work.wanted, record, live))


def _taken(work: Work, new: Record) -> Record:
    """Writes the record of a process that was just created."""
    return work.session.store.write(replace(_told(work, new), trashed=False))


def _told(work: Work, record: Record) -> Record:
    """With what the record has from the file because it outlives the file."""
    if work.file is None:
        return record
    return replace(record, protect=work.wanted.protect, period=work.wanted.document.period)


def trash(work: Work) -> Outcome:
    """DELETE; the record stays, so that a restore knows the id."""
    send_or_raise(work, work.item.requests)
    work.session.store.write(replace(work.record, trashed=True, leftovers=(), intent=None))
    return done(work)


def restore(work: Work) -> Outcome:
    """POST restore, GET, validation; what else differs is for the next plan."""
    record, live = back(work)
    return judge(work, record, live)


def back(work: Work) -> tuple[Record, Node]:
    """POST restore, GET."""
    # Before it goes out: nobody would look again for one that is held for trashed, and may be alive.
    begun = replace(_told(work, work.record), trashed=False)
    work = replace(work, record=work.session.store.write(begun))
    send_restore(work)
    live = must_read(work, str(work.record.id))
    # A rollback trashes it again only while it is as it came back, whatever it was before it went.
    digest = snapshot(keyed(live, work.record.ids), work.session.provider.fields)
    known = replace(work.record, leftovers=(), invalid=True, digest=digest)
    return work.session.store.write(known), live


def recheck(work: Work) -> Outcome:
    """GET, validation: nothing has changed, and the last validation found something."""
    record, live = there(work)
    return judge(work, record, live)


def there(work: Work) -> tuple[Record, Node]:
    """GET; somebody may have brought it back from the trash, and the file may protect it since."""
    live = must_read(work, str(work.record.id))
    record = replace(_told(work, work.record), trashed=False)
    return (record if record == work.record else work.session.store.write(record)), live
