"""The stores that the contract is tested on. Adding one is a line here."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from procspec.model import Record
from procspec.state import LEASE, StateStore, open_store

_SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Place:
    """Where one test keeps its state: what `open_store` takes, so that another process can open it too."""

    url: str
    folder: Path
    lease: float = LEASE

    def open(self) -> StateStore:
        return open_store(self.url, self.folder, lease=self.lease)

    def process(self, work: Callable[..., None], *arguments: Any) -> Any:
        """Another process that does some work on this store; started, and to be joined."""
        process = _SPAWN.Process(target=work, args=(self, *arguments), daemon=True)
        process.start()
        return process


KINDS: dict[str, Callable[[Path, float], Place]] = {
    "sqlite": lambda folder, lease: Place("state/state.db", folder, lease),
}


def record(key: str = "close", environment: str = "local", **members: Any) -> Record:
    return Record(environment=environment, key=key, salt="5a17", **members)


def latest(store: StateStore, key: str = "close", environment: str = "local") -> Record:
    return store.read(environment).get(key) or record(key, environment)


def used(place: Place) -> None:
    """A store that holds something, closed."""
    with closing(place.open()) as store:
        store.write(record(id="p-1"))
