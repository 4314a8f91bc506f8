"""What this emulator refuses, worded as on the pages."""

from __future__ import annotations

from collections.abc import Iterable

from procspec.providers.emulator.errors import Refusal
from procspec.providers.emulator.nouns import Object


def unauthorized() -> Refusal:
    """401: credentials that are missing, wrong, expired, revoked or suspended (api/errors)."""
    return Refusal(401, "Unauthorized: invalid or expired API key")


def forbidden(message: str) -> Refusal:
    """403: who it is is known, and may not do this (api/errors)."""
    return Refusal(403, f"Forbidden: {message}")


def not_found(what: str, id: str) -> Refusal:
    """404; its words are not published (inference)."""
    return Refusal(404, f"{what} {id[:64]} was not found")


def conflict(message: str) -> Refusal:
    """409: the thing is there, and in a state that does not allow this (A7; inference)."""
    return Refusal(409, message)


def invalid(errors: Iterable[Object]) -> Refusal:
    """422 with a line for every field (api/errors)."""
    return Refusal(422, "Validation failed", more={"errors": list(errors)})


def too_many(seconds: int) -> Refusal:
    """429, whose body is of another shape than all others (api/authentication)."""
    return Refusal(429, "API key rate limit exceeded.", more={"retryAfter": seconds})
