"""Text that came from a file or a server, made safe to print: one function, used by every renderer."""

from __future__ import annotations

import json
import unicodedata

from procspec.model import Json

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that a terminal acts on or swallows: control, format (bidirectional), separators."""


def visible(text: str) -> str:
    """The text with every control, bidirectional and invisible character written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(character) if _hidden(character) else character for character in text)


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN


def _escaped(character: str) -> str:
    code = ord(character)
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"


def json_text(value: Json) -> str:
    """Indented JSON that is safe to print: what a terminal would act on is escaped as JSON escapes it."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return "".join(_unicode(character) if _acts(character) else character for character in text)


def _acts(character: str) -> bool:
    return character != "\n" and _hidden(character)


def _unicode(character: str) -> str:
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"
