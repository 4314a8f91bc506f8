"""Carrying out one process plan: check the base, send the requests as reviewed, look, validate.

A create is the dangerous act (T21): its intent is durable before the request goes out, and the id
is durable before anything else happens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from procspec.engine.session import Session, Wanted
from procspec.engine.settle import found, identities, lost, outcome, recorded
from procspec.errors import NotConverged, ServiceError, StalePlan, StateError, UnknownOutcome
from procspec.model import (
    NEW_ID,
    PROCESS,
    Action,
    Diagnostic,
    Intent,
    Node,
    Outcome,
    ProcessPlan,
    Record,
    Request,
    When,
)
from procspec.reconcile import keyed, marks, pair, snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One process plan with all that carrying it out needs; `record` is the stored one."""

    session: Session
    item: ProcessPlan
    file: Wanted | None
    record: Record
    owner: str

    @property
    def wanted(self) -> Wanted:
        """The file; every action but a prune has one."""
        if self.file is None:
            raise StalePlan(f"The file of {self.item.key} is gone.", hint="Make a new plan.")
        return self.file


def carry(work: Work) -> Outcome:
    """Carries out one process plan; raises ServiceError, StateError, StalePlan or NotConverged."""
    lines = {
        Action.CREATE: create,
        Action.UPDATE: update,
        Action.RENAME: update,
        Action.REPLACE: replacement,
        Action.TRASH: trash,
        Action.RESTORE: restore,
    }
    return lines[work.item.action](work)


def create(work: Work) -> Outcome:
    """intent, POST, id, GET, ids, validation."""
    record = _clear_leftovers(work)
    (request,) = _requests(work, Action.CREATE)
    id, record = _create(work, record, request)
    record = _save_id(work, replace(record, id=id, intent=None), id)
    return _arrive(work, record, id)


def _arrive(work: Work, record: Record, id: str) -> Outcome:
    live = _must_read(work, id)
    record = recorded(work.session, work.wanted, record, live, _paired(work, live))
    return _judged(work, record, live)


def update(work: Work) -> Outcome:
    """GET, compare with the base, batchUpdates, PATCH, GET, validation."""
    _fresh(work)
    trouble = _send_all(work, work.item.requests)
    live = _must_read(work, str(work.record.id))
    record = replace(work.record, leftovers=() if trouble is None else work.record.leftovers)
    record = recorded(work.session, work.wanted, record, live, identities(work.record, live))
    return _with_trouble(_judged(work, record, live), trouble)


def replacement(work: Work) -> Outcome:
    """Create the new, validate it, point the record at it, then trash the old; or the reverse."""
    _fresh(work)
    record = _clear_leftovers(work)
    request = next(request for request in work.item.requests if request.method == "POST")
    id, record = _create(work, record, request)
    record = _save_id(work, replace(record, intent=None, leftovers=(id,)), id)
    live = _must_read(work, id)
    ids = _paired(work, live)
    problems = found(work.session, work.wanted, replace(record, ids=ids), live)
    if problems or len(ids) == 1:
        _end(work, record, When.INVALID, id)
        return _kept(work, problems)
    fresh = replace(record, leftovers=(str(work.record.id),), marks={})
    record = recorded(work.session, work.wanted, fresh, live, ids)
    record = _end(work, record, When.VALID, id)
    return outcome(work.session, work.item, work.wanted, record, live, problems)


def trash(work: Work) -> Outcome:
    """GET, compare with the base, DELETE; the record stays, so that a restore knows the id."""
    _fresh(work)
    trouble = _send_all(work, work.item.requests)
    if trouble is not None:
        raise trouble
    work.session.store.write(replace(work.record, trashed=True, leftovers=()))
    return _done(work)


def restore(work: Work) -> Outcome:
    """POST restore, GET, validation; what else differs is for the next plan."""
    trouble = _send_all(work, work.item.requests)
    if trouble is not None:
        raise trouble
    live = _must_read(work, str(work.record.id))
    known = identities(work.record, live)
    record = work.session.store.write(replace(work.record, trashed=False, leftovers=(), ids=known))
    return _judged(work, record, live)


# ----------------------------------------------------------------------------------------- the steps


