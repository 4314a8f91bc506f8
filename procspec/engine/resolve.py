"""resolve: settles a create whose outcome is unknown, by what a person found on the server."""

from __future__ import annotations

from dataclasses import replace

from procspec.engine.session import Session, Wanted, known_ids
from procspec.engine.settle import adoption
from procspec.errors import NotConverged, UsageError
from procspec.model import Action, Intent, Node, Record


def adopt(session: Session, key: str, id: str) -> Record:
    """Takes the process with that id as the one that the interrupted create made.

    Raises UsageError when nothing is to be settled or the id is another process's, NotConverged when
    the server has no such process or it was not made from the files.
    """
    with session.store.lock(session.environment, f"procspec resolve {key}"):
        record, intent = _unsettled(session, key)
        _unclaimed(session, id)
        file = session.files.get(key)
        live = session.service.read(id)
        if live is None:
            raise NotConverged(f"The server has no process {id}.", hint="Look at the id again.")
        return _adopted(session, record, intent, file, live)


def _adopted(session: Session, record: Record, intent: Intent, file: Wanted | None, live: Node) -> Record:
    """The record of a process whose id is known again: the next apply looks at it and validates it.

    A replacement still has its end before it: the old process is trashed only if the new one is valid.
    """
    made = replace(record, intent=replace(intent, id=live.id))
    new = adoption(session, file, made, live) if file else None
    if new is None:
        raise NotConverged(
            f"The process {live.id} does not have the groups and jobs of {record.key}.",
            hint="Check that it is the right one, and that the file is as it was when it was created.",
        )
    return session.store.write(new if intent.action is Action.CREATE else made)


def forget(session: Session, key: str) -> None:
    """Settles an unknown create as not carried out; raises UsageError when nothing is to be settled."""
    with session.store.lock(session.environment, f"procspec resolve {key}"):
        record, _ = _unsettled(session, key)
        if record.id is None and not record.leftovers:
            session.store.delete(record)
        else:
            session.store.write(replace(record, intent=None))


def _unsettled(session: Session, key: str) -> tuple[Record, Intent]:
    record = session.store.read(session.environment).get(key)
    if record is None or record.intent is None or record.intent.id is not None:
        raise UsageError(
            f"There is nothing to settle about {key!r}.", hint="`procspec state list` shows what is."
        )
    return record, record.intent


def _unclaimed(session: Session, id: str) -> None:
    """An id that any record has is not the one of the process that was just created."""
    for record in session.store.read(session.environment).values():
        if id in known_ids(record):
            raise UsageError(f"The process {id} belongs to {record.key!r} already.")
