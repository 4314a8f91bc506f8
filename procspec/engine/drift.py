"""drift: live minus last applied, for every process with a record; one GET a process, nothing is written."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from procspec.engine.moves import records
from procspec.engine.session import Session, Wanted, blocked, chosen, is_kept, is_run, labels
from procspec.engine.settle import adoption, check_made
from procspec.errors import UnknownOutcome
from procspec.model import PROCESS, Action, Departure, Drift, DriftKind, Node, ProcessDrift, Record
from procspec.providers.base import Ability, require
from procspec.reconcile import drift as departures
from procspec.reconcile import keyed, parted


def drift(session: Session, keys: Iterable[str] = (), *, parallelism: int) -> Drift:
    """Where the server is not as last applied; the files lend names and places, and need not have the key.

    Without keys, every process that has a record. Raises UsageError for an unknown key, and whatever a
    read raises.
    """
    require(session.provider, Ability.DEFINE)
    given = frozenset(keys)
    known = {key: record for key, record in records(session).items() if not is_run(record)}
    named = chosen(given, {*session.files, *known}) if given else frozenset(known)
    order = [*session.files, *sorted(key for key in known if key not in session.files)]
    asked = [key for key in order if key in named]
    with ThreadPoolExecutor(parallelism) as pool:
        found = tuple(pool.map(partial(process_drift, session), asked, map(known.get, asked)))
    return Drift(
        project=session.project.name,
        environment=session.environment,
        target=session.target,
        processes=found,
        labels=labels(session.project),
    )


def process_drift(session: Session, key: str, record: Record | None) -> ProcessDrift:
    """What has become of one process; its record may be about something that is not finished."""
    file = session.files.get(key)
    if record is not None and blocked(record):
        return _said(session, key, file, record, why=blocked(record))
    begun = record.intent if record is not None else None
    id = begun.id if begun and begun.action is Action.CREATE else record.id if record else None
    if record is None or id is None:
        return _said(session, key, file, record)
    live = session.service.read(id)
    if begun is None or begun.action is not Action.CREATE:
        return compare(session, key, file, record, live)
    try:
        made = check_made(session, record, live)
    except UnknownOutcome as doubt:
        return _said(session, key, file, record, why=doubt.message)
    return compare(session, key, file, adoption(session, file, record, made), made)


def _said(
    session: Session, key: str, file: Wanted | None, record: Record | None, why: str = ""
) -> ProcessDrift:
    """Nothing was read: the outcome is unknown, or nothing was applied."""
    return ProcessDrift(
        key=key,
        title=file.desired.title if file else key,
        id=record.id if record else None,
        place=file.desired.place if file else None,
        blocked=why,
        note="" if why else "nothing was applied yet",
        period=_period(session, file, record),
    )


def _period(session: Session, file: Wanted | None, record: Record | None) -> str:
    """The period in which the files have the process, if that is another one."""
    return record.period if file is None and record is not None and is_kept(session, record) else ""


def compare(
    session: Session, key: str, file: Wanted | None, record: Record, live: Node | None
) -> ProcessDrift:
    """The drift of a process that was read; `live` is None when it is not on the server."""
    desired = file.desired if file else None
    found, settled = _departures(session, record, live, desired)
    return ProcessDrift(
        key=key,
        title=desired.title if desired else live.title if live else key,
        id=record.id,
        departures=found,
        settled=settled,
        place=desired.place if desired else None,
        revision=live.revision if live else None,
        was=record.revision,
        modified=live.modified if live else None,
        period=_period(session, file, record),
    )


def _departures(
    session: Session, record: Record, live: Node | None, desired: Node | None
) -> tuple[tuple[Departure, ...], tuple[Departure, ...]]:
    """The drift, and what the files have as well by now.

    A process that procspec trashed is as it was left when it is not there.
    """
    place = desired.place if desired else None
    if live is None:
        gone = Departure(kind=DriftKind.GONE, node=PROCESS, applied=record.id, place=place)
        return () if record.trashed else (gone,), ()
    known, fields = keyed(live, record.ids), session.provider.fields
    found, settled = parted(departures(known, record, fields, desired), known, fields, desired)
    back = Departure(kind=DriftKind.BACK, node=PROCESS, live=live.id, place=place)
    return (back, *found) if record.trashed else found, settled
