"""What an emulator remembers, in one SQLite file."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from procspec.providers.emulator.errors import EmulatorError
from procspec.providers.emulator.nouns import Object

IDS = "CREATE TABLE ids (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL)"
"""The table of prepared ids, for the schema of a store whose `new_id` is used."""

# Added later without another version: a database that has it not gets it when it is opened.
_FAULTS = (
    "CREATE TABLE IF NOT EXISTS faults (number INTEGER PRIMARY KEY, rule TEXT NOT NULL,"
    " calls INTEGER NOT NULL DEFAULT 0, fired INTEGER NOT NULL DEFAULT 0, spent INTEGER NOT NULL DEFAULT 0)"
)


def rows_of(name: str) -> str:
    """The statement of a table for `put`, `row` and `rows`: JSON objects with an `id`, in order."""
    return f"CREATE TABLE {name} (number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, body TEXT NOT NULL)"


class Store:
    """One connection behind one lock: many threads, each with its own event loop, may share it.

    A system's store says its own APPLICATION (a number that no other has: it tells our files from any other
    SQLite database, and from each other), its VERSION and the statements of its tables.
    """

    APPLICATION: ClassVar[int]
    VERSION: ClassVar[int] = 1
    SCHEMA: ClassVar[tuple[str, ...]]

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
        except (sqlite3.Error, EmulatorError) as error:
            raise EmulatorError(f"{os.fspath(database)} is no database of the emulator: {error}") from error
        except OSError as error:
            raise EmulatorError(f"{os.fspath(database)} cannot be opened: {error.strerror}") from error

    def _open(self) -> None:
        ((application,),) = self._db.execute("PRAGMA application_id")
        ((version,),) = self._db.execute("PRAGMA user_version")
        ((tables,),) = self._db.execute("SELECT count(*) FROM sqlite_master")
        if not application and not tables:
            for statement in self.SCHEMA:
                self._db.execute(statement)
            self._db.execute(f"PRAGMA application_id = {self.APPLICATION}")
            self._db.execute(f"PRAGMA user_version = {self.VERSION}")
            self.begin()
        elif (application, version) != (self.APPLICATION, self.VERSION):
            raise EmulatorError("it was made by another program, or by another version of this one")
        self._db.execute(_FAULTS)

    def begin(self) -> None:
        """What a new database holds; nothing, unless a system says otherwise."""

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
        """One statement; the caller holds the transaction, or is `reading`."""
        return self._db.execute(statement, tuple(parameters))

    # ----------------------------------------------------------------------------------------- rows

    def put(self, table: str, row: Object) -> None:
        """Writes a row, new or known; `table` is one of ours."""
        body = json.dumps(row)
        known = self._db.execute(f"UPDATE {table} SET body = ? WHERE id = ?", (body, row["id"]))  # noqa: S608
        if not known.rowcount:
            self._db.execute(f"INSERT INTO {table} (id, body) VALUES (?, ?)", (row["id"], body))  # noqa: S608

    def row(self, table: str, id: str) -> Object | None:
        """The row of this id; `table` is one of ours."""
        found = self._db.execute(f"SELECT body FROM {table} WHERE id = ?", (id,)).fetchone()  # noqa: S608
        return json.loads(found[0]) if found else None

    def rows(self, table: str) -> Iterator[Object]:
        """All rows in the order in which they were first written; `table` is one of ours."""
        found = self._db.execute(f"SELECT body FROM {table} ORDER BY number").fetchall()  # noqa: S608
        return (json.loads(body) for (body,) in found)

    # ------------------------------------------------------------------------------------------ ids

    def new_id(self, kind: str) -> str:
        """The next prepared id of this kind, else a random one."""
        query = "SELECT number, id FROM ids WHERE kind = ? ORDER BY number LIMIT 1"
        row = self._db.execute(query, (kind,)).fetchone()
        if row is None:
            return self.random_id(kind)
        self._db.execute("DELETE FROM ids WHERE number = ?", (row[0],))
        return str(row[1])

    def random_id(self, kind: str) -> str:
        """An id that nobody has: 32 hexadecimal digits, unless a system says otherwise."""
        return uuid.uuid4().hex

    def prepare_ids(self, ids: Mapping[str, Iterable[str]]) -> None:
        """Replaces the ids that are given out next."""
        self._db.execute("DELETE FROM ids")
        rows = [(kind, id) for kind in ids for id in ids[kind]]
        self._db.executemany("INSERT INTO ids (kind, id) VALUES (?, ?)", rows)


def _create_private(path: Path) -> None:
    """The file of a process may name people: only its owner reads it, from the first moment on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
