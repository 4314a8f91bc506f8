"""run: starts a process once; its intent is durable first, because a run sends mail and is never resent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from procspec.engine.keeping import keep_id
from procspec.engine.moves import records, seen, take_over
from procspec.engine.plan import compare
from procspec.engine.session import Session, blocked, chosen, settling
from procspec.engine.settle import found
from procspec.errors import ProcspecError, Refused, SpecError, StalePlan, UnknownOutcome
from procspec.model import Action, Intent, Json, Kind, Node, Record, Started, Task
from procspec.reconcile import keyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A run that may be started: of which process, and who gets a task at once."""

    key: str
    title: str
    record: Record
    tasks: tuple[Task, ...]


def prepare(session: Session, key: str) -> Start:
    """Looks whether the process is as its file says, and valid: one GET, one validation.

    Raises Refused for a process that is not applied, UnknownOutcome for one that is not settled,
    SpecError with what the server finds wrong.
    """
    chosen([key], session.files)
    file = session.files[key]
    record = _settled(session, key)
    live = session.service.read(str(record.id))
    if live is None or compare(session, file, record, keyed(live, record.ids)).pending:
        raise _apply_first(record, "differs from its file")
    problems = found(session, file, record, live)
    if problems:
        raise SpecError(problems)
    return Start(key=key, title=live.title, record=record, tasks=tuple(_first(live.children[0])))


def _settled(session: Session, key: str) -> Record:
    record = records(session).get(key)
    if record is not None and blocked(record):
        raise UnknownOutcome(blocked(record))
    record = record or Record(environment=session.environment, key=key, salt="")
    if record.id is None or record.trashed or record.intent or record.leftovers:
        raise _apply_first(record, "is not applied")
    return record


def _apply_first(record: Record, why: str) -> Refused:
    command = f"procspec apply {record.key} -e {record.environment}"
    return Refused(f"Nothing was started: {record.key} {why}.", hint=f"Run `{command}` first.")


def _first(node: Node) -> Iterator[Task]:
    """The tasks with which a node begins: its own, its first child's, or all children's (guide, "Groups")."""
    if node.fields.get("triggerType") == "manual" or node.generated:
        return
    if node.kind is Kind.JOB:
        yield Task(
            title=node.title, person=_id(node.fields.get("assignee")), due=str(node.fields.get("dueDate", ""))
        )
        return
    for child in node.children if node.fields.get("parallel") else node.children[:1]:
        yield from _first(child)


def _id(person: Json) -> str:
    return str(person.get("id", "")) if isinstance(person, dict) else ""


def start(session: Session, ready: Start, *, email: bool, lock_timeout: float = 0.0) -> str:
    """Starts the run that was looked at; its id.

    Raises StalePlan when the record has moved since, UnknownOutcome when nobody can tell whether the
    run was started: the intent stays then, until `resolve`.
    """
    command = f"procspec run {ready.key}"
    with session.store.lock(session.environment, command, lock_timeout) as holder:
        now = seen(session)
        if now.records.get(ready.key) != ready.record:
            raise StalePlan(f"The record of {ready.key} has changed meanwhile.", hint="Run it again.")
        session.halt.check()
        with session.halt.politely():
            record = take_over(session, now, ready.key) or ready.record
            return _started(session, replace(ready, record=record), str(holder), email)


def _started(session: Session, ready: Start, owner: str, email: bool) -> str:
    """intent, POST run, id."""
    request = session.provider.start(str(ready.record.id), email=email)
    intent = Intent(action=Action.RUN, since=_now(), owner=owner)
    begun = session.store.write(replace(ready.record, intent=intent))
    try:
        session.halt.check()  # writing the intent may have taken its time
        id = str(session.service.send(request))
    except UnknownOutcome as error:
        error.hint = settling(begun, Action.RUN)
        raise
    except ProcspecError:
        session.store.write(replace(begun, intent=None))
        raise
    made = Started(id=id, since=intent.since, process=str(begun.id))
    known = replace(begun, intent=None, runs=(*begun.runs, made))
    keep_id(session, known, id, "started")
    return id


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
