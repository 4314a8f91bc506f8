"""resolve: settles a create whose outcome is unknown, by what a person found on the server."""

from __future__ import annotations

from dataclasses import replace

from procspec.engine.session import Session, Wanted
from procspec.engine.settle import recorded
from procspec.errors import NotConverged, UsageError
from procspec.model import Action, Intent, Node, Record
from procspec.reconcile import keyed, pair


def adopt(session: Session, key: str, id: str) -> Record:
    """Takes the process with that id as the one that the interrupted create made.

    Raises UsageError when nothing is to be settled or the id is another process's, NotConverged when
    the server has no such process or it was not made from the files.
    """
    with session.store.lock(session.environment, f"procspec resolve {key}"):
        record, intent = _unsettled(session, key)
        _unclaimed(session, key, id)
        file = session.files.get(key)
        live = session.service.read(id)
        if live is None:
            raise NotConverged(f"The server has no process {id}.", hint="Look at the id again.")
        return _adopted(session, record, intent, file, live)


def _adopted(session: Session, record: Record, intent: Intent, file: Wanted | None, live: Node) -> Record:
    """The record of an adopted process: what was applied is what the intent says was sent."""
    ids = pair(file.desired, live, session.provider.fields) if file else None
    if file is None or ids is None:
        raise NotConverged(
            f"The process {live.id} does not have the groups and jobs of {record.key}.",
            hint="Check that it is the right one, and that the file is as it was when it was created.",
        )
    old = (record.id,) if intent.action is Action.REPLACE and record.id not in (None, live.id) else ()
    left = tuple(id for id in (*record.leftovers, *old) if id is not None and id != live.id)
    there = {node.key: node.fields for node in keyed(live, ids).walk()}
    sent = {
        key: {name: replace(mark, shown=name in there.get(key, {})) for name, mark in applied.items()}
        for key, applied in intent.marks.items()
    }
    fresh = replace(record, intent=None, leftovers=left)
    return recorded(session, file, fresh, live, ids, applied=sent)


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
    if record is None or record.intent is None:
        raise UsageError(
            f"There is nothing to settle about {key!r}.", hint="`procspec state list` shows what is."
        )
    return record, record.intent


def _unclaimed(session: Session, key: str, id: str) -> None:
    for other in session.store.read(session.environment).values():
        if other.key != key and other.id == id:
            raise UsageError(f"The process {id} belongs to {other.key!r} already.")
