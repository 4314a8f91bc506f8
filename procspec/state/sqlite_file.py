"""The file of a SQLite state: making it whole, opening it, and what is known beside it.

An existing file is always a whole one: a new store is made complete under another name and then linked
to its own. So an empty or truncated file is damage, never a fresh start that would create everything twice.

Beside it stands a marker, `state.db.lineage`, with the identity of the state that was last written to.
It holds no records. It outlives a `state.db` that was deleted or replaced, and so it tells a state that
is new from one that was lost.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from procspec.errors import Contended, StateError

VERSION = 1
"""The format of the file, in `PRAGMA user_version`; other versions are refused."""

APPLICATION = 0x70_72_6F_63
"""`PRAGMA application_id`: "proc", which tells our files from those of other programs."""

ROOM = 4 * 1024 * 1024
"""Bytes that the disk must still take before anything is sent: records of a few thousand processes."""

_SCHEMA = f"""
BEGIN;
CREATE TABLE store (lineage TEXT NOT NULL, serial INTEGER NOT NULL);
CREATE TABLE records (
  environment TEXT NOT NULL, key TEXT NOT NULL, serial INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (environment, key)
);
CREATE TABLE locks (
  environment TEXT NOT NULL PRIMARY KEY, id TEXT NOT NULL, user TEXT NOT NULL, host TEXT NOT NULL,
  machine TEXT NOT NULL, pid INTEGER NOT NULL, command TEXT NOT NULL, since REAL NOT NULL, until REAL NOT NULL
);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {VERSION};
"""

APPLIES = """
CREATE TABLE IF NOT EXISTS applies (
  environment TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (environment, id)
)
"""
"""Made with the first apply record: files of this version were without it, and may be read-only."""


def make(path: Path) -> None:
    """Makes a whole store under another name and links it to its own; a faster process may win."""
    journal = path.with_name(path.name + "-journal")
    if journal.exists():
        raise StateError(
            f"The state {path} is gone, but its journal {journal.name} is there: records would be lost.",
            hint="Restore the state from a backup; remove the journal only if you want to begin anew.",
        )
    _make_folder(path.parent)
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with contextlib.closing(connect(new, 0)) as db:
            db.executescript(_SCHEMA)
            db.execute("INSERT INTO store VALUES (?, 0)", (secrets.token_hex(16),))
            db.execute("COMMIT")
        _link(new, path)
    finally:
        new.unlink(missing_ok=True)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(folder.parent)


def _link(new: Path, path: Path) -> None:
    try:
        os.link(new, path)
    except FileExistsError:
        return
    except OSError:  # a file system without links: here two processes may race, and one loses its file
        if not path.exists():
            new.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Makes the names in a folder durable, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def connect(path: Path, patience: float) -> sqlite3.Connection:
    db = sqlite3.connect(
        f"{path.as_uri()}?mode=rw", uri=True, timeout=patience, isolation_level=None, check_same_thread=False
    )
    db.execute("PRAGMA synchronous = EXTRA")
    return db


def check(db: sqlite3.Connection, path: Path) -> str:
    """The lineage of a file that is whole, ours and of this version; raises StateError for any other."""
    if path.stat().st_size == 0:
        raise _damaged(path)
    db.execute("BEGIN")  # so that nobody writes between the questions
    if _pragma(db, "application_id") != APPLICATION:
        raise StateError(
            f"{path} is a database of another program.", hint="Let the project's `state` name another file."
        )
    version = _pragma(db, "user_version")
    if version != VERSION:
        raise StateError(
            f"The state {path} has format {version}; this procspec knows {VERSION}.",
            hint="Use the version of procspec that wrote it, or a newer one.",
        )
    # SQLite reads what is missing of its last page as zeros.
    size = _pragma(db, "page_count") * _pragma(db, "page_size")
    if path.stat().st_size < size or _pragma(db, "quick_check(1)") != "ok":
        raise _damaged(path)
    rows = db.execute("SELECT lineage FROM store").fetchall()
    db.execute("COMMIT")
    if len(rows) != 1:
        raise _damaged(path)
    return str(rows[0][0])


def _pragma(db: sqlite3.Connection, name: str) -> Any:
    return db.execute(f"PRAGMA {name}").fetchone()[0]


# ----------------------------------------------------------------------------------------- beside it


def marker(path: Path) -> Path:
    """Where the identity of the state that was last written to is noted."""
    return path.with_name(f"{path.name}.lineage")


def noted(path: Path) -> str:
    """The identity in the marker; "" when there is none."""
    try:
        return marker(path).read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return ""


def note(path: Path, lineage: str) -> None:
    """Writes the marker durably, unless there is one: another state's must go on telling of it."""
    if noted(path):
        return
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    handle = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(f"{lineage}\n")
            out.flush()
            os.fsync(out.fileno())
        _link(new, marker(path))
    finally:
        new.unlink(missing_ok=True)


def others(path: Path) -> list[str]:
    """The names beside a state that look like backups or journals of it."""
    ours = {path.name, marker(path).name, f"{path.name}-journal"}
    return sorted(
        entry.name
        for entry in path.parent.iterdir()
        if entry.name.startswith(path.name) and entry.name not in ours
    )


def prove_room(path: Path) -> None:
    """Takes `ROOM` bytes of the folder's disk and gives them back; raises OSError where there are fewer."""
    trial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    handle = os.open(trial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(handle, 0, ROOM)
        else:
            os.write(handle, bytes(ROOM))
    finally:
        os.close(handle)
        trial.unlink(missing_ok=True)


# --------------------------------------------------------------------------------------------- errors


_FULL = "The disk is full: make room."


def _damaged(path: Path) -> StateError:
    return StateError(
        f"The state {path} is damaged: it is no whole database.",
        hint="Restore it from a backup. Do not delete it: without its ids, every process would be made anew.",
    )


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns what SQLite and the system raise into errors for people."""
    try:
        yield
    except sqlite3.Error as error:
        raise _error(path, error) from error
    except (OSError, UnicodeError) as error:
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise StateError(
            f"The state {path} cannot be used: {_reason(error)}.",
            hint=_FULL if full else "Check the folder and its permissions.",
        ) from error


def _error(path: Path, error: sqlite3.Error) -> StateError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Contended(f"The state {path} is busy: another process is writing.", hint="Try again.")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _damaged(path)
    hints = {
        sqlite3.SQLITE_FULL: _FULL,
        sqlite3.SQLITE_READONLY: "It is read-only, or it was moved or replaced while procspec had it open.",
        sqlite3.SQLITE_CANTOPEN: "Check that it is a file, and that its folder can be written to.",
    }
    return StateError(f"The state {path} cannot be used: {_reason(error)}.", hint=hints.get(code, ""))


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.rstrip(".")