def _fresh(work: Work) -> Node:
    """The live process, if it is still the one that the plan was computed from."""
    base = work.item.base
    live = work.session.service.read(str(base.id))
    fields = work.session.provider.fields
    if (
        live is None
        or snapshot(keyed(live, work.record.ids), fields) != base.digest
        or live.revision != base.revision
    ):
        raise StalePlan(
            f"{work.item.key} has changed on the server since the plan was made; nothing was sent for it.",
            hint="Make a new plan and look at it again.",
        )
    return live


def _judged(work: Work, record: Record, live: Node) -> Outcome:
    """The outcome of a process that was read again, with the server's validation of it."""
    problems = found(work.session, work.wanted, record, live)
    return outcome(work.session, work.item, work.wanted, record, live, problems)


def _requests(work: Work, action: Action) -> list[Request]:
    return [request for request in work.item.requests if request.action is action]


def _create(work: Work, record: Record, request: Request) -> tuple[str, Record]:
    """Sends a create with its intent before it; an outcome that is unknown leaves the intent."""
    applied = marks(work.wanted.desired, None, work.session.provider.fields, record.salt)
    since = datetime.now(UTC).isoformat(timespec="seconds")
    intent = Intent(action=request.action, since=since, owner=work.owner, marks=applied)
    begun = work.session.store.write(replace(record, intent=intent, protect=work.wanted.protect))
    try:
        id = work.session.service.send(request)
    except UnknownOutcome:
        raise
    except ServiceError:
        _withdraw(work, begun)
        raise
    return str(id), begun


def _withdraw(work: Work, begun: Record) -> None:
    """The server refused in clear words: nothing was created, and the intent goes."""
    if begun.id is None and not begun.leftovers:
        work.session.store.delete(begun)
    else:
        work.session.store.write(replace(begun, intent=None))


def _save_id(work: Work, record: Record, id: str) -> Record:
    try:
        return work.session.store.write(record)
    except StateError as error:
        raise lost(work.item.key, id, error) from error


def _paired(work: Work, live: Node) -> dict[str, str]:
    """The ids of what was just created; the process's alone when the server made something else of it."""
    return pair(work.wanted.desired, live, work.session.provider.fields) or {PROCESS: str(live.id)}


def _must_read(work: Work, id: str) -> Node:
    live = work.session.service.read(id)
    if live is None:
        raise NotConverged(f"{work.item.key} ({id}) cannot be read after it was written.")
    return live


def _clear_leftovers(work: Work) -> Record:
    """Trashes what an interrupted replacement left, as planned, before anything new is made."""
    requests = _requests(work, Action.TRASH)
    if not requests:
        return work.record
    trouble = _send_all(work, tuple(requests))
    if trouble is not None:
        raise trouble
    return work.session.store.write(replace(work.record, leftovers=()))


def _end(work: Work, record: Record, when: When, new: str) -> Record:
    """The planned end of a replacement; a DELETE that fails leaves its id for the next plan."""
    (request,) = [request for request in work.item.requests if request.when is when]
    work.session.service.send(replace(request, path=request.path.replace(NEW_ID, new)))
    return work.session.store.write(replace(record, leftovers=()))


def _send_all(work: Work, requests: tuple[Request, ...]) -> ServiceError | None:
    """Sends in order; stops at, and gives back, the first that may have been carried out or not."""
    for request in requests:
        try:
            work.session.service.send(request)
        except UnknownOutcome as error:
            # Reading again tells what became of it, unlike after a create (DESIGN section 5).
            return ServiceError(error.message, request=error.request, status=error.status, hint=_AGAIN)
    return None


_AGAIN = "It may have been carried out. Run plan again: it shows what is left to do."


def _with_trouble(result: Outcome, trouble: ServiceError | None) -> Outcome:
    """A doubtful answer is forgotten when the read after it shows that all was done."""
    if trouble is None or not result.remaining:
        return result
    return replace(result, error=trouble.message, hint=trouble.hint)


def _kept(work: Work, problems: tuple[Diagnostic, ...]) -> Outcome:
    return Outcome(
        key=work.item.key,
        title=work.item.title,
        action=work.item.action,
        id=work.record.id,
        exit_code=3 if problems else 1,
        error="The replacement is not valid on the server; it was trashed, and the old process stays.",
        diagnostics=problems,
    )


def _done(work: Work) -> Outcome:
    return Outcome(
        key=work.item.key,
        title=work.item.title,
        action=work.item.action,
        id=work.record.id,
    )
