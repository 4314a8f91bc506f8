"""resolve: settles what was begun and may or may not have been carried out, by what a person found."""

from __future__ import annotations

from dataclasses import replace

from procspec.engine.moves import seen, take_over
from procspec.engine.runtime import acts
from procspec.engine.session import Session, Wanted, known_ids
from procspec.engine.settle import adoption, check_made
from procspec.errors import NotConverged, Refused, UnknownOutcome, UsageError
from procspec.model import Act, Action, Intent, Node, Record, Started


def adopt(session: Session, key: str, id: str, lock_timeout: float = 0.0) -> Record:
    """Takes the process, or the run, with that id as the one that was made.

    Raises UsageError when nothing is to be settled or the id is another process's, NotConverged when
    the server has no such process or it was not made from the files.
    """
    with session.store.lock(session.environment, f"procspec resolve {key}", lock_timeout):
        record, intent = _unsettled(session, key)
        _unclaimed(session, record, id)
        if intent.action is Action.RUN:
            return _adopted_run(session, record, intent, id)
        file = session.files.get(record.key)
        live = session.service.read(id)
        if live is None:
            raise NotConverged(f"The server has no process {id}.", hint="Look at the id again.")
        return _adopted(session, record, intent, file, live)


def _adopted(session: Session, record: Record, intent: Intent, file: Wanted | None, live: Node) -> Record:
    """The record of a process whose id is known again: the next apply looks at it and validates it.

    A replacement still has its end before it: the old process is trashed only if the new one is valid.
    """
    made = replace(record, intent=replace(intent, id=live.id, confirmed=True))
    new = adoption(session, file, made, live)
    if not new.ids.keys() >= intent.marks.keys():
        raise NotConverged(
            f"The process {live.id} does not have the groups and jobs of {record.key}.",
            hint="Check that it is the right one, and that the file is as it was when it was created."
            " Or settle it with --not-created, and take the process over with `procspec import`.",
        )
    return session.store.write(new if intent.action is Action.CREATE else made)


def _adopted_run(session: Session, record: Record, intent: Intent, id: str) -> Record:
    """The record of a process whose run is known again, with what was begun about it by its id meanwhile.

    Stopped between the write and the delete it leaves two records of the run, of which this one counts.
    """
    run = session.service.read_run(id)
    if run is None or run.process != (intent.process or record.id):
        raise NotConverged(f"The server has no run {id} of {record.key}.", hint="Look at the id again.")
    known = session.store.read(session.environment).values()
    made = Started(id=id, since=intent.since, process=run.process)
    adopted = acts.owned(replace(record, intent=None), made, acts.knowing(known, id))
    written = session.store.write(adopted)
    acts.drop(session, known, id, written)
    return written


def forget(session: Session, key: str, lock_timeout: float = 0.0) -> None:
    """Settles an unknown create or run as not carried out.

    Raises UsageError when there is none, or when it is known that it was, Refused when it may be a run that
    another record is about.
    """
    with session.store.lock(session.environment, f"procspec resolve {key}", lock_timeout):
        record, intent = _unsettled(session, key)
        _check_nothing(session, record, intent)
        _check_strays(session, record, intent)
        kept = replace(record, intent=None, id=None if record.id == intent.id else record.id)
        if kept.id is None and not kept.leftovers:
            session.store.delete(record)
        else:
            session.store.write(kept)


def settle(session: Session, text: str, lock_timeout: float = 0.0) -> tuple[str, Act]:
    """Settles what was begun about a run, whichever way it ended: the run, and what it was.

    `text` is the id of the run, or the key of a record that has it. Raises UsageError when nothing is to be
    settled, or several things are.
    """
    with session.store.lock(session.environment, f"procspec resolve {text}", lock_timeout):
        now = seen(session)
        key = text if text in now.records else session.project.moved.get(text, text)
        known = now.records.values()
        named = {run.id for record in known for run in record.runs if text == run.id or key == record.key}
        found = [
            (record, id, begun)
            for id in sorted(named)
            if (record := acts.knowing(known, id)) and (begun := acts.pending(record, id))
        ]
        if len(found) != 1:
            raise _not_one(text, [id for _, id, _ in found])
        record, id, begun = found[0]
        acts.drop(session, known, id, record)
        acts.end(session, take_over(session, now, record.key) or record, id)
        return id, begun


def _not_one(text: str, runs: list[str]) -> UsageError:
    if runs:
        return UsageError(
            f"Something is to be settled about several runs of {text!r}.",
            hint=f"Name one: {', '.join(runs)}.",
        )
    return UsageError(
        f"There is nothing to settle about the run {text!r}.", hint="`procspec state list` shows what is."
    )


def _unsettled(session: Session, key: str) -> tuple[Record, Intent]:
    now = seen(session)
    key = key if key in now.records else session.project.moved.get(key, key)
    known = now.records.get(key)
    if known is None or known.intent is None:
        raise _nothing(key, known)
    return take_over(session, now, key) or known, known.intent


def _nothing(key: str, known: Record | None) -> UsageError:
    """Nothing that was created or started is to be settled; what was begun about a run may be."""
    if known is not None and any(run.act for run in known.runs):
        return UsageError(
            f"What is to be settled about {key!r} was begun about its run.", hint="Say --done or --not-done."
        )
    return UsageError(
        f"There is nothing to settle about {key!r}.", hint="`procspec state list` shows what is."
    )


def _check_nothing(session: Session, record: Record, intent: Intent) -> None:
    """Raises UsageError when the id that the create answered with is the right one after all."""
    if intent.id is None:
        return
    try:
        check_made(session, record, session.service.read(intent.id))
    except UnknownOutcome:
        return
    raise UsageError(
        f"{intent.id} is on the server, and is what was created.", hint="The next apply takes it over."
    )


def _check_strays(session: Session, record: Record, intent: Intent) -> None:
    """Raises Refused when a run that was amended by its id may be the one that was started."""
    if intent.action is not Action.RUN:
        return
    for stray, run in acts.strays(session.store.read(session.environment).values()):
        if run.process == (intent.process or record.id) and run.since >= intent.since:
            at = f"-e {record.environment}"
            raise Refused(
                f"The run {run.id} may be the one that was started: it is of the same process, and came to be"
                f" known afterwards ({stray.key}).",
                hint=f"If it is: `procspec resolve {record.key} {at} --id {run.id}`. If it is somebody"
                f" else's: `procspec state rm {stray.key} {at}`, and then this again.",
            )


def _unclaimed(session: Session, settled: Record, id: str) -> None:
    """An id that any record has is not the one of what was just made.

    A record that was made for a run which none knew says nothing of whose it is.
    """
    for record in session.store.read(session.environment).values():
        if acts.is_stray(record):
            continue
        own = settled.intent.id if settled.intent and record.key == settled.key else None
        if id != own and (id in known_ids(record) or id in {run.id for run in record.runs}):
            raise UsageError(f"{id} belongs to {record.key!r} already.")
