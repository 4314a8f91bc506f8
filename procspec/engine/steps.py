"""The steps that the lines of `carry` are made of: one request, one read or one write each.

A create is the dangerous act (T21): its intent is durable before the request goes out, and the id
is durable before anything else happens.
"""

from __future__ import annotations

from dataclasses import replace

from procspec import moment
from procspec.engine.history import send
from procspec.engine.keeping import keep_id
from procspec.engine.sending import may_send, send_or_raise
from procspec.engine.session import settling
from procspec.engine.settle import judged, recorded
from procspec.engine.work import Work
from procspec.errors import NotConverged, ProcspecError, UnknownOutcome
from procspec.model import (
    NEW_ID,
    Action,
    Diagnostic,
    Intent,
    Node,
    Outcome,
    Record,
    Request,
    When,
)
from procspec.reconcile import Fields, marks


def note(work: Work, record: Record, live: Node, doubtful: Fields = frozenset()) -> Record:
    """Writes what was applied, all but the doubtful, and what the server made of it."""
    return recorded(work.session, work.wanted, record, live, doubtful)


def judge(work: Work, record: Record, live: Node) -> Outcome:
    """Compares and validates a process that was read after everything was sent."""
    return judged(work.session, work.item, work.wanted, record, live)


def send_create(work: Work, request: Request) -> tuple[str, Record]:
    """Sends a create with its intent before it; the new id and the record, which has it durably.

    An outcome that is unknown leaves the intent; whatever else fails means that nothing was created.
    """
    may_send(work)
    begun = _begin(work, request)
    try:
        work.session.halt.check()  # writing the intent may have taken its time
        id = send(work.session, work.item.key, request).id
    except UnknownOutcome as error:
        error.hint = settling(begun, Action.CREATE)
        raise
    except ProcspecError:
        _withdraw(work, begun)
        raise
    if id in work.taken:
        raise UnknownOutcome(
            f"The create was answered with the id of another process, {id}.",
            hint=settling(begun, Action.CREATE),
        )
    return id, _save_id(work, begun, id)


def _begin(work: Work, request: Request) -> Record:
    applied = marks(work.wanted.desired, None, work.session.provider.fields, work.record.salt)
    intent = Intent(action=request.action, since=moment.now(), owner=work.owner, marks=applied)
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
    made = replace(begun, id=known, intent=replace(begun.intent, id=id))
    return keep_id(work.session, made, id, "created")


def must_read(work: Work, id: str) -> Node:
    """The process as it is now; raises NotConverged when it is gone."""
    live = work.session.service.read(id)
    if live is None:
        raise NotConverged(f"{work.item.key} ({id}) cannot be read after it was written.")
    return live


def cleared(work: Work) -> Work:
    """Trashes what an interrupted replacement left, as planned, before anything new is made."""
    requests = work.requests(Action.TRASH)
    if not requests:
        return work
    send_or_raise(work, requests)
    return replace(work, record=work.session.store.write(replace(work.record, leftovers=())))


def end(work: Work, record: Record, when: When, new: str) -> Record:
    """The planned end of a replacement; a DELETE that fails leaves its id for the next plan."""
    (request,) = [request for request in work.item.requests if request.when is when]
    send_or_raise(replace(work, record=record), [replace(request, path=request.path.replace(NEW_ID, new))])
    return work.session.store.write(replace(record, leftovers=()))


def with_trouble(result: Outcome, trouble: ProcspecError | None, record: Record) -> Outcome:
    """A doubtful answer is forgotten when the read after it shows that all was done."""
    if trouble is None or not (result.remaining or record.leftovers):
        return result
    return replace(result, done=False, error=trouble.message, hint=trouble.hint, exit_code=trouble.exit_code)


def kept(work: Work, problems: tuple[Diagnostic, ...]) -> Outcome:
    """A replacement that ended with the old process in its place."""
    return Outcome(
        key=work.item.key,
        title=work.item.title,
        action=work.item.action,
        id=work.record.id,
        exit_code=3,
        error="The new process is not valid on the server; it was trashed, and the old one stays.",
        diagnostics=problems,
    )


def done(work: Work) -> Outcome:
    """All was sent, and there is nothing to look at afterwards."""
    return Outcome(
        key=work.item.key, title=work.item.title, action=work.item.action, id=work.record.id, done=True
    )
