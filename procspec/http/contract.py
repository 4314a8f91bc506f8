"""What the callers of `procspec.http` see: limits, kinds of requests, answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from procspec.model import Json


class Resend(Enum):
    """Whether a request may be sent again when nobody knows what became of it (DESIGN section 5).

    One that never left, or was answered with 429, may be sent again whatever its kind.
    """

    ALWAYS = "always"
    """GET and validation: they change nothing."""
    CHECKED = "checked"
    """PATCH, batchUpdates, DELETE, restore: only after the caller has read the process again."""
    NEVER = "never"
    """A create, a run, job runs: they have no idempotency key (T21)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A readable answer with an accepted status.

    The names of `headers` are in lower case; `body` is None when there was none, or when it went into a
    file. `trace` is the server's own id of the request, "" when it gave none.
    """

    status: int
    headers: Mapping[str, str]
    body: Json = None
    trace: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how much. Times are in seconds, sizes in bytes.

    The server gives a request up after 29 seconds (api-facts 1.3), so silence for `read` seconds means
    that no answer will come. `deadline` is the wall clock of one attempt, for a server that drips.
    """

    connect: float = 5.0
    read: float = 35.0
    deadline: float = 60.0
    attempts: int = 5
    backoff: float = 0.5
    """The wait after the first attempt; it doubles, with as much jitter."""
    max_wait: float = 30.0
    """The longest wait; a server that asks for more ends the request."""
    max_body: int = 16 * 1024 * 1024
    """The largest answer, decompressed."""
    rate: int = 900
    """Requests per `window`, a sliding one; 0 for no limit."""
    window: float = 60.0


class NotSent(Exception):
    """No byte of the request left; says why."""


class Lost(Exception):
    """The request left, and no whole answer came back; says why."""


class Garbled(Lost):
    """The answer came and cannot be taken: it is too large, or packed in a way that was not asked for."""


class Unfit(Exception):
    """The answer cannot be taken, and would not be another time; says why."""
