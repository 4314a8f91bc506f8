"""Bearer tokens: a given one, or one fetched with client credentials, kept and renewed for all threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from procspec.errors import Denied
from procspec.model import Credentials, Json

_EARLY = 60.0


def _check_text(credentials: Credentials) -> None:
    """Raises `Denied` for bytes that are no UTF-8, which Python keeps in a variable as half characters."""
    try:
        f"{credentials.client_id}{credentials.client_secret}".encode()
    except UnicodeEncodeError:
        _, *names = credentials.variables
        raise Denied(f"{' or '.join(names)} is not UTF-8.") from None


def sources(credentials: Credentials) -> str:
    """The variables that the credentials come from, for people."""
    token, client_id, client_secret = credentials.variables
    return f"{token}, or {client_id} and {client_secret}"


class Tokens:
    """The token to send; `fetch` asks the server for one and brings its answer, once at a time."""

    def __init__(self, credentials: Credentials, fetch: Callable[[], Json]) -> None:
        self._credentials = credentials
        self._fetch = fetch
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0
        self._known: frozenset[str] = frozenset()
        self._hint = f"Set {sources(credentials)} (each also as ..._FILE)."

    def current(self) -> str:
        """The token that holds now, fetched if need be; raises `Denied` when there are no credentials."""
        if self._credentials.token:
            return self._sendable(self._credentials.token)
        if not self._credentials:
            raise Denied("There are no credentials for this environment.", hint=self._hint)
        _check_text(self._credentials)
        with self._lock:
            if not self._token or time.monotonic() >= self._until:
                self._keep(self._fetch())
            return self._token

    def renew(self, refused: str) -> bool:
        """Drops a token that the server refused, so that the next is a new one; False when there is none."""
        if self._credentials.token:
            return False
        with self._lock:
            if self._token == refused:
                self._token = ""
        return True

    def _keep(self, body: Json) -> None:
        token = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(token, str) or not token:
            raise Denied("The answer to the request for a token has no access_token.")
        life = body.get("expires_in")
        told = isinstance(life, int | float) and not isinstance(life, bool)
        seconds = float(max(0, min(life, 10**9))) if told else 300.0
        self._known |= {token}
        self._token = self._sendable(token)
        self._until = time.monotonic() + max(seconds - _EARLY, seconds / 2)

    def secrets(self) -> tuple[str, ...]:
        """What must never be shown."""
        return (self._credentials.token, self._credentials.client_secret, *self._known)

    def _sendable(self, token: str) -> str:
        """The token if it can stand in a header; the libraries' own errors would print it."""
        if not (token.isascii() and token.isprintable()) or " " in token:
            raise Denied(
                "The token has characters that no token has (a space, a line break?).", hint=self._hint
            )
        return token
