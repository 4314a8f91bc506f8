"""What the emulator refuses, in the documented shapes of an error body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class EmulatorError(OSError):
    """The database cannot be opened, or is no database of the emulator."""


class Refusal(Exception):
    """A request that is answered with an error.

    The shape is the one of the reference ("Run a Process", Example Responses): `code` and `message`, and
    where there is more to say `target`, `meta`, `details` and `documentationUrl`.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = "",
        target: str = "",
        meta: Mapping[str, str] | None = None,
        details: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})
        # T10: codes come in many spellings; the reference's own for these statuses is the number as text.
        self.body = {"code": code or str(status), "message": message}
        more: dict[str, Any] = {"target": target, "meta": meta, "details": list(details)}
        self.body |= {name: value for name, value in more.items() if value}


def bad_request(message: str, target: str = "") -> Refusal:
    """400: the request is not what the documents allow; `target` points into its body."""
    return Refusal(400, message, target=target)


def not_found(what: str, id: str) -> Refusal:
    """404, worded as in the reference ("Could not find process id ...")."""
    return Refusal(404, f"Could not find {what} id {id[:64]}")


def conflict(message: str) -> Refusal:
    """409: the thing exists, but is in a state that does not allow this."""
    return Refusal(409, message)


def unauthorized() -> Refusal:
    """401 as in the reference."""
    return Refusal(401, "Bad credentials", code="Unauthorized", headers={"WWW-Authenticate": "Bearer"})
