"""What goes out, and where it may go: checked before a byte is sent."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote, urlsplit

from procspec.errors import UsageError
from procspec.loopback import is_loopback
from procspec.model import Json
from procspec.redaction import masked


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request, ready to be sent below an origin.

    Nobody waits for it after `until`, on the monotonic clock. `once` means that it is sent a single time,
    whatever comes of it, because whoever sends it asks again anyway.
    """

    method: str
    path: str
    query: Mapping[str, str]
    content: bytes | None = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    until: float = math.inf
    once: bool = False

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"{self.method} {self.path}"

    def having(self, *headers: tuple[str, str]) -> Outgoing:
        """The same request with these headers, instead of what it had under their names."""
        names = {name.lower() for name, _ in headers}
        others = {name: value for name, value in self.headers.items() if name.lower() not in names}
        return replace(self, headers={**others, **dict(headers)})


def origin_of(url: str) -> str:
    """The origin if requests may go there; raises UsageError."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError("The environment's url is no URL.") from None
    if parts.username or parts.password:
        raise UsageError(
            "The environment's url holds a user or a password.", hint="Use the variables for them."
        )
    if (
        parts.scheme not in ("http", "https")
        or not host
        or parts.path.strip("/")
        or parts.query
        or parts.fragment
    ):
        raise UsageError(
            f"{masked(url)!r} is no origin to send requests to.",
            hint="Write it like https://api.example.com.",
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageError(
            f"{url} is plain http, which would show the credentials to the network.", hint="Use https."
        )
    return f"{parts.scheme}://{parts.netloc}"


_LONGEST = 8_000
"""Characters of a path that servers commonly take."""


def path_of(path: str) -> str:
    """The path if it can only mean a place below the origin; raises UsageError."""
    segments = [unquote(segment) for segment in path.split("/")]
    if (
        not path.startswith("/")
        or len(path) > _LONGEST
        or path.startswith("//")
        or not all(segment.isprintable() for segment in segments)
        or any(sign in path for sign in "?#\\")
        or any(segment in (".", "..") for segment in segments)
    ):
        raise UsageError(f"{path!r} is no path that a request can be sent to.", hint="Check the id in it.")
    return path


def json_of(body: Json) -> bytes:
    """The body in UTF-8; raises UsageError for what JSON or UTF-8 cannot say."""
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"The body of the request cannot be written as JSON: {type(error).__name__}."
        ) from error
