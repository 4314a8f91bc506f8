"""The contract of a state store: read, write with compare-and-swap, and a lock that people can read."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from procspec.model import Record

KEPT = 100
"""How many apply records an environment keeps; the oldest go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds a lock: enough for a person to find them. `until` is when the lease ends (ISO, UTC)."""

    id: str
    user: str
    host: str
    pid: int
    command: str
    since: str
    until: str

    def __str__(self) -> str:
        return f"{self.user}@{self.host} (pid {self.pid}), {self.command!r}, since {self.since}"


class StateStore(Protocol):
    """Records by environment and key. Safe to share between threads.

    Every method raises `StateError` when the store cannot be used, and `Contended` when somebody else
    was faster; nothing that was written before is ever lost by a failure.
    """

    @property
    def lineage(self) -> str:
        """The identity of this store, made once; a plan of another store is refused."""

    @property
    def predecessor(self) -> str:
        """What says that there was another state here, of which this store knows nothing; "" for nothing.

        A phrase for people, such as "state.db.bak". While it is not empty, creating may create a second
        time: the engine refuses to create, and shows `begin_anew` as the way out.
        """

    @property
    def begin_anew(self) -> str:
        """What to do about `predecessor`, for people; "" where there is none."""

    def read(self, environment: str) -> dict[str, Record]:
        """All records of an environment by key."""

    def write(self, record: Record) -> Record:
        """Stores a record durably if its `serial` is still the stored one; the record with its new serial.

        `serial` 0 creates. Raises `Contended` when the stored serial is another one.
        """

    def delete(self, record: Record) -> None:
        """Forgets a record if its `serial` is still the stored one; raises `Contended` otherwise."""

    def keep(self, environment: str, id: str, text: str) -> None:
        """Stores the record of an apply durably under its id, in the place of what it says of it already.

        The id has letters, digits and `-`, the text is ASCII. Only the `KEPT` last ids of an environment
        stay, in the order of the alphabet. No lock is asked for: what was done is worth writing down even
        when the lock was broken meanwhile.
        """

    def kept(self, environment: str) -> tuple[str, ...]:
        """The ids of the last `KEPT` applies, newest first; none in a state that is older than `keep`."""

    def fetch(self, environment: str, id: str) -> str | None:
        """The record of an apply; None when there is none."""

    def lock(self, environment: str, command: str, timeout: float = 0.0) -> AbstractContextManager[Holder]:
        """Holds the environment for one command; raises `Contended` naming who holds it already.

        Waits up to `timeout` seconds for that holder. Taking the lock proves that records can be written:
        a full disk, a read-only place, or a store that does not compare before it swaps is a `StateError`
        here, before anything is sent. Nested in itself it contends: one lock an environment.
        """

    def check_held(self, environment: str) -> None:
        """Raises `Contended` when a lock that this store took is no longer its own; else does nothing."""

    def holder(self, environment: str) -> Holder | None:
        """Who holds the environment now, if anybody."""

    def unlock(self, environment: str, id: str) -> None:
        """Breaks the lock with that id, for a holder that died; a live one fails at its next write.

        Raises `StateError` when there is no such lock.
        """

    def close(self) -> None:
        """Gives the files and connections back."""
