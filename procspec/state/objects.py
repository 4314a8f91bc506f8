"""The state in S3-compatible storage, for teams without a database: one object a record.

What makes it safe is that the service compares before it swaps (`If-None-Match: *`, `If-Match`); one that
only seems to is found out before the first lock. No record and no lock is ever deleted, since not every
service can delete under a condition: a forgotten record and a lock that was given back leave an object that
says so, under the same condition. It also keeps the serial, so that none returns.

A lease is measured by the service's clock alone: from when it wrote the lock to when it wrote something
that this process asked it to write just now, and from there by a clock that nobody can set. That the lock
is ours is asked before each write, and cannot be one act with it. Should a lock be taken over in between,
compare-and-swap still lets only one of the two writes through.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

from procspec.codec import decode, encode
from procspec.errors import StateError
from procspec.model import Record
from procspec.state import lease as leases
from procspec.state.base import KEPT
from procspec.state.bucket import Bucket, Found, need_obstore
from procspec.state.lease import Claim
from procspec.state.locking import Leased
from procspec.state.records import from_text, safe_name, to_text

T = TypeVar("T")

VERSION = 1
"""The format of the objects, in the one at `IDENTITY`; other versions are refused."""

IDENTITY = "procspec-state.json"
_CLOCK = "clock"
_RESOLUTION = 1.0
"""Seconds: what the time of an object is rounded to."""
_READERS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the object at `IDENTITY` says."""

    version: int
    lineage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The object of a record: `record` is its text, "" once it was forgotten; `token` is the write's own."""

    serial: int
    token: str
    record: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """The object of a lock: no claim once it was given back; `token` is the write's own."""

    token: str
    lease: float = 0.0
    claim: Claim | None = None


