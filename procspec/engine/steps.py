"""The steps that the lines of `carry` are made of: one request, one read or one write each.

A create is the dangerous act (T21): its intent is durable before the request goes out, and the id
is durable before anything else happens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from procspec.engine.session import Session, Wanted
from procspec.engine.settle import found, lost, outcome
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


def check_base(work: Work) -> Node:
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


def judged(work: Work, record: Record, live: Node) -> Outcome:
    """The outcome of a process that was read again, with the server's validation of it."""
    problems = found(work.session, work.wanted, record, live)
    if record.invalid != bool(problems):
        work.session.store.write(replace(record, invalid=bool(problems)))
    return outcome(work.session, work.item, work.wanted, record, live, problems)


def for_action(work: Work, action: Action) -> list[Request]:
    """The planned requests of one action."""
    return [request for request in work.item.requests if request.action is action]


def send_create(work: Work, record: Record, request: Request) -> tuple[str, Record]:
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


def save_id(work: Work, record: Record, id: str) -> Record:
    """Makes the id of a new process durable; raises StateError with the way to recover it."""
    try:
        return work.session.store.write(record)
    except StateError as error:
        raise lost(work.item.key, id, error) from error


def paired(work: Work, live: Node) -> dict[str, str]:
    """The ids of what was just created; the process's alone when the server made something else of it."""
    return pair(work.wanted.desired, live, work.session.provider.fields) or {PROCESS: str(live.id)}


def must_read(work: Work, id: str) -> Node:
    """The process as it is now; raises NotConverged when it is gone."""
    live = work.session.service.read(id)
    if live is None:
        raise NotConverged(f"{work.item.key} ({id}) cannot be read after it was written.")
    return live


def clear_leftovers(work: Work) -> Record:
    """Trashes what an interrupted replacement left, as planned, before anything new is made."""
    requests = for_action(work, Action.TRASH)
    if not requests:
        return work.record
    send_or_raise(work, requests)
    return work.session.store.write(replace(work.record, leftovers=()))


def end(work: Work, record: Record, when: When, new: str) -> Record:
    """The planned end of a replacement; a DELETE that fails leaves its id for the next plan."""
    (request,) = [request for request in work.item.requests if request.when is when]
    send_or_raise(work, [replace(request, path=request.path.replace(NEW_ID, new))])
    return work.session.store.write(replace(record, leftovers=()))


def send_or_raise(work: Work, requests: Iterable[Request]) -> None:
    """Sends in order; raises ServiceError at the first that was not certainly carried out."""
    trouble = send_all(work, requests)
    if trouble is not None:
        raise trouble


def send_all(work: Work, requests: Iterable[Request]) -> ServiceError | None:
    """Sends in order; stops at, and gives back, the first that may have been carried out or not."""
    for request in requests:
        try:
            work.session.service.send(request)
        except UnknownOutcome as error:
            # Reading again tells what became of it, unlike after a create (DESIGN section 5).
            return ServiceError(error.message, request=error.request, status=error.status, hint=_AGAIN)
    return None


_AGAIN = "It may have been carried out. Run plan again: it shows what is left to do."


def with_trouble(result: Outcome, trouble: ServiceError | None) -> Outcome:
    """A doubtful answer is forgotten when the read after it shows that all was done."""
    if trouble is None or not result.remaining:
        return result
    return replace(result, error=trouble.message, hint=trouble.hint)


def kept(work: Work, problems: tuple[Diagnostic, ...]) -> Outcome:
    """A replacement that ended with the old process in its place."""
    return Outcome(
        key=work.item.key,
        title=work.item.title,
        action=work.item.action,
        id=work.record.id,
        exit_code=3 if problems else 1,
        error="The replacement is not valid on the server; it was trashed, and the old process stays.",
        diagnostics=problems,
    )


def done(work: Work) -> Outcome:
    """All was sent, and there is nothing to look at afterwards."""
    return Outcome(
        key=work.item.key,
        title=work.item.title,
        action=work.item.action,
        id=work.record.id,
    )
