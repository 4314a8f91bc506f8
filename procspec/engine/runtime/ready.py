"""Whether a process may be started: as its file says, and valid on the server."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from procspec.engine.moves import records
from procspec.engine.plan import compare
from procspec.engine.runtime.launching import first, unknown
from procspec.engine.session import Session, WantedRun, blocked, chosen, in_doubt
from procspec.engine.settle import found, located
from procspec.errors import Refused, SpecError, UnknownOutcome
from procspec.model import Node, Record, Task
from procspec.providers.base import Ability
from procspec.reconcile import keyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A process that was looked at and is valid: as it is live, and who gets a task at once.

    `record` is that of a process of the project.
    """

    live: Node
    record: Record | None = None

    @property
    def id(self) -> str:
        """The server's id of it."""
        return str(self.live.id)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Who gets a task at once."""
        return tuple(first(self.live.children[0]))


def prepare(session: Session, key: str) -> Looked:
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
    return Looked(live=live, record=record)


def look(session: Session, file: WantedRun) -> Looked | None:
    """As `prepare`, of a process that a run names by its id; None where the system validates nothing.

    What the server finds is told at the place that names the process.
    """
    if Ability.DEFINE in session.provider.cannot:
        return None
    id, place = file.launch.process, file.document.place(("process",))
    live = session.service.read(id)
    if live is None:
        raise SpecError([unknown(session, file)])
    record = Record(environment=session.environment, key=file.key, salt="")
    problems = located(None, record, session.service.validate(live))
    if problems:
        raise SpecError([replace(one, place=place) for one in problems])
    return Looked(live=live)


def _settled(session: Session, key: str) -> Record:
    known = records(session)
    record = known.get(key)
    if record is not None and blocked(record):
        raise UnknownOutcome(blocked(record))
    check_settled(known.values(), record.id if record else None)
    record = record or Record(environment=session.environment, key=key, salt="")
    if record.id is None or record.trashed or record.intent or record.leftovers:
        raise _apply_first(record, "is not applied")
    return record


def check_settled(known: Iterable[Record], process: str | None) -> None:
    """Raises UnknownOutcome while nobody knows whether any record has started a run of the process."""
    doubt = in_doubt(known, process)
    if doubt:
        raise UnknownOutcome(doubt)


def _apply_first(record: Record, why: str) -> Refused:
    command = f"procspec apply {record.key} -e {record.environment}"
    return Refused(f"Nothing was started: {record.key} {why}.", hint=f"Run `{command}` first.")
