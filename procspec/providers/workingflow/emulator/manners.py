"""How Workingflow says no."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from procspec.providers.emulator.errors import Refusal
from procspec.providers.emulator.manners import Manners, waits
from procspec.providers.emulator.nouns import Object
from procspec.providers.workingflow.emulator.errors import unauthorized

_CODES: Mapping[int, str] = {
    500: "INTERNAL_ERROR",
    # The others are of statuses that 003 does not name (inference).
    400: "BAD_REQUEST",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "PAYLOAD_TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
}
"""The code of an error that has none of its own."""


def _error(refusal: Refusal, path: str, now: datetime.datetime) -> Object:
    """003, "Error Responses": `{"error": message, "code": code}` and nothing else."""
    code = refusal.code or _CODES.get(refusal.status, "ERROR")
    if refusal.status == 500:
        return {"error": "Unexpected server error", "code": code}
    at = f" ({refusal.target})" if refusal.target else ""
    return {"error": f"{refusal.message}{at}", "code": code}


def _limited(more: str) -> Object:
    """No document names a rate limit; a gateway before the server may have one (inference)."""
    return {"error": f"Too many requests.{more}", "code": "TOO_MANY_REQUESTS"}


MANNERS = Manners(error=_error, unauthorized=unauthorized, limits=waits(_limited), ids=("processInstanceId",))
