"""Whether a process may be started: as its file says, and valid on the server."""

from __future__ import annotations

from dataclasses import dataclass

from procspec.engine.moves import records
from procspec.engine.plan import compare
from procspec.engine.runtime.launching import first
from procspec.engine.session import Session, blocked, chosen
from procspec.engine.settle import found
from procspec.errors import Refused, SpecError, UnknownOutcome
from procspec.model import Record, Task
from procspec.reconcile import keyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A process that is applied and valid: its record, what people call it, and who gets a task at once."""

    title: str
    record: Record
    tasks: tuple[Task, ...]


def prepare(session: Session, key: str) -> Applied:
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
    return Applied(title=live.title, record=record, tasks=tuple(first(live.children[0])))


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
