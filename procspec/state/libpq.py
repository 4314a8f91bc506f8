"""One connection to PostgreSQL for a state: the URL, reconnecting, and errors for people.

Nothing here leans on a session, so that it works behind a pooler that gives every transaction another
one: each statement is a transaction of its own, nothing is prepared, nothing is set.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

from procspec.errors import Contended, StateError
from procspec.redaction import Redactor

if TYPE_CHECKING:
    import psycopg

Row = tuple[Any, ...]
Values = Mapping[str, object]
T = TypeVar("T")

SCHEMA = "procspec"
"""The schema of the tables; `?schema=NAME` in the URL names another, for a second project."""

_DEFAULTS: Mapping[str, tuple[object, str]] = {
    "application_name": ("procspec", "PGAPPNAME"),
    "connect_timeout": (10, "PGCONNECT_TIMEOUT"),
    # Without it, a network that swallows packets is noticed after a quarter of an hour.
    "tcp_user_timeout": (30_000, ""),
}
"""Parameters that the URL may leave out, each with the variable that goes before our default."""

_TRY_AGAIN = ("40001", "40P01")
"""Serialization failure and deadlock: rolled back for sure, and fine the next time."""


def split(url: str) -> tuple[str, str]:
    """The URL without our own parameter, and the schema in it. Raises `StateError` for no schema's name."""
    head, mark, query = url.partition("?")
    parts = query.split("&") if mark else []
    schemas = [unquote(part.partition("=")[2]) for part in parts if part.startswith("schema=")]
    schema = schemas[-1] if schemas else SCHEMA
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", schema):
        raise StateError(
            "The `schema` in the project's `state` is no name of a schema.",
            hint="It takes small letters, digits and `_`, such as `?schema=quarter_close`.",
        )
    rest = "&".join(part for part in parts if not part.startswith("schema="))
    return (f"{head}?{rest}" if rest else head), schema


def parameters(url: str) -> dict[str, Any]:
    """What libpq is told: the URL's parameters, and ours where neither it nor a variable has them.

    Raises `StateError` for a URL that is none, never with a part of it: a password with a bare `@` or `/`
    in it would be taken for a host or a port, and told.
    """
    from psycopg import ProgrammingError, conninfo

    authority = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    try:
        if authority.count("@") > 1 or url.count("@") > authority.count("@"):
            raise ProgrammingError
        found = conninfo.conninfo_to_dict(url)
        if not re.fullmatch(r"[\d,]*", str(found.get("port") or "")):
            raise ProgrammingError
    except ProgrammingError:
        raise StateError(
            "The project's `state` cannot be read as the URL of a PostgreSQL database.",
            hint="It has the form postgresql://user@host:5432/database; `@`, `/`, `?`, `#` and `%` in a part"
            " are written %40, %2F, %3F, %23 and %25. Leave the password to PGPASSWORD or ~/.pgpass.",
        ) from None
    if "service" in found or "PGSERVICE" in os.environ:  # what is given here goes before the service's file
        return dict(found)
    ours = {name: value for name, (value, variable) in _DEFAULTS.items() if variable not in os.environ}
    return {**ours, **found}


class _Again(Exception):
    """The statement may be sent once more."""

    def __init__(self, error: psycopg.Error) -> None:
        super().__init__()
        self.error = error


