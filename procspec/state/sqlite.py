"""The state in one SQLite file, the default.

Crash safety: a rollback journal with `synchronous=EXTRA`. A commit is on the disk, the directory entry of
the journal included, when `write` returns. A write-ahead log would be as safe, but it leaves the newest
records in a second file that a copy of `state.db` forgets, and it fails on network file systems.
How the file is made, opened and known again is in `sqlite_file`.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, fields, replace
from pathlib import Path

from procspec.errors import StateError
from procspec.model import Record
from procspec.state import lease as leases
from procspec.state import sqlite_file as file
from procspec.state.base import KEPT
from procspec.state.lease import Claim
from procspec.state.locking import Leased
from procspec.state.records import from_text, to_text

_PUT = "INSERT OR REPLACE INTO records (environment, key, serial, body) VALUES (?, ?, ?, ?)"
_KEEP = "INSERT OR REPLACE INTO applies (environment, id, body) VALUES (?, ?, ?)"
_LAST = "SELECT id FROM applies WHERE environment = ? ORDER BY id DESC LIMIT ?"
_FORGET = f"DELETE FROM applies WHERE environment = ? AND id NOT IN ({_LAST})"  # noqa: S608
_LOCK = "INSERT OR REPLACE INTO locks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_CLAIM = f"SELECT {', '.join(field.name for field in fields(Claim))} FROM locks WHERE environment = ?"  # noqa: S608


class SqliteStore(Leased):
    """A `StateStore` in the file at `path`; made, with its folder, when it is not there.

    `lease` and `patience` are seconds: how long a lock lasts without a sign of life, and how long to wait
    for another process that is writing just now. Raises `StateError` for a file that is no whole store of
    this version.
    """

    def __init__(self, path: Path, *, lease: float = 60.0, patience: float = 10.0) -> None:
        super().__init__(lease)
        self._path = path.absolute()
        self._mutex = threading.RLock()
        self._noted = False
        with file.explained(self._path):
            if not os.path.lexists(self._path):
                file.make(self._path)
            if not self._path.is_file():
                raise StateError(f"The state {self._path} is not a file.")
            self._db = file.connect(self._path, patience)
            try:
                self._lineage = file.check(self._db, self._path)
            except BaseException:
                self._db.close()
                raise

    @property
    def lineage(self) -> str:
        """The identity of this file: 32 hex digits, made with it."""
        return self._lineage

    @property
    def predecessor(self) -> str:
        """The marker of another state, or, while nothing was ever written here, a backup or a journal."""
        with self._mutex, file.explained(self._path):
            if file.noted(self._path) not in ("", self._lineage):
                return f"{file.marker(self._path).name}, which was written by another state"
            (serial,) = self._db.execute("SELECT serial FROM store").fetchone()
            return "" if serial else ", ".join(file.others(self._path))

    @property
    def begin_anew(self) -> str:
        """What to do about the predecessor."""
        if not self.predecessor:
            return ""
        return (
            f"Put the lost state back as {self._path}, from a backup. If its processes are gone for good,"
            f" or imported, move away what tells of it in {self._path.parent}."
        )

    def read(self, environment: str) -> dict[str, Record]:
        """All records of an environment by key."""
        query = "SELECT key, body, serial FROM records WHERE environment = ? ORDER BY key"
        with self._mutex, file.explained(self._path):
            rows = self._db.execute(query, (environment,)).fetchall()
        return {key: from_text(body, serial) for key, body, serial in rows}

    def write(self, record: Record) -> Record:
        """Stores a record durably if its serial is still the stored one.

        Serials are counted for the whole file, so that none returns after a record was forgotten.
        """
        text = to_text(record)
        self._note()
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
            raise leases.changed(record.key)

    def _still_held(self, db: sqlite3.Connection, environment: str) -> None:
        held = self._held.get(environment)
        if held is None:
            return
        row = db.execute("SELECT id FROM locks WHERE environment = ?", (environment,)).fetchone()
        if row is None or row[0] != held:
            raise leases.broken(environment)

    def _note(self) -> None:
        """Before the first write: once there are records, something beside the file must tell of them."""
        if not self._noted:
            with file.explained(self._path):
                file.note(self._path, self._lineage)
            self._noted = True

    def keep(self, environment: str, id: str, text: str) -> None:
        """Stores the record of an apply durably, and forgets the oldest ones."""
        with self._transaction() as db:
            db.execute(file.APPLIES)
            db.execute(_KEEP, (environment, id, text))
            db.execute(_FORGET, (environment, environment, KEPT))

    def kept(self, environment: str) -> tuple[str, ...]:
        """The ids of the last applies, newest first."""
        with self._mutex, file.explained(self._path):
            rows = self._db.execute(_LAST, (environment, KEPT)).fetchall() if self._has_applies() else []
        return tuple(id for (id,) in rows)

    def fetch(self, environment: str, id: str) -> str | None:
        """The record of an apply; None when there is none."""
        query = "SELECT body FROM applies WHERE environment = ? AND id = ?"
        with self._mutex, file.explained(self._path):
            row = self._db.execute(query, (environment, id)).fetchone() if self._has_applies() else None
        return row[0] if row else None

    def _has_applies(self) -> bool:
        """A file that is older than apply records has no table for them, and may be read-only."""
        query = "SELECT 1 FROM sqlite_master WHERE name = 'applies'"
        return self._db.execute(query).fetchone() is not None

    def _prove(self) -> None:
        with file.explained(self._path):
            file.prove_room(self._path)

    def _take(self, environment: str, claim: Claim) -> Claim | None:
        with self._transaction() as db:
            if self._found(environment) is not None:
                return None
            db.execute(_LOCK, (environment, *astuple(claim)))
        return claim

    def _renew(self, environment: str, id: str) -> bool:
        query = "UPDATE locks SET until = ? WHERE environment = ? AND id = ?"
        with self._transaction() as db:
            return db.execute(query, (time.time() + self._lease, environment, id)).rowcount == 1

    def _drop(self, environment: str, id: str) -> bool:
        with self._transaction() as db:
            found = db.execute("DELETE FROM locks WHERE environment = ? AND id = ?", (environment, id))
            return found.rowcount == 1

    def _standing(self, environment: str) -> Claim | None:
        with self._mutex, file.explained(self._path):
            return self._found(environment)

    def _found(self, environment: str) -> Claim | None:
        """Who holds it: a lease that has ended holds nothing, nor does a process that has."""
        row = self._db.execute(_CLAIM, (environment,)).fetchone()
        claim = Claim(**dict(zip((field.name for field in fields(Claim)), row, strict=True))) if row else None
        return None if claim is None or claim.until < time.time() or claim.is_dead else claim

    def close(self) -> None:
        """Closes the file."""
        with self._mutex:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._mutex, file.explained(self._path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
