"""How a system says no, and which members of its answers name things."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate

from procspec.providers.emulator.errors import Refusal
from procspec.providers.emulator.nouns import Object
from procspec.providers.emulator.sent import Sent, of_json

Shape = Callable[[Refusal, str, datetime.datetime], Object]
"""(refusal, path of the request, the emulator's now in UTC) -> the body of the error."""

Limits = Mapping[str, Callable[[int], Sent]]
"""The ways in which a 429 says how many seconds to wait, by their names in a rule's `says`."""


@dataclass(frozen=True, slots=True)
class Manners:
    """What tells the errors and answers of one system from those of another.

    The faults are made of it: `status` and `act-status` of `error`, `expire` of `unauthorized`, `too-many` of
    `limits`, whose first way is the default. `no-id` takes `ids` and `secrets` out of an answer; `other` puts
    another id in place of each of `ids`. `tokens` is how the path of the token endpoint ends, which a rule
    for `/**` leaves alone; empty where there is none.
    """

    error: Shape
    unauthorized: Callable[[], Refusal]
    limits: Limits
    ids: tuple[str, ...] = ("id",)
    secrets: tuple[str, ...] = ()
    tokens: str = ""


def waits(body: Callable[[str], Object]) -> Limits:
    """The usual ways (RFC 9110, 10.2.3): a header with seconds or a date, a sentence, nothing.

    `body` gets that sentence, or no text, and makes the body of the 429.
    """
    return {
        "seconds": lambda seconds: of_json(429, body(""), {"retry-after": str(seconds)}),
        "date": lambda seconds: of_json(429, body(""), {"retry-after": _date(seconds)}),
        "message": lambda seconds: of_json(429, body(f" Retry request in {seconds} seconds.")),
        "nothing": lambda seconds: of_json(429, body("")),
    }


def _date(seconds: int) -> str:
    return formatdate(time.time() + seconds, usegmt=True)
