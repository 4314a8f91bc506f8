"""import --update: what somebody changed on the server, written back into the files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from procspec.engine.handiwork import Edited, bring
from procspec.engine.moves import Seen, seen, take_over
from procspec.engine.plan import compare
from procspec.engine.session import Session, Wanted, blocked, chosen, wanted
from procspec.errors import NotConverged, ProcspecError, Refused, UnknownOutcome
from procspec.model import Change, Diagnostic, Node, ProcessPlan, Project, Record
from procspec.providers.base import Ability, require
from procspec.reconcile import Marks, keyed, marks, same, snapshot
from procspec.reconcile.compare import rule_of
from procspec.source.files import read_bytes
from procspec.source.rewrite import rewrite


@dataclass(frozen=True, slots=True, kw_only=True)
class Updated:
    """What became of one process: the values that its file has now, what was left as it is, and the plan.

    `changes` lead from what the file said to what the server has; their places are those of the new file.
    """

    key: str
    file: str
    changes: tuple[Change, ...]
    left: tuple[Diagnostic, ...]
    plan: ProcessPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A process that cannot be compared now, and why; the others are not its business."""

    key: str
    error: ProcspecError


@dataclass(frozen=True, slots=True)
class _Found:
    """One process as it is before the update."""

    file: Wanted
    record: Record
    live: Node
    edited: Edited


def update(
    session: Session, keys: Iterable[str], reload: Callable[[], Project], lock_timeout: float = 0.0
) -> tuple[Session, tuple[Updated, ...], tuple[Skipped, ...]]:
    """Writes the drift of the processes into their files, all of them when no key is given.

    `reload` reads the project again once the files are written; whatever it raises, and whatever does not
    come out as the server has it, puts the files back as they were. The session that is returned has the
    new project. A process that cannot be compared now is skipped. Raises UsageError for an unknown key,
    NotConverged for one that was named and never applied.
    """
    require(session.provider, Ability.DEFINE)
    with session.store.lock(session.environment, "procspec import --update", lock_timeout):
        now = seen(session)
        looked = [_looked(session, file, record) for file, record in _asked(session, now, keys)]
        found = [one for one in looked if isinstance(one, _Found)]
        renewed = _written(session, found, reload) if any(one.edited.changes for one in found) else session
        ended = tuple(_recorded(renewed, now, one) for one in found)
    return renewed, ended, tuple(one for one in looked if isinstance(one, Skipped))


def _looked(session: Session, file: Wanted, record: Record) -> _Found | Skipped:
    try:
        return _look(session, file, record)
    except (NotConverged, Refused, UnknownOutcome) as error:
        return Skipped(key=file.key, error=error)


def _asked(session: Session, now: Seen, keys: Iterable[str]) -> Iterator[tuple[Wanted, Record]]:
    """The processes to look at, in the order of the files; raises for one that was named and not applied."""
    given = frozenset(keys)
    named = chosen(given, session.files)
    for key in (key for key in session.files if key in named):
        record = now.records.get(key)
        if record is not None and not record.trashed and (record.id or record.intent):
            yield session.files[key], record
        elif given:
            raise NotConverged(
                f"{key} was not applied, so there is nothing to compare it with.",
                hint=f"`procspec import ID --key {key}` takes over a process that is on the server.",
            )


def _look(session: Session, file: Wanted, record: Record) -> _Found:
    """Reads the live process, and edits the text of its file.

    Raises NotConverged, Refused or UnknownOutcome for one that cannot be compared now.
    """
    if blocked(record):
        raise UnknownOutcome(blocked(record))
    if record.intent is not None or record.leftovers:
        command = f"procspec apply {record.key} -e {record.environment}"
        raise Refused(f"The last apply of {record.key} was interrupted.", hint=f"Run `{command}` first.")
    live = session.service.read(str(record.id))
    if live is None:
        raise NotConverged(
            f"{record.key} is not on the server; somebody trashed it.", hint="An apply restores it."
        )
    return _Found(file, record, live, bring(session, file, record, keyed(live, record.ids)))


# ------------------------------------------------------------------------------------------- the files


def _written(session: Session, found: list[_Found], reload: Callable[[], Project]) -> Session:
    """Writes the files and reads them again; puts them back if that does not end well."""
    folder = Path(session.project.folder)
    olds: dict[Path, tuple[bytes, bytes]] = {}
    try:
        for one in found:
            if one.edited.changes:
                path = folder / one.file.document.file
                before = _raw(session, one.file.document.file)
                after = one.edited.encoded(before)
                rewrite(path, after, before)
                olds[path] = (before, after)
        project = reload()
        renewed = replace(session, project=project, files=wanted(project, session.provider))
        for one in found:
            _check(renewed, one)
    except (ProcspecError, KeyboardInterrupt):
        for path, (before, after) in olds.items():
            rewrite(path, before, after)
        raise
    return renewed


def _raw(session: Session, name: str) -> bytes:
    """The bytes of a file that is still as it was read; raises NotConverged for another one."""
    raw, _ = read_bytes(Path(session.project.folder), name)
    if raw is None or raw.decode("utf-8-sig", "replace") != session.project.texts[name]:
        raise NotConverged(f"{name} has changed meanwhile.", hint="Run the command again.")
    return raw


def _check(session: Session, one: _Found) -> None:
    """Raises NotConverged unless the new file wants what the server has."""
    file = session.files.get(one.file.key)
    nodes = {node.key: node for node in file.desired.walk()} if file else {}
    fields = session.provider.fields
    for change in one.edited.changes:
        node = nodes.get(change.node)
        if node is None or not same(
            rule_of(fields, node, change.field), node.fields.get(change.field), change.after
        ):
            raise NotConverged(
                f"{change.path} of {one.file.key} does not read back as the server has it.",
                hint="Nothing was changed. Bring the value back by hand.",
            )


# ------------------------------------------------------------------------------------------ the record


def _recorded(session: Session, now: Seen, one: _Found) -> Updated:
    """Records that the new values are what was applied; what is left to do."""
    file, record = session.files[one.file.key], one.record
    known = keyed(one.live, record.ids)
    if one.edited.changes:
        record = take_over(session, now, record.key) or record
        record = session.store.write(
            replace(
                record,
                revision=one.live.revision,
                digest=snapshot(known, session.provider.fields),
                marks=_marks(session, file, record, known, one.edited.changes),
                invalid=True,
            )
        )
    return Updated(
        key=file.key,
        file=file.document.file,
        changes=one.edited.changes,
        left=one.edited.left,
        plan=compare(session, file, record, known),
    )


def _marks(session: Session, file: Wanted, record: Record, live: Node, changes: Iterable[Change]) -> Marks:
    """The marks of the record, those of the values that were brought back renewed."""
    new = marks(file.desired, live, session.provider.fields, record.salt, record.marks)
    made = {key: dict(marked) for key, marked in record.marks.items()}
    for change in changes:
        marked = made.setdefault(change.node, {})
        marked.pop(change.field, None)
        if change.field in new.get(change.node, {}) and change.after is not None:
            marked[change.field] = new[change.node][change.field]
    return made