class ObjectStore(Leased):
    """A `StateStore` below `s3://bucket/prefix`; made when nothing is there.

    Raises `StateError` for a place that cannot be reached, or that holds a state of another version or
    half of one.
    """

    def __init__(self, url: str, *, lease: float = 60.0) -> None:
        super().__init__(lease)
        need_obstore()
        self._bucket = Bucket(url)
        self._mutex = threading.Lock()
        self._ahead: float | None = None
        self._proven = False
        self._closed = False
        self._seen: dict[str, tuple[str, Kept]] = {}
        """Path to etag and content of every record that was read: what did not change is not read again."""
        self._lineage = self._identify()

    @property
    def lineage(self) -> str:
        """The identity of this place: 32 hex digits, made with it."""
        return self._lineage

    @property
    def predecessor(self) -> str:
        """Nothing: records without an identity are refused when it is opened."""
        return ""

    @property
    def begin_anew(self) -> str:
        """Nothing."""
        return ""

    def _identify(self) -> str:
        found = self._bucket.get(IDENTITY)
        if found is None:
            if self._bucket.list("records"):
                raise self._damaged("its identity is gone, but its records are there")
            fresh = Identity(version=VERSION, lineage=secrets.token_hex(16))
            self._bucket.swap(IDENTITY, _json(fresh), None)
            found = self._bucket.get(IDENTITY)
        if found is None:
            raise self._damaged("it forgets at once what is written to it")
        version = _version(found.body)
        if version != VERSION:
            raise StateError(
                f"The state in {self._bucket.place} has format {version}; this procspec knows {VERSION}.",
                hint="Use the version of procspec that wrote it, or a newer one.",
            )
        return self._decoded(Identity, found).lineage

    # -------------------------------------------------------------------------------------- records

    def read(self, environment: str) -> dict[str, Record]:
        """All records of an environment by key."""
        self._check_open()
        listed = self._bucket.list(f"records/{safe_name(environment)}")
        with ThreadPoolExecutor(_READERS) as pool:
            kept = [one for one in pool.map(self._current, listed, listed.values()) if one and one.record]
        records = (from_text(one.record, one.serial) for one in kept)
        return {record.key: record for record in sorted(records, key=lambda record: record.key)}

    def write(self, record: Record) -> Record:
        """Stores a record durably if its serial is still the stored one."""
        text = to_text(record)
        return replace(record, serial=self._swap(record, text))

    def delete(self, record: Record) -> None:
        """Forgets a record if its serial is still the stored one."""
        self._swap(record, "")

    def _swap(self, record: Record, text: str) -> int:
        """Puts the text in the place of the record that was read; its new serial."""
        self._check_open()
        self._check_held(record.environment)
        path = f"records/{safe_name(record.environment)}/{safe_name(record.key)}.json"
        etag, last = self._seen.get(path, (None, None))
        if last is None or last.serial != record.serial:
            etag, last = self._load(path)
        if (last.serial if last and last.record else 0) != record.serial or not (record.serial or text):
            raise leases.changed(record.key)
        kept = Kept(serial=(last.serial if last else 0) + 1, token=secrets.token_hex(8), record=text)
        written = self._bucket.swap(path, _json(kept), etag)
        if written is None:
            self._seen.pop(path, None)
            raise leases.changed(record.key)
        self._seen[path] = (written, kept)
        return kept.serial

    def _current(self, path: str, etag: str) -> Kept | None:
        """What is at a path, whose etag is known."""
        seen = self._seen.get(path)
        return seen[1] if seen and etag and seen[0] == etag else self._load(path)[1]

    def _load(self, path: str) -> tuple[str | None, Kept | None]:
        found = self._bucket.get(path)
        if found is None:
            return None, None
        kept = self._decoded(Kept, found)
        self._seen[path] = (found.etag, kept)
        return found.etag, kept

    def _check_held(self, environment: str) -> None:
        held = self._held.get(environment)
        if held is None:
            return
        _, lock = self._lock_object(environment)
        if lock.claim is None or lock.claim.id != held:
            raise leases.broken(environment)

    # -------------------------------------------------------------------------------------- applies

    def keep(self, environment: str, id: str, text: str) -> None:
        """Stores the record of an apply durably, and forgets the oldest ones.

        Nobody else writes it, so that no condition is needed. Where the account may not delete, the old ones
        stay, and are not listed.
        """
        self._check_open()
        self._bucket.put(_apply(environment, id), text.encode("ascii"), "overwrite")
        with contextlib.suppress(StateError):
            self._bucket.delete([_apply(environment, old) for old in self._applies(environment)[KEPT:]])

    def kept(self, environment: str) -> tuple[str, ...]:
        """The ids of the last applies, newest first."""
        self._check_open()
        return tuple(self._applies(environment)[:KEPT])

    def _applies(self, environment: str) -> list[str]:
        listed = self._bucket.list(f"applies/{safe_name(environment)}")
        return sorted((path.rpartition("/")[2].removesuffix(".json") for path in listed), reverse=True)

    def fetch(self, environment: str, id: str) -> str | None:
        """The record of an apply; None when there is none."""
        self._check_open()
        found = self._bucket.get(_apply(environment, id))
        return found.body.decode("ascii", "replace") if found else None

    # ----------------------------------------------------------------------------------------- lock

    def _prove(self) -> None:
        """Two writes that must be refused; a service that takes them finds what was there already."""
        self._check_open()
        if self._proven:
            return
        found = self._bucket.get(IDENTITY)
        if found is None:
            raise self._damaged("its identity is gone")
        for mode in ("create", "update"):
            condition = {"e_tag": f'"{secrets.token_hex(16)}"'} if mode == "update" else "create"
            if self._bucket.put(IDENTITY, found.body, condition) is not None:  # type: ignore[arg-type]
                raise StateError(
                    f"The service of {self._bucket.place} does not keep to conditions on writes:"
                    " two commands at once could create a process twice.",
                    hint="Keep the state where If-None-Match and If-Match are honoured, or in PostgreSQL.",
                )
        self._proven = True

    def _take(self, environment: str, claim: Claim) -> Claim | None:
        found, lock = self._lock_object(environment)
        free = self._live(found, lock) is None
        return claim if free and self._put_lock(environment, found, claim) else None

    def _renew(self, environment: str, id: str) -> bool:
        return self._replace_lock(environment, id, keep=True)

    def _drop(self, environment: str, id: str) -> bool:
        return self._replace_lock(environment, id, keep=False)

    def _replace_lock(self, environment: str, id: str, *, keep: bool) -> bool:
        """Begins the lease of the lock with that id again, or ends it, for as long as it is that lock."""
        while True:
            found, lock = self._lock_object(environment)
            if lock.claim is None or lock.claim.id != id:
                return False
            renewed = replace(lock.claim, until=time.time() + self._lease) if keep else None
            if self._put_lock(environment, found, renewed):
                return True

    def _standing(self, environment: str) -> Claim | None:
        return self._live(*self._lock_object(environment))

    def _live(self, found: Found | None, lock: Lock) -> Claim | None:
        """The claim of a lock whose holder is not dead and whose lease has not ended."""
        if found is None or lock.claim is None or lock.claim.is_dead:
            return None
        return None if self._now() - found.modified > lock.lease + _RESOLUTION else lock.claim

    def _lock_object(self, environment: str) -> tuple[Found | None, Lock]:
        self._check_open()
        found = self._bucket.get(f"locks/{safe_name(environment)}.json")
        return found, (self._decoded(Lock, found) if found else Lock(token=""))

    def _put_lock(self, environment: str, found: Found | None, claim: Claim | None) -> bool:
        lock = Lock(token=secrets.token_hex(8), lease=self._lease if claim else 0.0, claim=claim)
        path = f"locks/{safe_name(environment)}.json"
        return self._bucket.swap(path, _json(lock), found.etag if found else None) is not None

    def _now(self) -> float:
        """What the service's clock shows, or a little less; asked once, by having it write something."""
        with self._mutex:
            if self._ahead is None:
                self._bucket.put(_CLOCK, secrets.token_hex(8).encode(), "overwrite")
                found = self._bucket.get(_CLOCK)
                if found is None:
                    raise self._damaged("it forgets at once what is written to it")
                self._ahead = found.modified - time.monotonic()
            return time.monotonic() + self._ahead

    # --------------------------------------------------------------------------------------- others

    def close(self) -> None:
        """Nothing is held open; the store can be used no more."""
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise StateError(f"The state in {self._bucket.place} is closed.")

    def _decoded(self, kind: type[T], found: Found) -> T:
        try:
            return decode(kind, json.loads(found.body))
        except (ValueError, RecursionError) as error:
            raise self._damaged(f"an object cannot be read: {error}") from error

    def _damaged(self, how: str) -> StateError:
        return StateError(
            f"The state in {self._bucket.place} is damaged: {how}.",
            hint="Restore it, for example from earlier versions of its objects. Do not empty it:"
            " without its ids, every process would be made anew.",
        )


def _apply(environment: str, id: str) -> str:
    return f"applies/{safe_name(environment)}/{safe_name(id)}.json"


def _version(body: bytes) -> object:
    """The version in an identity, which may have any other members in another version."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return data.get("version") if isinstance(data, dict) else None


def _json(value: object) -> bytes:
    return json.dumps(encode(value)).encode("ascii")
