"""The state of one emulator: its store, its clock, its quirks and faults, and what it was asked."""

from __future__ import annotations

import datetime
import threading
from collections import deque
from collections.abc import Iterable

from procspec.providers.workiva.emulator.faults.ledger import Ledger
from procspec.providers.workiva.emulator.nouns import Object
from procspec.providers.workiva.emulator.store import Store

USER = "V1ZVd2VyFmVtdWxhdG9y"
"""Whoever calls: every token acts as the user of its grant, and the emulator has one grant."""

_MOST_LOGGED = 20_000


class World:
    """What every operation may look at and change."""

    def __init__(self, store: Store, clock: datetime.date | None, quirks: Iterable[str]) -> None:
        self.store = store
        self.faults = Ledger(store)
        self.clock = clock
        self.quirks = tuple(quirks)
        self._log: deque[Object] = deque(maxlen=_MOST_LOGGED)
        self._lock = threading.Lock()

    def today(self) -> datetime.date:
        """The emulator's today: fixed, or the real one."""
        return self.clock or datetime.datetime.now(datetime.UTC).date()

    def stamp(self) -> Object:
        """`created` or `modified`: when (UTC) and who. A fixed clock stands at noon."""
        now = datetime.datetime.now(datetime.UTC).time().replace(microsecond=0)
        time = datetime.time(12) if self.clock else now
        return {"dateTime": f"{self.today()}T{time.isoformat()}Z", "user": {"id": USER}}

    def log(self, entry: Object) -> None:
        """Remembers a request; never its headers, never the body of a token request."""
        with self._lock:
            self._log.append(entry)

    def logged(self) -> list[Object]:
        """The requests since the start, or since they were last forgotten."""
        with self._lock:
            return list(self._log)

    def forget(self) -> None:
        """Empties the log."""
        with self._lock:
            self._log.clear()
