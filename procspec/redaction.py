"""Blotting out secrets by their values, in every form in which a server or a library may say them again."""

from __future__ import annotations

import contextlib
import html
import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

MARK = "[redacted]"
SHORTEST = 4
"""Characters: a shorter word would blot out everything."""

_ROUNDS = 3
"""How often a text may have been encoded, the one way or the other."""


@dataclass(frozen=True, slots=True, repr=False)
class Redactor:
    """Knows secrets by their `forms`, the longest first; its own `repr` shows none of them."""

    forms: tuple[str, ...] = ()

    @classmethod
    def of(cls, secrets: Iterable[str], shortest: int = SHORTEST) -> Redactor:
        """Knows every secret of at least so many characters."""
        found = {form for secret in secrets if len(secret) >= shortest for form in _forms(secret)}
        return cls(tuple(sorted(found, key=len, reverse=True)))

    def text(self, text: str) -> str:
        """The text without secrets; none of it is left when one is in it in a form that cannot be cut out."""
        if not self.forms:
            return text
        for form in self.forms:
            text = text.replace(form, MARK)
        return MARK if any(self._shows(decoded) for decoded in _decoded(text)) else text

    def _shows(self, text: str) -> bool:
        return any(form in text for form in self.forms)

    def value(self, value: Any) -> Any:
        """JSON without secrets in its texts, its keys and its numbers."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {self.text(key): self.value(item) for key, item in value.items()}
        if isinstance(value, int | float) and self._shows(str(value)):
            return MARK
        return value


def masked(text: str) -> str:
    """A text of the user's without what looks like a secret in it, just as long, so that columns stay right.

    What it may be are the password of a URL, and something else than a name under a setting of `credentials`.
    """
    return _IN_TEXT.sub(_stars, text)


_IN_TEXT = re.compile(
    r"""(://[^\s/:@"']*:)(?!//)[^\s"']+(?=@)"""
    r"""|([?&][\w-]*(?:password|secret|token|key)=)[^\s&"']+"""
    r"""|(\b(?:token|clientId|clientSecret|apiKey)["']?\s*:\s+(?!["']?[A-Za-z_][A-Za-z0-9_]*["']?\s*(?:[,}#]|$)))"""
    r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,}\]][^,}]*)"""
)


def _stars(found: re.Match[str]) -> str:
    kept = found[found.lastindex or 0]
    return kept + "*" * (len(found[0]) - len(kept))


def _forms(secret: str) -> Iterator[str]:
    """The secret as it is, and encoded in the usual ways."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield html.escape(secret)
    octets = secret.encode("utf-8", "surrogateescape")
    yield quote(octets, safe="")
    yield quote_plus(octets)
    yield from _in_base64(octets)
    yield from _in_base64(quote_plus(octets).encode())


def _in_base64(secret: bytes) -> Iterator[str]:
    """What base64 makes of it wherever it stands, as in `id:secret`, without what its neighbours decide."""
    for before in range(3):
        whole = bytes(before) + secret
        first, last = -(-before * 4 // 3), len(whole) * 4 // 3
        for encode in (b64encode, urlsafe_b64encode):
            core = encode(whole).decode("ascii")[first:last]
            if len(core) >= SHORTEST:
                yield core


def _decoded(text: str) -> Iterator[str]:
    """What the text is an encoding of, in any of the ways, again and again."""
    seen = latest = {text}
    for _ in range(_ROUNDS):
        latest = {decode(one) for one in latest if _ENCODED.search(one) for decode in _DECODERS} - seen
        yield from latest
        seen = seen | latest


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)) if not found[3] else found[3], text)


_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))")


def _as_utf8(text: str) -> str:
    """UTF-8 that was read as Latin-1, as headers are."""
    with contextlib.suppress(UnicodeError):
        return text.encode("latin-1").decode("utf-8")
    return text


_ENCODED = re.compile(r"[%+&\\\x80-\xff]")
"""The signs without which there is nothing to decode."""

_DECODERS: tuple[Callable[[str], str], ...] = (unquote, unquote_plus, html.unescape, _unescape, _as_utf8)
