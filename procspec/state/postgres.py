"""The state in PostgreSQL, for teams.

Compare-and-swap and the lock are single statements, so that each is whole or nothing, also behind a
pooler that gives every transaction another session. Leases are measured by the server's clock. A write
carries a token of its own: when the connection breaks before the answer, the same statement is sent
again, of which at most one can match, and the token in the row tells whether it was ours that did.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import replace

from procspec.codec import decode, encode
from procspec.errors import Contended, StateError
from procspec.model import Record
from procspec.state import lease as leases
from procspec.state.base import KEPT
from procspec.state.lease import Claim
from procspec.state.libpq import Link, Row, Values, split
from procspec.state.locking import Leased
from procspec.state.records import from_text, safe_name, to_text

VERSION = 1
"""The format of the tables, in the one row of `store`; other versions are refused."""

_MAKING = 0x70_72_6F_63
"""The advisory lock, of a transaction, under which tables are made: "proc"."""

_TABLES = """
CREATE TABLE IF NOT EXISTS {}.store (version integer NOT NULL, lineage text NOT NULL);
CREATE TABLE IF NOT EXISTS {}.records (
  environment text NOT NULL, key text NOT NULL, serial bigint NOT NULL, token text NOT NULL,
  body text NOT NULL, PRIMARY KEY (environment, key)
);
CREATE TABLE IF NOT EXISTS {}.locks (
  environment text PRIMARY KEY, id text NOT NULL, body text NOT NULL,
  since timestamptz NOT NULL, until timestamptz NOT NULL
);
CREATE SEQUENCE IF NOT EXISTS {}.serials;
"""
_APPLIES = """
CREATE TABLE IF NOT EXISTS {}.applies (
  environment text NOT NULL, id text COLLATE "C" NOT NULL, body text NOT NULL, PRIMARY KEY (environment, id)
);
"""
"""Made with the first apply record where it is not there: tables of this version were without it."""
_IDENTITY = "INSERT INTO {}.store SELECT %(version)s, %(lineage)s WHERE NOT EXISTS (SELECT FROM {}.store)"
_FOUND = """
SELECT to_regnamespace('{}') IS NOT NULL, to_regclass('{}.store') IS NOT NULL,
  to_regclass('{}.records') IS NOT NULL
"""

# A write, and the lock that it is made under, if any: the row stays locked until the write is committed,
# so that nobody breaks or takes over the lock between the question and the answer.
_HELD = """
WITH held AS (SELECT FROM {}.locks WHERE environment = %(environment)s AND id = %(held)s FOR SHARE)
"""
_IF_HELD = "(%(held)s::text IS NULL OR EXISTS (SELECT FROM held))"
_CREATE = f"""{_HELD}
INSERT INTO {{}}.records (environment, key, serial, token, body)
SELECT %(environment)s, %(key)s, nextval('{{}}.serials'), %(token)s, %(body)s WHERE {_IF_HELD}
ON CONFLICT DO NOTHING RETURNING serial
"""
_UPDATE = f"""{_HELD}
UPDATE {{}}.records SET serial = nextval('{{}}.serials'), token = %(token)s, body = %(body)s
WHERE environment = %(environment)s AND key = %(key)s AND serial = %(serial)s AND {_IF_HELD}
RETURNING serial
"""  # noqa: S608
_DELETE = f"""{_HELD}
DELETE FROM {{}}.records
WHERE environment = %(environment)s AND key = %(key)s AND serial = %(serial)s AND {_IF_HELD}
RETURNING serial
"""  # noqa: S608
_STORED = "SELECT serial, token FROM {}.records WHERE environment = %(environment)s AND key = %(key)s"
_READ = "SELECT body, serial FROM {}.records WHERE environment = %(environment)s"

_HAS_APPLIES = "SELECT to_regclass('{}.applies') IS NOT NULL"
_MAY_MAKE = "SELECT has_schema_privilege(to_regnamespace('{}')::oid, 'CREATE')"
_KEEP = """
INSERT INTO {}.applies (environment, id, body) VALUES (%(environment)s, %(id)s, %(body)s)
ON CONFLICT (environment, id) DO UPDATE SET body = excluded.body
"""
_LAST = "SELECT id FROM {}.applies WHERE environment = %(environment)s ORDER BY id DESC LIMIT %(last)s"
_FORGET = f"DELETE FROM {{}}.applies WHERE environment = %(environment)s AND id NOT IN ({_LAST})"  # noqa: S608
_FETCH = "SELECT body FROM {}.applies WHERE environment = %(environment)s AND id = %(id)s"

_CLAIM = """
SELECT body, extract(epoch FROM since)::float8, extract(epoch FROM until)::float8, until < clock_timestamp()
FROM {}.locks WHERE environment = %(environment)s
"""
_TAKE = """
INSERT INTO {}.locks AS old (environment, id, body, since, until)
VALUES (%(environment)s, %(id)s, %(body)s, clock_timestamp(),
  clock_timestamp() + %(lease)s * interval '1 second')
