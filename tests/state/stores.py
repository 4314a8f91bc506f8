"""The stores that the contract is tested on. Adding one is a line here."""

from __future__ import annotations

import multiprocessing
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from procspec.model import Record
from procspec.state import LEASE, StateStore, open_store
from tests.state.servers import S3, Postgres

# Forked from a process that has them loaded already: fifty at once are fifty forks, not fifty starts.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    ["tests.state.commands", "procspec.state.sqlite", "psycopg", "obstore.store"]
)


@dataclass(frozen=True)
class Place:
    """Where one test keeps its state: what `open_store` takes, so that another process can open it too."""

    url: str
    folder: Path
    lease: float = LEASE
    environ: Mapping[str, str] = field(default_factory=dict)

    def open(self) -> StateStore:
        os.environ.update(self.environ)
        return open_store(self.url, self.folder, lease=self.lease)

    def process(self, work: Callable[..., None], *arguments: Any) -> Any:
        """Another process that does some work on this store; started, and to be joined."""
        process = _PROCESSES.Process(target=work, args=(self, *arguments), daemon=True)
        process.start()
        return process


def sqlite(folder: Path, lease: float = LEASE) -> Place:
    return Place("state/state.db", folder, lease)


def postgres(server: Postgres, folder: Path, lease: float = LEASE) -> Place:
    return Place(server.database(), folder, lease)


def s3(server: S3, folder: Path, lease: float = LEASE) -> Place:
    return Place(f"s3://{server.bucket}/{secrets.token_hex(6)}", folder, lease, server.environ)


KINDS = ("postgres", "s3", "sqlite")


def record(key: str = "close", environment: str = "local", **members: Any) -> Record:
    return Record(environment=environment, key=key, salt="5a17", **members)


def latest(store: StateStore, key: str = "close", environment: str = "local") -> Record:
    return store.read(environment).get(key) or record(key, environment)


def used(place: Place) -> None:
    """A store that holds something, closed."""
    with closing(place.open()) as store:
        store.write(record(id="p-1"))