class Link:
    """A connection that is made on first use, and made again when it was found broken. Thread-safe.

    Every statement given to it must do no harm when it is carried out twice: a connection that broke says
    nothing about what the server did before, so the statement is sent once more on a new one.
    """

    def __init__(self, url: str) -> None:
        _need_psycopg()
        rest, self._schema = split(url)
        self._parameters = parameters(rest)
        self.place = _place(self._parameters)
        self._mutex = threading.RLock()
        self._open: psycopg.Connection | None = None
        self._closed = False

    def run(self, statement: str, values: Values) -> list[Row]:
        """The rows of one statement, committed; `{}` in it is the schema."""
        return self.told(statement, values)[0]

    def told(self, statement: str, values: Values) -> tuple[list[Row], bool]:
        """The rows of one statement, and whether it was sent twice, so that the first may have done it."""
        return self._twice(lambda connection: self._rows(connection, statement, values))

    def together(self, steps: Sequence[tuple[str, Values]], *, rehearse: bool = False) -> None:
        """Carries statements out in one transaction, and takes it back if it is a rehearsal."""

        def work(connection: psycopg.Connection) -> None:
            with connection.transaction(force_rollback=rehearse):
                for statement, values in steps:
                    self._rows(connection, statement, values)

        self._twice(work)

    def _rows(self, connection: psycopg.Connection, statement: str, values: Values) -> list[Row]:
        query = statement.replace("{}", f'"{self._schema}"')
        cursor = connection.execute(query.encode(), values or None)  # without values, `;` may part statements
        return cursor.fetchall() if cursor.description else []

    def _twice(self, work: Callable[[psycopg.Connection], T]) -> tuple[T, bool]:
        import psycopg

        with self._mutex:
            try:
                try:
                    return self._once(work), False
                except _Again:
                    return self._once(work), True
            except _Again as last:
                raise self._error(last.error) from None
            except psycopg.Error as error:
                raise self._error(error) from None

    def _once(self, work: Callable[[psycopg.Connection], T]) -> T:
        """The work on a connection that is left idle or, whatever else happened, not kept."""
        import psycopg

        connection = self._open = self._open or self._connect()
        try:
            return work(connection)
        except psycopg.OperationalError as error:
            if connection.closed or error.sqlstate in _TRY_AGAIN:
                raise _Again(error) from error
            raise
        finally:
            if connection.closed or connection.info.transaction_status:
                self._open = None
                connection.close()

    def _connect(self) -> psycopg.Connection:
        import psycopg

        if self._closed:
            raise StateError(f"The state in {self.place} is closed.")
        return psycopg.connect(**self._parameters, autocommit=True, prepare_threshold=None)

    def close(self) -> None:
        """Gives the connection back."""
        with self._mutex:
            self._closed = True
            if self._open is not None:
                self._open.close()
                self._open = None

    def _error(self, error: psycopg.Error) -> StateError:
        """What psycopg raised, for people, without a password."""
        reason = self._redacted(" ".join(str(error).split()).rstrip("."))
        if error.sqlstate in _TRY_AGAIN:
            return Contended(f"The state in {self.place} is busy: {reason}.", hint="Try again.")
        state = error.sqlstate or ""
        hint = next((told for code, told in _HINTS.items() if state.startswith(code)), "")
        return StateError(
            f"The state in {self.place} cannot be used: {reason}.", hint=hint if state else _UNREACHED
        )

    def _redacted(self, text: str) -> str:
        given = (str(self._parameters.get(name) or "") for name in ("password", "sslpassword"))
        return Redactor.of((*given, os.environ.get("PGPASSWORD", "")), shortest=1).text(text)


_HINTS: Mapping[str, str] = {
    "25006": "The database takes no writes: it is read-only, or a standby.",
    "42501": "Let its owner grant what is missing, or make the schema and its tables.",
    "53100": "The server's disk is full: make room.",
    "53": "The server is short of something: try again later.",
    "57": "The server stopped: try again.",
}
"""By the beginning of the server's error code, the longest first."""

_UNREACHED = (
    "Check the host, the account and the network. What was being written may or may not be kept:"
    " `procspec plan` tells."
)


def _need_psycopg() -> None:
    try:
        import psycopg  # noqa: F401
    except ImportError as error:
        raise StateError(
            "State in PostgreSQL needs psycopg, which is not installed.",
            hint="Install procspec with the extra `postgres`.",
        ) from error


def _place(parameters: Mapping[str, object]) -> str:
    """The database for people: no account, no password."""
    host = parameters.get("host") or os.environ.get("PGHOST")
    name = parameters.get("dbname") or os.environ.get("PGDATABASE")
    return "PostgreSQL" + (f" on {host}" if host else "") + (f", database {name}" if name else "")
