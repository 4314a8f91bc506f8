"""What the emulator remembers, in one SQLite file."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterator
from typing import ClassVar

from procspec.providers.apptor.emulator import SYSTEM_KEY, TOKEN, demo
from procspec.providers.apptor.emulator.nouns import PERMISSIONS
from procspec.providers.emulator import store
from procspec.providers.emulator.nouns import Object

KINDS = ("instance",)
"""What has an id."""

MINUTE, HOUR = 60.0, 3600.0


class Store(store.Store):
    """Flows, instances, keys, and when each limited key was used."""

    APPLICATION: ClassVar[int] = 0x70736170  # "psap"
    SCHEMA: ClassVar[tuple[str, ...]] = (
        store.rows_of("flows"),
        store.rows_of("instances"),
        store.rows_of("keys"),
        "CREATE TABLE calls (key TEXT NOT NULL, at REAL NOT NULL)",
        store.IDS,
    )

    def begin(self) -> None:
        """The flows of the pages, the two keys that everybody knows, and the id of the pages."""
        self.prepare_ids(demo.IDS)
        for flow in demo.FLOWS:
            self.put("flows", flow)
        self.put("keys", key_row("emulator", TOKEN, demo.ORGANIZATION))
        self.put("keys", key_row("system", SYSTEM_KEY, ""))

    def random_id(self, kind: str) -> str:
        """As in the page's example: `inst_` and something."""
        return f"inst_{secrets.token_hex(8)}"

    # ------------------------------------------------------------------------------------ the rows

    def flow(self, id: str) -> Object | None:
        """A flow with its versions."""
        return self.row("flows", id)

    def flows(self) -> Iterator[Object]:
        """All flows."""
        return self.rows("flows")

    def put_flow(self, flow: Object) -> None:
        """Writes a flow, new or known."""
        self.put("flows", flow)

    def instance(self, id: str) -> Object | None:
        """An instance, as the state machine keeps it."""
        return self.row("instances", id)

    def instances(self) -> Iterator[Object]:
        """All instances in the order of their start."""
        return self.rows("instances")

    def put_instance(self, instance: Object) -> None:
        """Writes an instance, new or known."""
        self.put("instances", instance)

    def key(self, secret: str) -> Object | None:
        """The key with that secret; it is kept as a digest alone."""
        wanted = digest(secret)
        return next((row for row in self.rows("keys") if row["digest"] == wanted), None)

    def put_key(self, key: Object) -> None:
        """Writes a key, new or known."""
        self.put("keys", key)

    # ------------------------------------------------------------------------------- limited keys

    def used(self, key: str) -> tuple[float, ...]:
        """The seconds since each call of the last hour under a key, the oldest first."""
        now = time.time()
        rows = self.execute("SELECT at FROM calls WHERE key = ? AND at > ? ORDER BY at", (key, now - HOUR))
        return tuple(now - at for (at,) in rows.fetchall())

    def use(self, key: str) -> None:
        """Remembers a call, and forgets those that count no more."""
        now = time.time()
        self.execute("DELETE FROM calls WHERE at <= ?", (now - HOUR,))
        self.execute("INSERT INTO calls VALUES (?, ?)", (key, now))


def key_row(id: str, secret: str, organization: str) -> Object:
    """A key that may do everything and never expires (api/authentication, "API Key Properties").

    Without an organization it is a system key.
    """
    return {
        "id": id,
        "digest": digest(secret),
        "organization": organization,
        "status": "ACTIVE",
        "permissions": list(PERMISSIONS.values()),
        "rateLimitPerMinute": None,
        "rateLimitPerHour": None,
        "expiresAt": None,
    }


def digest(secret: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(secret.encode()).hexdigest()