ON CONFLICT (environment) DO UPDATE
SET id = excluded.id, body = excluded.body, since = excluded.since, until = excluded.until
WHERE old.id IN (excluded.id, %(dead)s) OR old.until < clock_timestamp()
RETURNING extract(epoch FROM since)::float8, extract(epoch FROM until)::float8
"""
_RENEW = """
UPDATE {}.locks SET until = clock_timestamp() + %(lease)s * interval '1 second'
WHERE environment = %(environment)s AND id = %(id)s RETURNING id
"""
_DROP = "DELETE FROM {}.locks WHERE environment = %(environment)s AND id = %(id)s RETURNING id"


class PostgresStore(Leased):
    """A `StateStore` in the database of a libpq URL; its tables are made when they are not there.

    Environments and keys are kept as `safe_name`s: a column takes no NUL. Raises `StateError` for a
    database that cannot be reached, or that holds a state of another version or half of one.
    """

    def __init__(self, url: str, *, lease: float = 60.0) -> None:
        super().__init__(lease)
        self._schema = split(url)[1]
        self._link = Link(url)
        try:
            self._lineage = self._identify()
        except BaseException:
            self._link.close()
            raise

    @property
    def lineage(self) -> str:
        """The identity of these tables: 32 hex digits, made with them."""
        return self._lineage

    @property
    def predecessor(self) -> str:
        """Nothing: a database that lost its tables remembers nothing of them."""
        return ""

    @property
    def begin_anew(self) -> str:
        """Nothing."""
        return ""

    def _identify(self) -> str:
        """The lineage; makes the tables first, where there are none."""
        ((schema, store, records),) = self._link.run(_FOUND, {})
        if not store:
            if records:
                raise self._damaged("its identity is gone, but its records are there")
            self._make(schema)
        rows = self._link.run("SELECT version, lineage FROM {}.store", {})
        if len(rows) != 1:
            raise self._damaged(f"it has {len(rows)} identities")
        version, lineage = rows[0]
        if version != VERSION:
            raise StateError(
                f"The state in {self._link.place} has format {version}; this procspec knows {VERSION}.",
                hint="Use the version of procspec that wrote it, or a newer one.",
            )
        return str(lineage)

    def _make(self, there_is_a_schema: bool) -> None:
        # `IF NOT EXISTS` still asks for the right to make schemas, which the owner of one may lack.
        first = "" if there_is_a_schema else "CREATE SCHEMA IF NOT EXISTS {};"
        identity = {"version": VERSION, "lineage": secrets.token_hex(16)}
        lock: Values = {"lock": _MAKING}
        self._link.together(
            [
                ("SELECT pg_advisory_xact_lock(%(lock)s)", lock),
                (first + _TABLES + _APPLIES, {}),
                (_IDENTITY, identity),
            ]
        )

    def _damaged(self, how: str) -> StateError:
        return StateError(
            f"The state in {self._link.place} is damaged: {how}.",
            hint="Restore it from a backup. Do not drop it: without its ids, all would be made anew.",
        )

    # -------------------------------------------------------------------------------------- records

    def read(self, environment: str) -> dict[str, Record]:
        """All records of an environment by key."""
        rows = self._link.run(_READ, {"environment": safe_name(environment)})
        records = [from_text(body, serial) for body, serial in rows]
        return {record.key: record for record in sorted(records, key=lambda record: record.key)}

    def write(self, record: Record) -> Record:
        """Stores a record durably if its serial is still the stored one; serials never return."""
        token = secrets.token_hex(8)
        values = {**self._named(record), "token": token, "body": to_text(record)}
        rows = self._link.run(_UPDATE if record.serial else _CREATE, values)
        if rows:
            return replace(record, serial=rows[0][0])
        # Nothing matched: because of somebody else, or because the first of two tries already did it.
        for serial, stored in self._link.run(_STORED, values):
            if stored == token:
                return replace(record, serial=serial)
        raise self._lost(record)

    def delete(self, record: Record) -> None:
        """Forgets a record if its serial is still the stored one."""
        values = self._named(record)
        rows, twice = self._link.told(_DELETE, values)
        if not rows and not (twice and not self._link.run(_STORED, values)):
            raise self._lost(record)

    def _named(self, record: Record) -> dict[str, object]:
        """The values by which a statement finds the record and the lock."""
        return {
            "environment": safe_name(record.environment),
            "key": safe_name(record.key),
            "serial": record.serial,
            "held": self._held.get(record.environment),
        }

    def _lost(self, record: Record) -> Contended:
        """Why a write matched nothing."""
        held = self._held.get(record.environment)
        row = self._row(record.environment) if held else None
        if held and (row is None or _claim(row).id != held):
            return leases.broken(record.environment)
        return leases.changed(record.key)

    # ------------------------------------------------------------------------------------- applies

    def keep(self, environment: str, id: str, text: str) -> None:
        """Stores the record of an apply durably, and forgets the oldest ones."""
        if not self._has_applies():
            # Asked first: `IF NOT EXISTS` still wants the right to make tables, which not everybody has.
            self._make_applies()
        named = {"environment": safe_name(environment), "id": id, "last": KEPT}
        self._link.together([(_KEEP, {**named, "body": text}), (_FORGET, named)])

    def _make_applies(self) -> None:
        ((may,),) = self._link.run(_MAY_MAKE, {})
        if not may:
            made = " ".join(_APPLIES.split()).replace("{}", self._schema)
            grant = f"GRANT SELECT, INSERT, UPDATE, DELETE ON {self._schema}.applies TO"
            raise StateError(
                f"The state in {self._link.place} is older than apply records: the table for them is missing,"
                " and this account may not make it.",
                hint=f"Let the owner of its schema run, once: {made} and: {grant} ... (this account).",
            )
        lock: Values = {"lock": _MAKING}
        self._link.together([("SELECT pg_advisory_xact_lock(%(lock)s)", lock), (_APPLIES, {})])

    def kept(self, environment: str) -> tuple[str, ...]:
        """The ids of the last applies, newest first."""
        named = {"environment": safe_name(environment), "last": KEPT}
        return tuple(id for (id,) in (self._link.run(_LAST, named) if self._has_applies() else ()))

    def fetch(self, environment: str, id: str) -> str | None:
        """The record of an apply; None when there is none."""
        named = {"environment": safe_name(environment), "id": id}
        rows = self._link.run(_FETCH, named) if self._has_applies() else []
        return str(rows[0][0]) if rows else None

    def _has_applies(self) -> bool:
        ((there,),) = self._link.run(_HAS_APPLIES, {})
        return bool(there)

    # ----------------------------------------------------------------------------------------- lock

    def _prove(self) -> None:
        """Goes through every kind of write and takes it back; and the server must not forget a commit."""
        ((durable,),) = self._link.run("SELECT current_setting('synchronous_commit')", {})
        if durable == "off":
            raise StateError(
                f"{self._link.place} has `synchronous_commit` off: a crash of the server would lose ids.",
                hint="Set it on for this database: ALTER DATABASE ... SET synchronous_commit = on.",
            )
        key = secrets.token_hex(8)  # of its own: two rehearsals of one key would wait for each other
        trial = {"environment": "=", "key": key, "serial": 0, "held": None, "token": "", "body": ""}
        steps: list[tuple[str, Values]] = [(write, trial) for write in (_CREATE, _UPDATE, _DELETE)]
        self._link.together(steps, rehearse=True)

    def _take(self, environment: str, claim: Claim) -> Claim | None:
        values = {**self._locked(environment, claim.id), "body": json.dumps(encode(claim)), "dead": ""}
        rows = self._link.run(_TAKE, values)
        if not rows and (row := self._row(environment)) and (found := _claim(row)).is_dead:
            rows = self._link.run(_TAKE, {**values, "dead": found.id})
        return replace(claim, since=rows[0][0], until=rows[0][1]) if rows else None

    def _renew(self, environment: str, id: str) -> bool:
        return bool(self._link.run(_RENEW, self._locked(environment, id)))

    def _drop(self, environment: str, id: str) -> bool:
        return bool(self._link.run(_DROP, self._locked(environment, id)))

    def _standing(self, environment: str) -> Claim | None:
        row = self._row(environment)
        claim = _claim(row) if row and not row[3] else None
        return None if claim is None or claim.is_dead else claim

    def _row(self, environment: str) -> Row | None:
        rows = self._link.run(_CLAIM, {"environment": safe_name(environment)})
        return rows[0] if rows else None

    def _locked(self, environment: str, id: str) -> dict[str, object]:
        return {"environment": safe_name(environment), "id": id, "lease": self._lease}

    def close(self) -> None:
        """Gives the connection back."""
        self._link.close()


def _claim(row: Row) -> Claim:
    """The claim in a row, with the server's times."""
    body, since, until, _ = row
    try:
        return replace(decode(Claim, json.loads(body)), since=since, until=until)
    except ValueError as error:
        raise StateError(f"A lock of the state cannot be read: {error}.") from error
