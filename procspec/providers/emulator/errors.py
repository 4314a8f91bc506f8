"""What an emulator refuses, before it has the shape of any system."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class EmulatorError(OSError):
    """The database cannot be opened, or is no database of the emulator."""


class Refusal(Exception):
    """A request that is answered with an error; the system's `Manners` make a body of it.

    `code` is the system's own word where it has one, `target` points into the request, `more` are further
    members of the body.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = "",
        target: str = "",
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.target = target
        self.more = dict(more or {})
        self.headers = dict(headers or {})


def bad_request(message: str, target: str = "") -> Refusal:
    """400: the request is not what the documents allow; `target` points into its body."""
    return Refusal(400, message, target=target)


def plain(refusal: Refusal) -> dict[str, Any]:
    """`{code, message, target, ...}`, the status for want of a code: how every control endpoint refuses."""
    body = {"code": refusal.code or str(refusal.status), "message": refusal.message}
    return body | ({"target": refusal.target} if refusal.target else {}) | refusal.more
