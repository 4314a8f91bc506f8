"""Who calls: an API key or a JWT, whether it is good, how often it was used, and what it may do."""

from __future__ import annotations

import datetime
import math

from starlette.requests import Request

from procspec.providers.apptor.emulator import JWT, demo
from procspec.providers.apptor.emulator.errors import forbidden, too_many, unauthorized
from procspec.providers.apptor.emulator.nouns import PERMISSIONS
from procspec.providers.apptor.emulator.store import HOUR, MINUTE, key_row
from procspec.providers.apptor.emulator.world import Operation, World
from procspec.providers.emulator.nouns import Object

SYSTEM = "*"
"""Who calls with a system key: nobody of one organization."""

_USER = key_row("jwt", JWT, demo.ORGANIZATION)


def admit(world: World, request: Request, operation: Operation) -> str:
    """The caller's organization, or SYSTEM; 401, 429 or 403, whichever is first."""
    key = _known(world, request)
    _check_rate(world, key)
    permission = PERMISSIONS[operation.access]
    if permission not in key["permissions"]:
        raise forbidden(f"{permission} is required")
    return key["organization"] or SYSTEM


def _known(world: World, request: Request) -> Object:
    """`X-API-Key: apk_{keyId}_{secret}`, or a bearer token (api/authentication)."""
    secret = request.headers.get("x-api-key", "")
    if not secret:
        return _user(request.headers.get("authorization", ""))
    with world.store.reading():
        key = world.store.key(secret) if secret.startswith("apk_") else None
    if key is None or key["status"] != "ACTIVE" or _expired(key, world.now()):
        raise unauthorized()
    return key


def _user(authorization: str) -> Object:
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or token != JWT:
        raise unauthorized()
    return _USER


def _expired(key: Object, now: datetime.datetime) -> bool:
    return key["expiresAt"] is not None and datetime.datetime.fromisoformat(key["expiresAt"]) <= now


def _check_rate(world: World, key: Object) -> None:
    """429 with the seconds until the oldest call of the minute, or of the hour, counts no more."""
    limits = [(key["rateLimitPerMinute"], MINUTE), (key["rateLimitPerHour"], HOUR)]
    if all(most is None for most, _ in limits):
        return
    with world.store.transaction():
        ages = world.store.used(key["id"])
        for most, window in limits:
            recent = [age for age in ages if age < window]
            if most is not None and len(recent) >= most:
                raise too_many(_wait(recent, most, window))
        world.store.use(key["id"])


def _wait(ages: list[float], most: int, window: float) -> int:
    """Until as many have gone as make room for one; a key that may call nothing waits for the window."""
    return max(1, math.ceil(window - ages[len(ages) - most])) if most else int(window)
