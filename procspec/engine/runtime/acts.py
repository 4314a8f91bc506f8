"""What is sent about a run that goes on: job runs, or the end of a human step.

Nothing can say afterwards that such a request was ours, and a second one is a second set of tasks. So an
act is durable before its request goes out, and it stays while nobody knows what became of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from procspec import moment
from procspec.digest import digest
from procspec.engine.moves import records, seen, take_over
from procspec.engine.session import Session
from procspec.errors import ProcspecError, StalePlan, StateError, UnknownOutcome
from procspec.model import Act, Action, Json, Receipt, Record, Request, Run, Started
from procspec.state import new_salt

UNKNOWN = "run:"
"""What the key of a record begins with that is about a run which no other record knows; no slug does."""


def is_stray(record: Record) -> bool:
    """Whether a record was made for a run which no other one knew."""
    return record.key.startswith(UNKNOWN)


def strays(known: Iterable[Record]) -> Iterator[tuple[Record, Started]]:
    """The runs which no record knows but one that was made for them, with that one."""
    known = list(known)
    owned = {run.id for record in known if not is_stray(record) for run in record.runs}
    yield from (
        (record, run) for record in known if is_stray(record) for run in record.runs if run.id not in owned
    )


def knowing(known: Iterable[Record], run: str) -> Record | None:
    """The record that knows a run; one that was made for it is the last to be asked.

    There are two after a `resolve` that was killed: the other one has all that this one says.
    """
    found = [record for record in known if _started(record, run)]
    return min(found, key=is_stray, default=None)


def holder(session: Session, run: str, process: str = "") -> Record:
    """The record that knows a run; for one that none knows a new record, which is not written yet."""
    known = knowing(records(session).values(), run)
    if known is not None:
        return known
    started = Started(id=run, since=moment.now(), process=process)
    return Record(environment=session.environment, key=f"{UNKNOWN}{run}", salt=new_salt(), runs=(started,))


def about(record: Record, run: Run) -> Record:
    """The record with what is known of a run, if it is a new one of `holder`."""
    if record.serial:
        return record
    runs = (replace(one, process=run.process) if one.id == run.id else one for one in record.runs)
    return replace(record, runs=tuple(runs))


def taken(session: Session, record: Record, run: str) -> Record:
    """Under the lock: the record as it can be written; raises StalePlan when it is not as it was seen."""
    now = seen(session)
    there = knowing(now.records.values(), run)
    if (there.serial if there else 0) != record.serial or (there and there.key != record.key):
        raise StalePlan(f"The record of the run {run} has changed meanwhile.", hint="Run it again.")
    drop(session, now.records.values(), run, record)
    return take_over(session, now, record.key) or record


def owned(record: Record, run: Started, stray: Record | None) -> Record:
    """The record with a run that turned out to be its own, and what was begun about it meanwhile."""
    known = _started(stray, run.id) if stray is not None else None
    if stray is not None and known is not None and known.act is not None:
        run = replace(run, act=replace(known.act, salt=known.act.salt or stray.salt))
    return replace(record, runs=(*record.runs, run))


def drop(session: Session, known: Iterable[Record], run: str, keeper: Record) -> None:
    """Under the lock: forgets the record that was made for a run, once another one, `keeper`, knows it."""
    for record in known:
        if is_stray(record) and record.key != keeper.key and _started(record, run):
            session.store.delete(record)


def pending(record: Record, run: str) -> Act | None:
    """What was begun about a run and may or may not have been carried out."""
    started = _started(record, run)
    return started.act if started else None


def is_same(record: Record, begun: Act, sent: Json) -> bool:
    """Whether this is what was sent: by a digest, because a record holds no content."""
    return begun.sent == digest(sent, begun.salt or record.salt)


def act(
    record: Record, action: Action, sent: Json, *, owner: str, before: tuple[str, ...] = (), node: str = ""
) -> Act:
    """What is about to be sent, by whom (`str` of the lock's holder)."""
    sent = digest(sent, record.salt)
    return Act(action=action, since=moment.now(), owner=owner, sent=sent, before=before, node=node)


def send(session: Session, record: Record, run: str, wanted: Request, begun: Act) -> Receipt:
    """act, request, end; the caller holds the lock, and has seen that nothing is pending.

    Raises UnknownOutcome when nobody can tell whether it was carried out: the act stays then. A StateError
    says what was made. Whatever else it raises says that nothing was done.
    """
    session.halt.check()
    written = begin(session, record, run, begun)
    try:
        session.halt.check()  # writing the act may have taken its time
        receipt = session.service.send(wanted)
    except UnknownOutcome as error:
        error.hint = settling(written, run)
        raise
    except ProcspecError:
        _withdraw(session, record, written, run)
        raise
    try:
        end(session, written, run)
    except StateError as error:
        made = f": {', '.join(receipt.ids)}" if receipt.ids else ""
        error.message = f"It was carried out{made}. That could not be recorded: {error.message}"
        error.hint = settling(written, run)
        raise
    return receipt


def begin(session: Session, record: Record, run: str, begun: Act) -> Record:
    """Makes it durable that something is being sent; the record as it was written."""
    return _with(session, record, run, begun)


def end(session: Session, record: Record, run: str) -> Record:
    """Nothing is pending any more; the record as it was written."""
    return _with(session, record, run, None)


def unknown(record: Record, run: str, begun: Act) -> str:
    """What a person is told about an act whose outcome is unknown, and how to settle it."""
    what = f"finishing the step {begun.node} of" if begun.action is Action.TASK else "adding jobs to"
    told = f"The outcome of {what} the run {run}, begun {begun.since} by {begun.owner}, is unknown."
    return f"{told} {settling(record, run)}"


def undone(record: Record) -> str:
    """What a person is told about all acts of a record whose outcome is unknown; empty when there is none."""
    return " ".join(unknown(record, run.id, run.act) for run in record.runs if run.act is not None)


def settling(record: Record, run: str) -> str:
    """What to do about an outcome that is unknown."""
    resolve = f"procspec resolve {run} -e {record.environment}"
    return (
        f"Look at the run in the product, then run `{resolve} --done` if it was carried out,"
        f" or `{resolve} --not-done` if it was not."
    )


def _withdraw(session: Session, record: Record, written: Record, run: str) -> None:
    """The server refused in clear words, or nothing was sent: what was written for it goes."""
    if record.serial:
        end(session, written, run)
    else:
        session.store.delete(written)


def _started(record: Record, run: str) -> Started | None:
    return next((one for one in record.runs if one.id == run), None)


def _with(session: Session, record: Record, run: str, begun: Act | None) -> Record:
    runs = tuple(replace(one, act=begun) if one.id == run else one for one in record.runs)
    return session.store.write(replace(record, runs=runs))
