"""How apptor flow says no: one shape for everything but a rate limit."""

from __future__ import annotations

import datetime

from procspec.providers.apptor.emulator.errors import unauthorized
from procspec.providers.emulator.errors import Refusal
from procspec.providers.emulator.manners import Manners, waits
from procspec.providers.emulator.nouns import Object
from procspec.providers.emulator.sent import Sent, of_json


def _error(refusal: Refusal, path: str, now: datetime.datetime) -> Object:
    """`status`, `message`, `path` and `timestamp`, sometimes `errors` (api/errors); A4: 429 is unlike."""
    if refusal.status == 429:
        return _limited(refusal.message, refusal.more)
    where = f": {refusal.target.lstrip('/')}" if refusal.target else ""
    body = {"status": refusal.status, "message": f"{refusal.message}{where}", **refusal.more}
    return {**body, "path": path, "timestamp": f"{now.replace(microsecond=0, tzinfo=None).isoformat()}Z"}


def _limited(message: str, more: Object) -> Object:
    return {"error": "RATE_LIMIT_EXCEEDED", "message": message, **more}


def _in_body(seconds: int) -> Sent:
    """The documented way (api/authentication): in the body, and no header is mentioned."""
    return of_json(429, _limited("API key rate limit exceeded.", {"retryAfter": seconds}))


def _elsewhere(more: str) -> Object:
    return _limited(f"API key rate limit exceeded.{more}", {})


MANNERS = Manners(
    error=_error,
    unauthorized=unauthorized,
    limits={"body": _in_body, **waits(_elsewhere)},
    ids=("processInstanceId", "processId"),
)
