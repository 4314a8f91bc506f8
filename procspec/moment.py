"""When something is: the one spelling in records, and in what is told of them."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """This moment, to the second (ISO, UTC)."""
    return stamp(datetime.now(UTC))


def stamp(at: datetime) -> str:
    """A moment, to the second (ISO, UTC); `at` knows its own zone."""
    return at.astimezone(UTC).isoformat(timespec="seconds")
