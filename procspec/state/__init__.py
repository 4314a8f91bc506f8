"""The state: what procspec remembers between two commands, in a store that `open_store` picks by URL."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from procspec.errors import StateError
from procspec.state.base import Holder, StateStore
from procspec.state.records import new_salt

__all__ = ["LEASE", "Holder", "StateStore", "new_salt", "open_store"]

LEASE = 60.0
"""Seconds that a lock is held for without a sign of life from its holder."""

Opener = Callable[[str, Path, float], StateStore]


def open_store(url: str, folder: Path, *, lease: float = LEASE) -> StateStore:
    """Opens the store that the project's `state` names, and makes it where it does not exist yet.

    A path, relative to `folder`, is a SQLite file; `postgresql://` is a database as libpq knows it, with
    `?schema=` for the tables' schema; `s3://bucket/prefix` is a place in S3-compatible storage, whose URL
    and credentials come from the variables of AWS. `lease` is in seconds. Raises `StateError` for a
    store that is damaged, foreign, of another version, or of a kind that this version does not know.
    """
    if not url.strip():
        raise StateError(
            "The project's `state` is empty.", hint="Give it a path: `state: .procspec/state.db`."
        )
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", url)
    return _STORES.get(scheme[1].lower() if scheme else "", _unknown)(url, folder, lease)


def _sqlite(url: str, folder: Path, lease: float) -> StateStore:
    from procspec.state.sqlite import SqliteStore

    return SqliteStore(folder / Path(url).expanduser(), lease=lease)


def _postgres(url: str, folder: Path, lease: float) -> StateStore:
    from procspec.state.postgres import PostgresStore

    return PostgresStore(url, lease=lease)


def _s3(url: str, folder: Path, lease: float) -> StateStore:
    from procspec.state.objects import ObjectStore

    return ObjectStore(url, lease=lease)


def _unknown(url: str, folder: Path, lease: float) -> StateStore:
    # The rest of the URL may hold a password.
    raise StateError(
        f"There is no state store for {url.partition('://')[0].lower()}:// URLs.",
        hint="Give `state` a path, such as `.procspec/state.db`, or postgresql:// or s3://bucket/prefix.",
    )


_STORES: Mapping[str, Opener] = {
    "": _sqlite,
    "postgresql": _postgres,
    "postgres": _postgres,
    "s3": _s3,
}
