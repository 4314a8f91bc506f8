"""`POST /oauth2/token` and the bearer tokens that it issues."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus

from procspec.providers.emulator.calls import Access
from procspec.providers.emulator.errors import Refusal
from procspec.providers.emulator.nouns import Object
from procspec.providers.workiva.emulator import TOKEN
from procspec.providers.workiva.emulator.errors import unauthorized
from procspec.providers.workiva.emulator.nouns import SCOPES
from procspec.providers.workiva.emulator.store import Store

PATHS = ("/oauth2/token", "/iam/v1/oauth2/token")
"""T18: both are documented."""

SECONDS = 599
"""Life of a token, as in the documented example."""

_SCOPES = tuple(SCOPES.values())


class TokenRefusal(Exception):
    """An error in the shape of IamError, which is not the one of the API."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}


def issue(store: Store, form: Mapping[str, str], authorization: str) -> Object:
    """A BearerToken for any non-empty client id and secret; its scope may be narrower than asked for."""
    if form.get("grant_type") != "client_credentials":
        raise TokenRefusal(400, "invalid_request", "grant_type must be client_credentials")
    id, secret = _basic(authorization) or (form.get("client_id", ""), form.get("client_secret", ""))
    if not id or not secret:
        raise TokenRefusal(401, "unauthorized_client", "client_id and client_secret are required")
    asked = form.get("scope", "").split()
    scopes = [scope for scope in _SCOPES if scope in asked or not asked]
    if not scopes:
        raise TokenRefusal(400, "invalid_scope", f"known scopes: {' '.join(_SCOPES)}")
    token = secrets.token_urlsafe(32)
    with store.transaction():
        store.add_token(_digest(token), scopes, SECONDS)
    return {
        "access_token": token,
        "expires_in": SECONDS,
        "token_type": "bearer",
        "scope": " ".join(scopes),
    }


def _basic(authorization: str) -> tuple[str, str] | None:
    """The older page prefers HTTP Basic (RFC 6749, 2.3.1: both parts are form-encoded)."""
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise TokenRefusal(400, "invalid_request", "the Authorization header is malformed") from None
    return unquote_plus(id), unquote_plus(secret)


def form_of(raw: bytes, media: str) -> dict[str, str]:
    """The fields of a token request: a form, or, as an older version allows, JSON."""
    try:
        if media == "application/json":
            found = json.loads(raw)
            if isinstance(found, dict) and all(isinstance(value, str) for value in found.values()):
                return found
        elif media == "application/x-www-form-urlencoded":
            return dict(parse_qsl(raw.decode(), keep_blank_values=True))
    except (ValueError, RecursionError):
        pass
    raise TokenRefusal(400, "invalid_request", "the body must be form-encoded")


def scopes_of(store: Store, authorization: str) -> frozenset[str]:
    """What the bearer may do; 401 for nobody."""
    kind, _, token = authorization.partition(" ")
    if kind.lower() == "bearer" and token == TOKEN:
        return frozenset(_SCOPES)
    with store.reading():
        scopes = store.token(_digest(token)) if kind.lower() == "bearer" else None
    if scopes is None:
        raise unauthorized()
    return scopes


def require(access: Access, scopes: frozenset[str]) -> None:
    """403 as in the reference."""
    if SCOPES[access] not in scopes:
        raise Refusal(403, "Forbidden")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
