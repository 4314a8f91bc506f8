"""The lock of a store, on five questions that each store answers in its own way."""

from __future__ import annotations

import contextlib
import random
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

from procspec.errors import Contended, StateError
from procspec.state import lease as leases
from procspec.state.base import Holder
from procspec.state.lease import Claim

_PAUSES = (0.05, 2.0)
"""The first and the longest pause between two tries, in seconds, before jitter."""


_ROUNDS = 100


class Leased(ABC):
    """Locks with a lease of that many seconds. What is below `_` is the store's part."""

    def __init__(self, lease: float) -> None:
        self._lease = lease
        self._held: dict[str, str] = {}
        """Environment to id of the locks that this store object holds: writes check that they still do."""

    @contextmanager
    def lock(self, environment: str, command: str, timeout: float = 0.0) -> Iterator[Holder]:
        """Holds the environment for one command, and renews the lease until the block ends.

        Waits up to `timeout` seconds for another holder; raises `Contended` naming them, and `StateError`
        when the store would not take a write.
        """
        self._prove()
        claim = self._await(environment, command, timeout)
        self._held[environment] = claim.id
        try:
            with leases.kept_alive(lambda: self._renew(environment, claim.id), self._lease / 3):
                yield claim.holder
        finally:
            # The work is done: a lock that cannot be given back ends by itself with its lease.
            with contextlib.suppress(StateError):
                self._drop(environment, claim.id)
            self._held.pop(environment, None)

    def _await(self, environment: str, command: str, timeout: float) -> Claim:
        deadline = time.monotonic() + timeout
        pause, longest = _PAUSES
        while True:
            try:
                return self._try(environment, command)
            except Contended:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise
            # Jitter, so that those who wait do not knock together.
            time.sleep(min(left, pause * random.uniform(0.5, 1)))  # noqa: S311
            pause = min(pause * 2, longest)

    def _try(self, environment: str, command: str) -> Claim:
        """The lock, or the name of its holder; who was faster may be gone by the time it is asked for."""
        for _ in range(_ROUNDS):
            if taken := self._take(environment, leases.claim(command, self._lease)):
                return taken
            if standing := self._standing(environment):
                raise leases.contended(environment, standing.holder)
        raise leases.busy(environment)

    def check_held(self, environment: str) -> None:
        """Raises `Contended` when the lock was broken, or has ended because this machine slept."""
        held = self._held.get(environment)
        if held is None:
            return
        standing = self._standing(environment)
        if standing is None or standing.id != held:
            raise leases.broken(environment)

    def holder(self, environment: str) -> Holder | None:
        """Who holds the environment now; a lease that has ended holds nothing."""
        claim = self._standing(environment)
        return claim.holder if claim else None

    def unlock(self, environment: str, id: str) -> None:
        """Breaks the lock with that id; raises `StateError` when there is no such lock."""
        if self._drop(environment, id):
            return
        now = self.holder(environment)
        raise StateError(
            f"There is no lock {id!r} on the environment {environment!r}.",
            hint=f"It is held by {now}, with the id {now.id}." if now else "Nobody holds it.",
        )

    @abstractmethod
    def _prove(self) -> None:
        """Raises `StateError` when records could not be written, as far as that can be known before."""

    @abstractmethod
    def _take(self, environment: str, claim: Claim) -> Claim | None:
        """The claim as it stands from now on, durably; None when another one was there."""

    @abstractmethod
    def _renew(self, environment: str, id: str) -> bool:
        """Begins the lease of the lock with that id again; whether there still is such a lock."""

    @abstractmethod
    def _drop(self, environment: str, id: str) -> bool:
        """Gives the lock with that id up; whether there was one."""

    @abstractmethod
    def _standing(self, environment: str) -> Claim | None:
        """The claim on the environment that holds it now."""
