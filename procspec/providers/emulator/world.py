"""The state of one emulator: its store, its clock, its quirks and faults, and what it was asked."""

from __future__ import annotations

import datetime
import threading
from collections import deque
from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from procspec.providers.emulator.errors import Refusal
from procspec.providers.emulator.faults.ledger import Ledger
from procspec.providers.emulator.manners import Manners
from procspec.providers.emulator.nouns import Object
from procspec.providers.emulator.store import Store

S = TypeVar("S", bound=Store)
"""The store of a system."""

_MOST_LOGGED = 20_000


class World(Generic[S]):
    """What every operation may look at and change. A system's world says its MANNERS."""

    MANNERS: ClassVar[Manners]

    def __init__(self, store: S, clock: datetime.date | None, quirks: Iterable[str]) -> None:
        self.store = store
        self.faults = Ledger(store, self.MANNERS.tokens)
        self.clock = clock
        self.quirks = tuple(quirks)
        self._log: deque[Object] = deque(maxlen=_MOST_LOGGED)
        self._lock = threading.Lock()

    def today(self) -> datetime.date:
        """The emulator's today: fixed, or the real one."""
        return self.clock or datetime.datetime.now(datetime.UTC).date()

    def now(self) -> datetime.datetime:
        """The emulator's now, in UTC. A fixed clock stands at noon."""
        if self.clock is None:
            return datetime.datetime.now(datetime.UTC)
        return datetime.datetime.combine(self.clock, datetime.time(12), datetime.UTC)

    def error(self, refusal: Refusal, path: str) -> Object:
        """The body of an error, as the system words it."""
        return self.MANNERS.error(refusal, path, self.now())

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
