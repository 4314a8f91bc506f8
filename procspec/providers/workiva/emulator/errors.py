"""What this emulator refuses, worded as in the documents."""

from __future__ import annotations

from procspec.providers.emulator.errors import Refusal


def not_found(what: str, id: str) -> Refusal:
    """404, worded as in the reference ("Could not find process id ...")."""
    return Refusal(404, f"Could not find {what} id {id[:64]}")


def conflict(message: str) -> Refusal:
    """409: the thing exists, but is in a state that does not allow this."""
    return Refusal(409, message)


def unauthorized() -> Refusal:
    """401 as in the reference."""
    return Refusal(401, "Bad credentials", code="Unauthorized", headers={"WWW-Authenticate": "Bearer"})
