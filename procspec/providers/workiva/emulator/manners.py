"""How the Processes API says no."""

from __future__ import annotations

import datetime

from procspec.providers.emulator.errors import Refusal, plain
from procspec.providers.emulator.manners import Manners, waits
from procspec.providers.emulator.nouns import Object
from procspec.providers.workiva.emulator.errors import unauthorized


def _error(refusal: Refusal, path: str, now: datetime.datetime) -> Object:
    """The shape of the reference ("Run a Process", Example Responses): `code` and `message`, and where there
    is more to say `target`, `meta`, `details` and `documentationUrl`.

    T10: codes come in many spellings; the reference's own for most statuses is the number as text.
    """
    return plain(refusal)


def _limited(more: str) -> Object:
    """api-facts 1.3: the preview's example says how long to wait in the message alone."""
    message = f"Rate limit of 1000 per 60 seconds exceeded for listJobs requests.{more}"
    return {"code": "429", "message": message}


MANNERS = Manners(
    error=_error,
    unauthorized=unauthorized,
    limits=waits(_limited),
    ids=("id",),
    secrets=("access_token",),
    tokens="/oauth2/token",
)
