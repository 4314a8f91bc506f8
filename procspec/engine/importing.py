"""import: the YAML and the record of a process that is on the server already."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from procspec.engine.moves import records
from procspec.engine.plan import compare
from procspec.engine.session import Session, everywhere, known_ids
from procspec.engine.settle import recorded
from procspec.errors import NotConverged, UsageError
from procspec.model import SLUG, Json, Node, ProcessPlan, Project, Record
from procspec.providers.base import Ability, require
from procspec.reconcile import keyed, pair
from procspec.state import new_salt

_LONGEST = 100
"""Characters of a key that becomes the name of a file."""


def fetch(session: Session, id: str, key: str) -> Node:
    """The live process to import; raises UsageError when the state has the key or the id already."""
    require(session.provider, Ability.DEFINE)
    _check_free(session, id, key)
    live = session.service.read(id)
    if live is None:
        raise NotConverged(f"The server has no process {id}.", hint="Look at the id again.")
    return live


def _check_free(session: Session, id: str, key: str) -> None:
    for record in records(session).values():
        if key == record.key or id in known_ids(record):
            raise UsageError(f"The state has {record.key!r} ({record.id}) already.")


def draft(session: Session, live: Node, key: str) -> Json:
    """The data of the process file: what the server shows, in the words of the files.

    Somebody whom not every environment knows is written with the id: the file is for all of them.
    """
    known = everywhere(session.project)
    people = (one for one in session.project.people.values() if one.type == "user" and one.key in known)
    names = {person.id: person.key for person in people}
    return {"kind": "Process", "key": key, **session.provider.decompile(live, names)}


def take(session: Session, live: Node, key: str, lock_timeout: float = 0.0) -> ProcessPlan:
    """Records the process under its key; the plan that is left.

    `session` holds the project with the process's file in it. Raises NotConverged when the file does
    not compile to the structure of the live process.
    """
    file = session.files[key]
    ids = pair(file.desired, live, session.provider.fields)
    if ids is None:
        raise NotConverged(
            f"The file does not compile to the groups and jobs of the process {live.id}.",
            hint="Import it under another --key, and compare the two files.",
        )
    known = keyed(live, ids)
    # What the answer shows counts as applied where it is as the file says; what it hides is believed.
    shown = frozenset((node.key, name) for node in known.walk() for name in node.fields)
    with session.store.lock(session.environment, f"procspec import {live.id}", lock_timeout):
        _check_free(session, str(live.id), key)
        record = recorded(session, file, replace(_blank(session, key), ids=ids), live, shown)
    return compare(session, file, record, keyed(live, record.ids))


def _blank(session: Session, key: str) -> Record:
    return Record(environment=session.environment, key=key, salt=new_salt())


def target(project: Project, key: str) -> Path:
    """Where the file goes; raises UsageError for a key that is none, and rather than overwrite a file."""
    if not SLUG.fullmatch(key) or len(key) > _LONGEST:
        raise UsageError(f"{key!r} is no key.", hint="A key has letters, digits, '-', '_' and '.'.")
    path = Path(project.folder) / f"{key}.procspec.yaml"
    if path.exists():
        raise UsageError(f"{path.name} is there already.", hint="Move it away, or choose another --key.")
    return path
