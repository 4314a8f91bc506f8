"""What the emulator remembers, in one SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from procspec.providers.emulator import store
from procspec.providers.emulator.nouns import Object
from procspec.providers.workingflow.emulator import TOKEN
from procspec.providers.workingflow.emulator.definitions import SHIPPED

_FIRST = 52407
"""The id of the example's instance (003, "Start Process"); all ids come from one counter (inference)."""

_GUIDE_IDS = {"file": ("a3f8b2c1",)}
"""003, "Download File"."""

_KEY_NAME = "ERP Integration"
"""The name of the key of the example (003, "Poll Status", `initiator`)."""


class Store(store.Store):
    """Definitions, instances, files and API keys."""

    APPLICATION: ClassVar[int] = 0x70737766  # "pswf"
    SCHEMA: ClassVar[tuple[str, ...]] = (
        store.rows_of("definitions"),
        store.rows_of("instances"),
        store.rows_of("keys"),
        "CREATE TABLE files (number INTEGER PRIMARY KEY, instance TEXT NOT NULL, stored TEXT NOT NULL,"
        " shown TEXT NOT NULL, content BLOB NOT NULL, UNIQUE (instance, stored))",
        "CREATE TABLE counter (next INTEGER NOT NULL)",
        store.IDS,
    )

    def begin(self) -> None:
        """What ships with the platform, the key of the example, and its first ids."""
        for definition in SHIPPED:
            self.put_definition({**definition, "suspended": False})
        self.put_key({"id": TOKEN, "name": _KEY_NAME, "active": True})
        self.execute("INSERT INTO counter VALUES (?)", (_FIRST,))
        self.prepare_ids(_GUIDE_IDS)

    def number(self, count: int = 1) -> int:
        """The next number of the counter, and `count` of them taken."""
        ((found,),) = self.execute("SELECT next FROM counter")
        self.execute("UPDATE counter SET next = next + ?", (count,))
        return int(found)

    def random_id(self, kind: str) -> str:
        """Eight hexadecimal digits, as before the name of a stored file."""
        return super().random_id(kind)[:8]

    # ---------------------------------------------------------------------------------- definitions

    def definition(self, key: str) -> Object | None:
        """The definition of this key, as it is deployed."""
        return self.row("definitions", key)

    def definitions(self) -> Iterator[Object]:
        """All definitions in the order of their first deployment."""
        return self.rows("definitions")

    def put_definition(self, definition: Object) -> None:
        """Writes a definition, new or known."""
        self.put("definitions", {**definition, "id": definition["key"]})

    # ------------------------------------------------------------------------------------ instances

    def instance(self, id: str) -> Object | None:
        """An instance, as the state machine keeps it."""
        return self.row("instances", id)

    def instances(self) -> Iterator[Object]:
        """All instances in the order of their start."""
        return self.rows("instances")

    def put_instance(self, instance: Object) -> None:
        """Writes an instance, new or known."""
        self.put("instances", instance)

    # ----------------------------------------------------------------------------------------- keys

    def key(self, key: str) -> Object | None:
        """An API key: `id` is the key itself, for it opens nothing but the emulator."""
        return self.row("keys", key)

    def api_keys(self) -> Iterator[Object]:
        """All API keys."""
        return self.rows("keys")

    def put_key(self, key: Object) -> None:
        """Writes an API key, new or known."""
        self.put("keys", key)

    # ---------------------------------------------------------------------------------------- files

    def add_file(self, instance: str, stored: str, shown: str, content: bytes) -> None:
        """Keeps a file of an instance."""
        row = (instance, stored, shown, content)
        self.execute("INSERT INTO files (instance, stored, shown, content) VALUES (?, ?, ?, ?)", row)

    def file(self, instance: str, stored: str) -> tuple[str, bytes] | None:
        """The shown name and the content of a file."""
        query = "SELECT shown, content FROM files WHERE instance = ? AND stored = ?"
        row = self.execute(query, (instance, stored)).fetchone()
        return (str(row[0]), bytes(row[1])) if row else None

    def files(self, instance: str) -> list[str]:
        """The stored names of an instance's files, oldest first."""
        found = self.execute("SELECT stored FROM files WHERE instance = ? ORDER BY number", (instance,))
        return [str(stored) for (stored,) in found]
