"""The id of what was just made: durable in the state, or else in a file of its own."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from procspec.engine.session import Session
from procspec.errors import ProcspecError, StateError
from procspec.model import Record
from procspec.source.variables import spelt
from procspec.state.emergency import keep


def keep_id(session: Session, made: Record, id: str, done: str) -> Record:
    """Writes the record that knows the new id; `done` says what was done: created, started.

    Raises StateError with the way to recover the id, which is in a file and in the message by then.
    """
    try:
        return session.store.write(made)
    except Exception as error:  # whatever it is: the thing exists, and only this process knows its id
        return _after_all(session, made) or _lost(session, made.key, id, done, error)


def _after_all(session: Session, made: Record) -> Record | None:
    """A write that failed may have been kept, or may be possible a second time."""
    try:
        now = session.store.read(made.environment).get(made.key)
        if now is not None and now.serial == made.serial:
            return session.store.write(made)
    except Exception:  # as above: the next line is the one that tells the id
        return None
    return now if now is not None and replace(now, serial=made.serial) == made else None


def _lost(session: Session, key: str, id: str, done: str, error: Exception) -> NoReturn:
    folder, environment = session.project.folder, session.environment
    given = [f"--period={session.period}"] * bool(session.period)
    given += [f"--var={name}={text}" for name, text in spelt(session.project.variables).items()]
    command = shlex.join(["procspec", "-C", folder, "resolve", key, "--id", id, "-e", environment, *given])
    path = keep({"environment": environment, "key": key, "id": id, "recover": command}, Path(folder))
    where = f" The id is kept in {path}." if path else " No file could be written for it: note it down now."
    why = error.message if isinstance(error, ProcspecError) else f"{type(error).__name__}."
    raise StateError(
        f"{key} was {done} as {id}, and that could not be recorded: {why}{where}",
        hint=f"When the state can be written again: {command}",
    ) from error
