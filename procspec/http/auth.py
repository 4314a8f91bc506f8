"""Bearer tokens: a given one, or one fetched with client credentials, kept and renewed for all threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from urllib.parse import quote_plus

from procspec.errors import Denied
from procspec.model import Credentials, Json

_EARLY = 60.0
_HINT = "Set PROCSPEC_TOKEN, or PROCSPEC_CLIENT_ID and PROCSPEC_CLIENT_SECRET (each also as ..._FILE)."


class Tokens:
    """The token to send; `fetch` asks the server for one and brings its answer, once at a time."""

    def __init__(self, credentials: Credentials, fetch: Callable[[], Json]) -> None:
        self._credentials = credentials
        self._fetch = fetch
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0
        self._known: set[str] = set()

    def current(self) -> str:
        """The token that holds now, fetched if need be; raises `Denied` when there are no credentials."""
        if self._credentials.token:
            return _sendable(self._credentials.token)
        if not self._credentials:
            raise Denied("There are no credentials for this environment.", hint=_HINT)
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
        seconds = float(life) if isinstance(life, int | float) and not isinstance(life, bool) else 300.0
        self._known.add(token)
        self._token = _sendable(token)
        self._until = time.monotonic() + max(seconds - _EARLY, seconds / 2)

    def secrets(self) -> tuple[str, ...]:
        """What must never be shown, longest first; a word of under four letters would blot out everything."""
        known = {self._credentials.token, self._credentials.client_secret, *self._known}
        known |= {quote_plus(secret) for secret in known}
        return tuple(sorted((secret for secret in known if len(secret) >= 4), key=len, reverse=True))


def _sendable(token: str) -> str:
    """The token if it can stand in a header; the libraries' own errors would print it."""
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise Denied("The token has characters that no token has (a space, a line break?).", hint=_HINT)
    return token
