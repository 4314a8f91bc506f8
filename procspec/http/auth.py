"""What proves who we are: an API key, a given bearer token, or one fetched with client credentials.

A fetched token is kept and renewed for all threads; a key and a given token are sent as they are.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from procspec.errors import Denied
from procspec.model import Credentials, Json

_EARLY = 60.0

_TELLING = 12
"""Characters of a part of a key that can be no word of a message: `apk_reader_emulator` has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """What a system takes: a bearer token always, an API key in `key_header` and client credentials at
    `token_path` where these are named."""

    key_header: str = ""
    token_path: str = ""

    def sources(self, credentials: Credentials) -> str:
        """The variables that the credentials come from, for people."""
        token, client_id, client_secret, key = credentials.variables
        whole = [key, token] if self.key_header else [token]
        if self.token_path:
            return f"{', '.join(whole)}, or {client_id} and {client_secret}"
        return " or ".join(whole)

    def missing(self, credentials: Credentials) -> str:
        """The hint for who has none."""
        each = "each " if self.key_header or self.token_path else ""
        return f"Set {self.sources(credentials)} ({each}also as ..._FILE)."

    def hints(self, credentials: Credentials) -> Mapping[int, str]:
        """The hints for credentials that are refused, by status."""
        what = "key or the token" if self.key_header else "token"
        rights = "scopes of the grant and the permissions of its user" if self.token_path else "permissions"
        return {
            401: f"The {what} is missing, wrong or expired: check {self.sources(credentials)}.",
            403: f"The credentials are good but may not do this: check the {rights}.",
        }


class Proof(NamedTuple):
    """The header that proves who we are."""

    header: str
    value: str


def _check_text(credentials: Credentials) -> None:
    """Raises `Denied` for bytes that are no UTF-8, which Python keeps in a variable as half characters."""
    try:
        f"{credentials.client_id}{credentials.client_secret}".encode()
    except UnicodeEncodeError:
        raise Denied(f"{' or '.join(credentials.variables[1:3])} is not UTF-8.") from None


class Tokens:
    """The proof to send: for all threads, a token is fetched once at a time."""

    def __init__(self, credentials: Credentials, scheme: Scheme) -> None:
        self._credentials = credentials
        self._scheme = scheme
        self._lock = threading.Lock()
        self._token = ""
        self._until = 0.0
        self._known: frozenset[str] = frozenset()
        self._hint = scheme.missing(credentials)

    def current(self, fetch: Callable[[], Json]) -> Proof:
        """What holds now; raises `Denied` when there are no credentials.

        `fetch` asks the server for a token, if need be, and brings its answer.
        """
        given = self._credentials
        if self._scheme.key_header and given.api_key:
            return Proof(self._scheme.key_header, self._sendable(given.api_key, "key"))
        if given.token:
            return _bearer(self._sendable(given.token))
        if not (self._scheme.token_path and given.client_id and given.client_secret):
            raise Denied("There are no credentials for this environment.", hint=self._hint)
        _check_text(given)
        with self._lock:
            if not self._token or time.monotonic() >= self._until:
                self._keep(fetch())
            return _bearer(self._token)

    def renew(self, refused: Proof) -> bool:
        """Drops a token that the server refused, so that the next is a new one; False when there is none."""
        with self._lock:
            if not self._known:
                return False
            if _bearer(self._token) == refused:
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
        """What must never be shown, also when it is not the one that is sent."""
        given = self._credentials
        return (given.token, given.api_key, *_parts(given.api_key), given.client_secret, *self._known)

    def _sendable(self, secret: str, kind: str = "token") -> str:
        """The secret if it can stand in a header; the libraries' own errors would print it."""
        if not (secret.isascii() and secret.isprintable()) or " " in secret:
            raise Denied(
                f"The {kind} has characters that no {kind} has (a space, a line break?).", hint=self._hint
            )
        return secret


def _parts(key: str) -> tuple[str, ...]:
    """What of an API key is secret without the rest of it: `apk_{keyId}_{secret}` (api-facts 3.1)."""
    head, _, rest = key.partition("_")
    secret = rest.partition("_")[2]
    return (secret,) if head == "apk" and len(secret) >= _TELLING else ()


def _bearer(token: str) -> Proof:
    return Proof("Authorization", f"Bearer {token}")
