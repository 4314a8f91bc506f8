"""What the emulator remembers, in one SQLite file."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from typing import ClassVar

from procspec.providers.emulator import store
from procspec.providers.emulator.nouns import Object

KINDS = ("process", "group", "job", "processRun", "groupRun", "jobRun")
"""What has an id."""

# The guide's commands name these ids, and must work word for word on a new database.
_GUIDE_IDS = {
    "group": ("root-group-abc123",),
    "job": ("job-001", "job-002"),
    "groupRun": ("grouprun-root123",),
}


class Store(store.Store):
    """Processes, runs, tokens and people; an id is 32 hexadecimal digits, as in the reference."""

    APPLICATION: ClassVar[int] = 0x70737065  # "pspe"
    SCHEMA: ClassVar[tuple[str, ...]] = (
        "CREATE TABLE processes (number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, body TEXT NOT NULL,"
        " trashed INTEGER NOT NULL DEFAULT 0)",
        store.rows_of("runs"),
        "CREATE TABLE tokens (digest TEXT PRIMARY KEY, scope TEXT NOT NULL, expires REAL NOT NULL)",
        "CREATE TABLE suspended (person TEXT PRIMARY KEY)",
        store.IDS,
    )

    def begin(self) -> None:
        """The ids of the guide."""
        self.prepare_ids(_GUIDE_IDS)

    # ------------------------------------------------------------------------------------ processes

    def process(self, id: str) -> tuple[Object, bool] | None:
        """A process and whether it is in the trash."""
        row = self.execute("SELECT body, trashed FROM processes WHERE id = ?", (id,)).fetchone()
        return (json.loads(row[0]), bool(row[1])) if row else None

    def processes(self) -> Iterator[tuple[Object, bool]]:
        """All processes in the order of their creation."""
        rows = self.execute("SELECT body, trashed FROM processes ORDER BY number")
        return ((json.loads(body), bool(trashed)) for body, trashed in rows.fetchall())

    def put_process(self, process: Object) -> None:
        """Writes a process, new or known."""
        self.put("processes", process)

    def trash(self, id: str, trashed: bool) -> None:
        """Moves a process to the trash, or back."""
        self.execute("UPDATE processes SET trashed = ? WHERE id = ?", (trashed, id))

    # ----------------------------------------------------------------------------------------- runs

    def run(self, id: str) -> Object | None:
        """A run, as the state machine keeps it."""
        return self.row("runs", id)

    def runs(self) -> Iterator[Object]:
        """All runs in the order of their start."""
        return self.rows("runs")

    def put_run(self, run: Object) -> None:
        """Writes a run, new or known."""
        self.put("runs", run)

    # --------------------------------------------------------------------------- tokens and people

    def add_token(self, digest: str, scopes: Iterable[str], seconds: int) -> None:
        """Remembers a token by its digest alone, and forgets those that have expired."""
        now = time.time()
        self.execute("DELETE FROM tokens WHERE expires <= ?", (now,))
        self.execute("INSERT INTO tokens VALUES (?, ?, ?)", (digest, " ".join(scopes), now + seconds))

    def token(self, digest: str) -> frozenset[str] | None:
        """The scopes of a token that has not expired."""
        query = "SELECT scope FROM tokens WHERE digest = ? AND expires > ?"
        row = self.execute(query, (digest, time.time())).fetchone()
        return frozenset(row[0].split()) if row else None

    def drop_tokens(self) -> None:
        """Expires every token that was issued."""
        self.execute("DELETE FROM tokens")

    def suspend(self, person: str, suspended: bool) -> None:
        """Suspends a person, or takes it back."""
        self.execute("DELETE FROM suspended WHERE person = ?", (person,))
        if suspended:
            self.execute("INSERT INTO suspended VALUES (?)", (person,))

    def suspended(self) -> frozenset[str]:
        """Everybody who is suspended."""
        return frozenset(person for (person,) in self.execute("SELECT person FROM suspended"))
