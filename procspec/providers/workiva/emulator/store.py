"""What the emulator remembers, in one SQLite file."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from procspec.providers.workiva.emulator.errors import EmulatorError
from procspec.providers.workiva.emulator.nouns import Object

_APPLICATION, _VERSION = 0x70737065, 1  # "pspe": tells our files from any other SQLite database
_SCHEMA = (
    "CREATE TABLE processes (number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, body TEXT NOT NULL,"
    " trashed INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE runs (number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, body TEXT NOT NULL)",
    "CREATE TABLE tokens (digest TEXT PRIMARY KEY, scope TEXT NOT NULL, expires REAL NOT NULL)",
    "CREATE TABLE suspended (person TEXT PRIMARY KEY)",
    "CREATE TABLE ids (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL)",
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {_VERSION}",
)
# Added later without another version: a database that has it not gets it when it is opened.
_FAULTS = (
    "CREATE TABLE IF NOT EXISTS faults (number INTEGER PRIMARY KEY, rule TEXT NOT NULL,"
    " calls INTEGER NOT NULL DEFAULT 0, fired INTEGER NOT NULL DEFAULT 0, spent INTEGER NOT NULL DEFAULT 0)"
)

KINDS = ("process", "group", "job", "processRun", "groupRun", "jobRun")
"""What has an id."""

# The guide's commands name these ids, and must work word for word on a new database.
_GUIDE_IDS = {
    "group": ("root-group-abc123",),
    "job": ("job-001", "job-002"),
    "groupRun": ("grouprun-root123",),
}


class Store:
    """One connection behind one lock: many threads, each with its own event loop, may share it."""

    def __init__(self, database: str | os.PathLike[str]) -> None:
        """Raises EmulatorError when the database cannot be opened or is not ours."""
        self._lock = threading.RLock()
        try:
            if str(database) != ":memory:":
                _create_private(Path(database))
            self._db = sqlite3.connect(
                database, check_same_thread=False, isolation_level=None, timeout=30, cached_statements=64
            )
            # Data of an emulator: it must outlive the process, not a power cut.
            self._db.execute("PRAGMA synchronous = OFF")
            with self.transaction():
                self._open()
        except (sqlite3.Error, OSError) as error:
            raise EmulatorError(f"{os.fspath(database)} is no database of the emulator: {error}") from error

    def _open(self) -> None:
        ((application,),) = self._db.execute("PRAGMA application_id")
        ((version,),) = self._db.execute("PRAGMA user_version")
        ((tables,),) = self._db.execute("SELECT count(*) FROM sqlite_master")
        if not application and not tables:
            for statement in _SCHEMA:
                self._db.execute(statement)
            self.prepare_ids(_GUIDE_IDS)
        elif (application, version) != (_APPLICATION, _VERSION):
            raise EmulatorError("it was made by another program, or by another version of this one")
        self._db.execute(_FAULTS)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and nobody else in between; other processes wait."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Holds other threads off for a moment."""
        with self._lock:
            yield

    def close(self) -> None:
        """Closes the file."""
        with self._lock:
            self._db.close()

    def execute(self, statement: str, parameters: Iterable[Any] = ()) -> sqlite3.Cursor:
        """One statement, for the modules that keep a table of their own."""
        return self._db.execute(statement, tuple(parameters))

    def _put(self, table: str, row: Object) -> None:
        """Writes a row, new or known; `table` is one of ours."""
        body = json.dumps(row)
        known = self._db.execute(f"UPDATE {table} SET body = ? WHERE id = ?", (body, row["id"]))  # noqa: S608
        if not known.rowcount:
            self._db.execute(f"INSERT INTO {table} (id, body) VALUES (?, ?)", (row["id"], body))  # noqa: S608

    # ------------------------------------------------------------------------------------ processes

    def process(self, id: str) -> tuple[Object, bool] | None:
        """A process and whether it is in the trash."""
        row = self._db.execute("SELECT body, trashed FROM processes WHERE id = ?", (id,)).fetchone()
        return (json.loads(row[0]), bool(row[1])) if row else None

    def processes(self) -> Iterator[tuple[Object, bool]]:
        """All processes in the order of their creation."""
        rows = self._db.execute("SELECT body, trashed FROM processes ORDER BY number")
        return ((json.loads(body), bool(trashed)) for body, trashed in rows.fetchall())

    def put_process(self, process: Object) -> None:
        """Writes a process, new or known."""
        self._put("processes", process)

    def trash(self, id: str, trashed: bool) -> None:
        """Moves a process to the trash, or back."""
        self._db.execute("UPDATE processes SET trashed = ? WHERE id = ?", (trashed, id))

    # ----------------------------------------------------------------------------------------- runs

    def run(self, id: str) -> Object | None:
        """A run, as the state machine keeps it."""
        row = self._db.execute("SELECT body FROM runs WHERE id = ?", (id,)).fetchone()
        return json.loads(row[0]) if row else None

    def runs(self) -> Iterator[Object]:
        """All runs in the order of their start."""
        rows = self._db.execute("SELECT body FROM runs ORDER BY number").fetchall()
        return (json.loads(body) for (body,) in rows)

    def put_run(self, run: Object) -> None:
        """Writes a run, new or known."""
        self._put("runs", run)

    # ------------------------------------------------------------------------------------------ ids

    def new_id(self, kind: str) -> str:
        """The next prepared id of this kind, else 32 hexadecimal digits as in the reference."""
        query = "SELECT number, id FROM ids WHERE kind = ? ORDER BY number LIMIT 1"
        row = self._db.execute(query, (kind,)).fetchone()
        if row is None:
            return uuid.uuid4().hex
        self._db.execute("DELETE FROM ids WHERE number = ?", (row[0],))
        return str(row[1])

    def prepare_ids(self, ids: Mapping[str, Iterable[str]]) -> None:
        """Replaces the ids that are given out next."""
        self._db.execute("DELETE FROM ids")
        rows = [(kind, id) for kind in ids for id in ids[kind]]
        self._db.executemany("INSERT INTO ids (kind, id) VALUES (?, ?)", rows)

    # --------------------------------------------------------------------------- tokens and people

    def add_token(self, digest: str, scopes: Iterable[str], seconds: int) -> None:
        """Remembers a token by its digest alone, and forgets those that have expired."""
        now = time.time()
        self._db.execute("DELETE FROM tokens WHERE expires <= ?", (now,))
        self._db.execute("INSERT INTO tokens VALUES (?, ?, ?)", (digest, " ".join(scopes), now + seconds))

    def token(self, digest: str) -> frozenset[str] | None:
        """The scopes of a token that has not expired."""
        query = "SELECT scope FROM tokens WHERE digest = ? AND expires > ?"
        row = self._db.execute(query, (digest, time.time())).fetchone()
        return frozenset(row[0].split()) if row else None

    def drop_tokens(self) -> None:
        """Expires every token that was issued."""
        self._db.execute("DELETE FROM tokens")

    def suspend(self, person: str, suspended: bool) -> None:
        """Suspends a person, or takes it back."""
        self._db.execute("DELETE FROM suspended WHERE person = ?", (person,))
        if suspended:
            self._db.execute("INSERT INTO suspended VALUES (?)", (person,))

    def suspended(self) -> frozenset[str]:
        """Everybody who is suspended."""
        return frozenset(person for (person,) in self._db.execute("SELECT person FROM suspended"))


def _create_private(path: Path) -> None:
    """The file of a process may name people: only its owner reads it, from the first moment on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
