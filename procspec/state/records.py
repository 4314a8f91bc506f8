"""Records as text, for every store alike: JSON with a format version, strict in both directions."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import replace

from procspec.codec import Malformed, decode, encode
from procspec.errors import StateError
from procspec.model import Record

FORMAT = 1
"""The version of a record's JSON; another one is refused, never guessed at."""


def new_salt() -> str:
    """A fresh salt for the digests of one record: 32 hex digits."""
    return secrets.token_hex(16)


def safe_name(text: str) -> str:
    """A text as a name for every store: letters, digits, `-`, `_` and inner dots; all else is `=XX`.

    No two texts have the same name, and none has an empty one, `.` or `..`.
    """
    name = re.sub(rb"[^A-Za-z0-9_.-]|^\.|^\Z", _escaped, text.encode("utf-8", "surrogatepass"))
    return name.decode("ascii")


def _escaped(found: re.Match[bytes]) -> bytes:
    return b"=%02X" % found[0][0] if found[0] else b"="


def to_text(record: Record) -> str:
    """The JSON of a record without its serial, which the store keeps beside it.

    Raises `StateError` for a record that could not be read back as it is.
    """
    try:
        text = json.dumps({"format": FORMAT, **encode(replace(record, serial=0))}, allow_nan=False)
        if from_text(text, record.serial) == record:
            return text
    except (TypeError, ValueError, StateError) as error:
        raise StateError(f"The record of {record.key!r} cannot be kept: {error}") from error
    raise StateError(f"The record of {record.key!r} cannot be kept: it would be read back as another one.")


def from_text(text: str, serial: int) -> Record:
    """The record in a JSON text, under the serial that the store has for it.

    Raises `StateError` for an unknown member, a wrong type or another format.
    """
    try:
        data = json.loads(text)
        if not isinstance(data, dict):
            raise Malformed("top: expected an object")
        version = data.pop("format", None)
        if version != FORMAT or isinstance(version, bool):
            raise Malformed(f"its format is {version!r}, and this procspec knows {FORMAT}")
        if "serial" in data:
            raise Malformed("top: unknown member 'serial'")
        return replace(decode(Record, data), serial=serial)
    except (ValueError, RecursionError) as error:
        raise StateError(
            f"A record of the state cannot be read: {error}.",
            hint="Restore the state from a backup, or use the version of procspec that wrote it.",
        ) from error
