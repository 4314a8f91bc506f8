"""Digests: floor 0, because the source, the state and the subtraction must all agree on them."""

from __future__ import annotations

import hashlib
import hmac
import json

from procspec.model import Json


def canonical(value: Json) -> bytes:
    """The one spelling of a JSON value: sorted members, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(value: Json, salt: str = "") -> str:
    """32 hex digits for a JSON value.

    With a salt it is an HMAC: a field's value is often guessable (a date, a person's id), and the
    state store must not give it away to who reads the record alone.
    """
    return hmac.new(salt.encode(), canonical(value), hashlib.sha256).hexdigest()[:32]
