"""Carrying out one process plan: check the base, send the requests as reviewed, look, validate.

One function an action, each a straight line of steps; nothing is decided here that a plan decides.
"""

from __future__ import annotations

from dataclasses import replace

from procspec.engine.settle import found, identities, outcome, recorded
from procspec.engine.steps import (
    Work,
    check_base,
    clear_leftovers,
    done,
    end,
    for_action,
    judged,
    kept,
    must_read,
    paired,
    save_id,
    send_all,
    send_create,
    send_or_raise,
    with_trouble,
)
from procspec.model import Action, Outcome, When


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
    return lines[work.item.action](work)


def create(work: Work) -> Outcome:
    """intent, POST, id, GET, ids, validation."""
    record = clear_leftovers(work)
    (request,) = for_action(work, Action.CREATE)
    id, record = send_create(work, record, request)
    record = save_id(work, replace(record, id=id, intent=None), id)
    live = must_read(work, id)
    record = recorded(work.session, work.wanted, record, live, paired(work, live))
    return judged(work, record, live)


def update(work: Work) -> Outcome:
    """GET, compare with the base, batchUpdates, PATCH, GET, validation."""
    check_base(work)
    trouble = send_all(work, work.item.requests)
    live = must_read(work, str(work.record.id))
    record = replace(work.record, leftovers=() if trouble is None else work.record.leftovers)
    record = recorded(work.session, work.wanted, record, live, identities(work.record, live))
    return with_trouble(judged(work, record, live), trouble)


def replacement(work: Work) -> Outcome:
    """Create the new, validate it, point the record at it, then trash the old; or the reverse."""
    check_base(work)
    record = clear_leftovers(work)
    request = next(request for request in work.item.requests if request.method == "POST")
    id, record = send_create(work, record, request)
    record = save_id(work, replace(record, intent=None, leftovers=(id,)), id)
    live = must_read(work, id)
    ids = paired(work, live)
    problems = found(work.session, work.wanted, replace(record, ids=ids), live)
    if problems or len(ids) == 1:
        end(work, record, When.INVALID, id)
        return kept(work, problems)
    moved = replace(record, leftovers=(str(work.record.id),), marks={}, invalid=False)
    record = recorded(work.session, work.wanted, moved, live, ids)
    record = end(work, record, When.VALID, id)
    return outcome(work.session, work.item, work.wanted, record, live, problems)


def trash(work: Work) -> Outcome:
    """GET, compare with the base, DELETE; the record stays, so that a restore knows the id."""
    check_base(work)
    send_or_raise(work, work.item.requests)
    work.session.store.write(replace(work.record, trashed=True, leftovers=()))
    return done(work)


def restore(work: Work) -> Outcome:
    """POST restore, GET, validation; what else differs is for the next plan."""
    send_or_raise(work, work.item.requests)
    live = must_read(work, str(work.record.id))
    known = identities(work.record, live)
    record = work.session.store.write(replace(work.record, trashed=False, leftovers=(), ids=known))
    return judged(work, record, live)


def recheck(work: Work) -> Outcome:
    """GET, validation: nothing has changed, and the last validation found something."""
    return judged(work, work.record, check_base(work))
