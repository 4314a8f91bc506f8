"""Strict checks of JSON values: each returns the value as it is stored, or refuses with a pointer."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from procspec.providers.emulator.errors import bad_request
from procspec.providers.emulator.nouns import Object

Check = Callable[[Any, str], Any]
"""(value, JSON pointer) -> the value as stored."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def below(at: str, name: str | int) -> str:
    """The pointer of a member or element (RFC 6901), cut so that an answer never echoes much."""
    return f"{at}/{str(name)[:64].replace('~', '~0').replace('/', '~1')}"


def text(value: Any, at: str) -> str:
    """Any string."""
    if not isinstance(value, str):
        raise bad_request("Must be a string", at)
    return value


def name(value: Any, at: str) -> str:
    """A string with something to read in it: names, titles and ids."""
    if not text(value, at).strip():
        raise bad_request("Must not be empty", at)
    return str(value)


def boolean(value: Any, at: str) -> bool:
    """true or false; no numbers, no words."""
    if not isinstance(value, bool):
        raise bad_request("Must be a boolean", at)
    return value


def integer(lowest: int, highest: int) -> Check:
    """A whole number between two others, both included."""

    def check(value: Any, at: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise bad_request(f"Must be an integer from {lowest} to {highest}", at)
        return value

    return check


def number(lowest: float, highest: float) -> Check:
    """A number between two others, both included."""

    def check(value: Any, at: str) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
            raise bad_request(f"Must be a number from {lowest} to {highest}", at)
        return value

    return check


def date(value: Any, at: str) -> str:
    """A calendar date as in every request of the documents (T5: date-times appear in answers only)."""
    try:
        if not _DATE.fullmatch(text(value, at)):
            raise ValueError
        datetime.date.fromisoformat(value)
    except ValueError:
        raise bad_request("Must be a date such as 2024-12-31", at) from None
    return str(value)


def anything(value: Any, at: str) -> Any:
    """A value whose shape no document shows; null is still no value."""
    if value is None:
        raise bad_request("Must not be null", at)
    return value


def array(value: Any, at: str) -> list[Any]:
    """Any array."""
    if not isinstance(value, list):
        raise bad_request("Must be an array", at)
    return value


def one_of(*allowed: str) -> Check:
    """One of a few words, in their documented spelling."""

    def check(value: Any, at: str) -> str:
        if text(value, at) not in allowed:
            raise bad_request(f"Must be one of: {', '.join(allowed)}", at)
        return str(value)

    return check


def array_of(element: Check, *, unique: bool = False) -> Check:
    """An array of such values."""

    def check(value: Any, at: str) -> list[Any]:
        elements = [element(each, below(at, index)) for index, each in enumerate(array(value, at))]
        if unique and len(set(elements)) < len(elements):
            raise bad_request("Must not hold a value twice", at)
        return elements

    return check


def members(table: Mapping[str, Check], *, required: Collection[str] = ()) -> Check:
    """An object with these members and no others."""

    def check(value: Any, at: str) -> Object:
        if not isinstance(value, dict):
            raise bad_request("Must be an object", at)
        for member in value:
            if member not in table:
                raise bad_request("Unknown field", below(at, member))
        for member in required:
            if member not in value:
                raise bad_request("Missing field", below(at, member))
        return {member: table[member](each, below(at, member)) for member, each in value.items()}

    return check
