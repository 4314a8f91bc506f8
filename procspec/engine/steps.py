"""The steps that the lines of `carry` are made of: one request, one read or one write each.

A create is the dangerous act (T21): its intent is durable before the request goes out, and the id
is durable before anything else happens.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from procspec.engine.plan import plan_process
from procspec.engine.session import Session, Wanted
from procspec.engine.settle import judged, lost, recorded
from procspec.errors import (
    NotConverged,
    ProcspecError,
    ServiceError,
    StalePlan,
    StateError,
    UnknownOutcome,
)
from procspec.model import (
    NEW_ID,
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
from procspec.reconcile import Fields, marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One process plan with all that carrying it out needs.

    `stored` is the record that the plan was made with; `record` moves on with every write.
    """

    session: Session
    item: ProcessPlan
    file: Wanted | None
    stored: Record | None
    owner: str
    record: Record

    @property
    def wanted(self) -> Wanted:
        """The file; every action but a prune has one."""
        if self.file is None:
            raise StalePlan(f"The file of {self.item.key} is gone.", hint="Make a new plan.")
        return self.file


def check_plan(work: Work) -> None:
    """Plans the process again; raises StalePlan unless that gives exactly what was reviewed.

    Finds a process that moved, and a plan file whose requests are not those of its changes.
    """
    again = plan_process(work.session, work.item.key, work.file, work.stored, prune=work.file is None)
    if again == work.item:
        return
    moved = again is None or again.base != work.item.base
    why = "has changed on the server since" if moved else "was changed in the plan file after"
    raise StalePlan(
        f"{work.item.key} {why} the plan was made; nothing was sent for it.",
        hint="Make a new plan and look at it again.",
    )


def note(work: Work, record: Record, live: Node, doubtful: Fields = frozenset()) -> Record:
    """Writes what was applied, all but the doubtful, and what the server made of it."""
    return recorded(work.session, work.wanted, record, live, doubtful)


def judge(work: Work, record: Record, live: Node) -> Outcome:
    """Compares and validates a process that was read after everything was sent."""
    return judged(work.session, work.item, work.wanted, record, live)


def for_action(work: Work, action: Action) -> list[Request]:
    """The planned requests of one action."""
    return [request for request in work.item.requests if request.action is action]


def send_create(work: Work, request: Request) -> tuple[str, Record]:
    """Sends a create with its intent before it; the new id and the record, which has it durably.

    An outcome that is unknown leaves the intent; whatever else fails means that nothing was created.
    """
    begun = _begin(work, request)
    try:
        id = str(work.session.service.send(request))
    except UnknownOutcome:
        raise
    except ProcspecError:
        _withdraw(work, begun)
        raise
    return id, _save_id(work, begun, id)


def _begin(work: Work, request: Request) -> Record:
    applied = marks(work.wanted.desired, None, work.session.provider.fields, work.record.salt)
    since = datetime.now(UTC).isoformat(timespec="seconds")
    intent = Intent(action=request.action, since=since, owner=work.owner, marks=applied)
    return work.session.store.write(replace(work.record, intent=intent, protect=work.wanted.protect))


def _withdraw(work: Work, begun: Record) -> None:
    """The server refused in clear words, or nothing was sent: the intent goes."""
    if begun.id is None and not begun.leftovers:
        work.session.store.delete(begun)
    else:
        work.session.store.write(replace(begun, intent=None))


def _save_id(work: Work, begun: Record, id: str) -> Record:
    """Makes the id of a new process durable; raises StateError with the way to recover it."""
    if begun.intent is None:
        raise ValueError("a create has an intent")
    known = id if begun.intent.action is Action.CREATE else begun.id
    try:
        return work.session.store.write(replace(begun, id=known, intent=replace(begun.intent, id=id)))
    except StateError as error:
        raise lost(work.item.key, id, error) from error


def must_read(work: Work, id: str) -> Node:
    """The process as it is now; raises NotConverged when it is gone."""
    live = work.session.service.read(id)
    if live is None:
        raise NotConverged(f"{work.item.key} ({id}) cannot be read after it was written.")
    return live


def cleared(work: Work) -> Work:
    """Trashes what an interrupted replacement left, as planned, before anything new is made."""
    requests = for_action(work, Action.TRASH)
    if not requests:
        return work
    send_or_raise(work, requests)
    return replace(work, record=work.session.store.write(replace(work.record, leftovers=())))


def end(work: Work, record: Record, when: When, new: str) -> Record:
    """The planned end of a replacement; a DELETE that fails leaves its id for the next plan."""
    (request,) = [request for request in work.item.requests if request.when is when]
    send_or_raise(work, [replace(request, path=request.path.replace(NEW_ID, new))])
    return work.session.store.write(replace(record, leftovers=()))


def send_or_raise(work: Work, requests: Iterable[Request]) -> None:
    """Sends in order; raises ServiceError at the first that was not certainly carried out."""
    sent = send_all(work, requests)
    if sent.trouble is not None:
        raise sent.trouble


def send_restore(work: Work) -> None:
    """Sends a restore; raises NotConverged for a process that is not even in the trash."""
    try:
        send_or_raise(work, work.item.requests)
    except ServiceError as error:
        if error.status != 404:
            raise
        raise NotConverged(
            f"{work.item.key} ({work.record.id}) is not on the server, and not in its trash.",
            hint="Is it the right account? If the process is gone for good:"
            f" `procspec state rm {work.item.key}`, and the next apply creates it anew.",
        ) from error


@dataclass(frozen=True, slots=True)
class Sent:
    """How far a list of requests came: what was not certainly carried out, and why."""

    doubtful: tuple[str, ...] = ()
    trouble: ServiceError | None = None


def send_all(work: Work, requests: Iterable[Request]) -> Sent:
    """Sends in order and stops at the first that may have been carried out or not."""
    left = list(requests)
    while left:
        try:
            work.session.service.send(left[0])
        except UnknownOutcome as error:
            # Reading again tells what became of it, unlike after a create (DESIGN section 5).
            trouble = ServiceError(error.message, request=error.request, status=error.status, hint=_AGAIN)
            return Sent(tuple(path for request in left for path in request.carries), trouble)
        del left[0]
    return Sent()


_AGAIN = "It may have been carried out. Run plan again: it shows what is left to do."


def fields_of(work: Work, paths: Iterable[str]) -> Fields:
    """The node and the field behind the paths of changes."""
    asked = frozenset(paths)
    return frozenset((change.node, change.field) for change in work.item.changes if change.path in asked)


def with_trouble(result: Outcome, trouble: ServiceError | None) -> Outcome:
    """A doubtful answer is forgotten when the read after it shows that all was done."""
    if trouble is None or not result.remaining:
        return result
    return replace(result, done=False, error=trouble.message, hint=trouble.hint)


def kept(work: Work, problems: tuple[Diagnostic, ...]) -> Outcome:
    """A replacement that ended with the old process in its place."""
    why = "is not valid on the server" if problems else "does not have the groups and jobs of the file"
    return Outcome(
        key=work.item.key,
        title=work.item.title,
        action=work.item.action,
        id=work.record.id,
        exit_code=3 if problems else 1,
        error=f"The new process {why}; it was trashed, and the old one stays.",
        diagnostics=problems,
    )


def done(work: Work) -> Outcome:
    """All was sent, and there is nothing to look at afterwards."""
    return Outcome(
        key=work.item.key, title=work.item.title, action=work.item.action, id=work.record.id, done=True
    )
