"""The state in one SQLite file, the default.

Crash safety: a rollback journal with `synchronous=EXTRA`. A commit is on the disk, the directory entry of
the journal included, when `write` returns. A write-ahead log would be as safe, but it leaves the newest
records in a second file that a copy of `state.db` forgets, and it fails on network file systems.

An existing file is always a whole one: a new store is made complete under another name and then linked
to its own. So an empty or truncated file is damage, never a fresh start that would create everything twice.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from procspec.errors import Contended, StateError
from procspec.model import Record
from procspec.state import lease as leases
from procspec.state.base import Holder
from procspec.state.records import from_text, to_text

VERSION = 1
"""The format of the file, in `PRAGMA user_version`; other versions are refused."""

APPLICATION = 0x70_72_6F_63
"""`PRAGMA application_id`: "proc", which tells our files from those of other programs."""

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

_PUT = "INSERT OR REPLACE INTO records (environment, key, serial, body) VALUES (?, ?, ?, ?)"
_LOCK = "INSERT OR REPLACE INTO locks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_HOLDER = "SELECT id, user, host, pid, command, since, until, machine FROM locks WHERE environment = ?"


class SqliteStore:
    """A `StateStore` in the file at `path`; made, with its folder, when it is not there.

    `lease` and `patience` are seconds: how long a lock lasts without a sign of life, and how long to wait
    for another process that is writing just now. Raises `StateError` for a file that is no whole store of
    this version.
    """

    def __init__(self, path: Path, *, lease: float = 60.0, patience: float = 10.0) -> None:
        self._path = path.absolute()
        self._lease = lease
        self._mutex = threading.RLock()
        self._held: dict[str, str] = {}
        with _explained(self._path):
            if not os.path.lexists(self._path):
                _make(self._path)
            if not self._path.is_file():
                raise StateError(f"The state {self._path} is not a file.")
            self._db = _connect(self._path, patience)
            try:
                self._lineage = _check(self._db, self._path)
            except BaseException:
                self._db.close()
                raise

    @property
    def lineage(self) -> str:
        """The identity of this file: 32 hex digits, made with it."""
        return self._lineage

    def read(self, environment: str) -> dict[str, Record]:
        """All records of an environment by key."""
        query = "SELECT key, body, serial FROM records WHERE environment = ? ORDER BY key"
        with self._mutex, _explained(self._path):
            rows = self._db.execute(query, (environment,)).fetchall()
        return {key: from_text(body, serial) for key, body, serial in rows}

    def write(self, record: Record) -> Record:
        """Stores a record durably if its serial is still the stored one.

        Serials are counted for the whole file, so that none returns after a record was forgotten.
        """
        text = to_text(record)
        with self._transaction() as db:
            self._claim(db, record)
            db.execute("UPDATE store SET serial = serial + 1")
            (serial,) = db.execute("SELECT serial FROM store").fetchone()
            db.execute(_PUT, (record.environment, record.key, serial, text))
        return replace(record, serial=serial)

    def delete(self, record: Record) -> None:
        """Forgets a record if its serial is still the stored one."""
        with self._transaction() as db:
            self._claim(db, record)
            db.execute(
                "DELETE FROM records WHERE environment = ? AND key = ?", (record.environment, record.key)
            )

    def _claim(self, db: sqlite3.Connection, record: Record) -> None:
        """The two questions before every write: is our lock still ours, is the record as it was read?"""
        self._still_held(db, record.environment)
        row = db.execute(
            "SELECT serial FROM records WHERE environment = ? AND key = ?", (record.environment, record.key)
        ).fetchone()
        if (row[0] if row else 0) != record.serial:
            raise Contended(
                f"The record of {record.key!r} was changed by somebody else meanwhile.",
                hint="Nothing was overwritten. Run `procspec plan` to see where things stand.",
            )

    def _still_held(self, db: sqlite3.Connection, environment: str) -> None:
        held = self._held.get(environment)
        if held is None:
            return
        row = db.execute("SELECT id FROM locks WHERE environment = ?", (environment,)).fetchone()
        if row is None or row[0] != held:
            raise leases.broken(environment)

    @contextmanager
    def lock(self, environment: str, command: str) -> Iterator[Holder]:
        """Holds the environment for one command, and renews the lease until the block ends."""
        holder = self._take(environment, command)
        try:
            with leases.kept_alive(lambda: self._renew(environment, holder.id), self._lease / 3):
                yield holder
        finally:
            # The work is done: a lock that cannot be given back ends by itself with its lease.
            with contextlib.suppress(StateError):
                self._drop(environment, holder.id)
            self._held.pop(environment, None)

    def _take(self, environment: str, command: str) -> Holder:
        with self._transaction() as db:
            row = db.execute(_HOLDER, (environment,)).fetchone()
            if row is not None and not _over(row):
                raise leases.contended(environment, _holder(row))
            now = time.time()
            id, user, host = secrets.token_hex(4), leases.user(), leases.host()
            until = now + self._lease
            values = (id, user, host, leases.machine(), os.getpid(), command, now, until)
            db.execute(_LOCK, (environment, *values))
        self._held[environment] = id
        return _holder((id, user, host, os.getpid(), command, now, until, ""))

    def _renew(self, environment: str, id: str) -> bool:
        query = "UPDATE locks SET until = ? WHERE environment = ? AND id = ?"
        with self._transaction() as db:
            return db.execute(query, (time.time() + self._lease, environment, id)).rowcount == 1

    def _drop(self, environment: str, id: str) -> bool:
        with self._transaction() as db:
            found = db.execute("DELETE FROM locks WHERE environment = ? AND id = ?", (environment, id))
            return found.rowcount == 1

    def holder(self, environment: str) -> Holder | None:
        """Who holds the environment now; a lease that has ended holds nothing."""
        with self._mutex, _explained(self._path):
            row = self._db.execute(_HOLDER, (environment,)).fetchone()
        return None if row is None or _over(row) else _holder(row)

    def unlock(self, environment: str, id: str) -> None:
        """Breaks the lock with that id; raises `StateError` when there is no such lock."""
        if self._drop(environment, id):
            return
        now = self.holder(environment)
        raise StateError(
            f"There is no lock {id!r} on the environment {environment!r}.",
            hint=f"It is held by {now}, with the id {now.id}." if now else "Nobody holds it.",
        )

    def close(self) -> None:
        """Closes the file."""
        with self._mutex:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._mutex, _explained(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


_Row = tuple[str, str, str, int, str, float, float, str]


def _holder(row: _Row) -> Holder:
    id, user, host, pid, command, since, until, _ = row
    return Holder(
        id=id,
        user=user,
        host=host,
        pid=pid,
        command=command,
        since=leases.utc(since),
        until=leases.utc(until),
    )


def _over(row: _Row) -> bool:
    """Whether a lock holds nothing any more: its lease has ended, or its process on this machine has."""
    _, _, _, pid, _, _, until, machine = row
    return until < time.time() or (machine == leases.machine() and leases.is_dead(pid))


# ------------------------------------------------------------------------------------ making, opening


def _make(path: Path) -> None:
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
        with contextlib.closing(_connect(new, 0)) as db:
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


def _connect(path: Path, patience: float) -> sqlite3.Connection:
    db = sqlite3.connect(
        f"{path.as_uri()}?mode=rw", uri=True, timeout=patience, isolation_level=None, check_same_thread=False
    )
    db.execute("PRAGMA synchronous = EXTRA")
    return db


def _check(db: sqlite3.Connection, path: Path) -> str:
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


# --------------------------------------------------------------------------------------------- errors


def _damaged(path: Path) -> StateError:
    return StateError(
        f"The state {path} is damaged: it is no whole database.",
        hint="Restore it from a backup. Do not delete it: without its ids, every process would be made anew.",
    )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turns what SQLite and the system raise into errors for people."""
    try:
        yield
    except sqlite3.Error as error:
        raise _error(path, error) from error
    except (OSError, UnicodeError) as error:
        raise StateError(
            f"The state {path} cannot be used: {_reason(error)}.",
            hint="Check the folder and its permissions.",
        ) from error


def _error(path: Path, error: sqlite3.Error) -> StateError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Contended(f"The state {path} is busy: another process is writing.", hint="Try again.")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _damaged(path)
    hints = {
        sqlite3.SQLITE_FULL: "The disk is full: make room.",
        sqlite3.SQLITE_READONLY: "It is read-only, or it was moved or replaced while procspec had it open.",
        sqlite3.SQLITE_CANTOPEN: "Check that it is a file, and that its folder can be written to.",
    }
    return StateError(f"The state {path} cannot be used: {_reason(error)}.", hint=hints.get(code, ""))


def _reason(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.rstrip(".")
