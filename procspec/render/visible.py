"""Text that came from a file or a server, made safe to print: one function, used by every renderer."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Final

from procspec.model import Json

_HIDDEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that a terminal acts on or swallows: control, format (bidirectional), separators."""
_COMMAND: Final = re.compile(r"#(?=#[\w.-]*\[)|^(?=\s*::)\s*:")
"""What makes a runner of CI obey a line: `::` at its beginning, after blanks (GitHub), and anywhere in it
`##[` (GitHub), `##vso[` (Azure), `##teamcity[` and whatever else is built like that."""


def visible(text: str) -> str:
    """The text on one line, every control, bidirectional and invisible character written as an escape.

    So is one character of what a runner of CI would take for a command, wherever the line is printed.
    """
    plain = text.isascii() and text.isprintable()
    shown = text if plain else "".join(map(_shown, text))
    return _COMMAND.sub(lambda found: f"{found[0][:-1]}\\x{ord(found[0][-1]):02x}", shown)


def _shown(character: str) -> str:
    return _escaped(character) if _hidden(character) else character


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN


def _escaped(character: str) -> str:
    code = ord(character)
    if character in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"


def json_text(value: Json) -> str:
    """Indented JSON that is safe to print, and equal when it is read: escaped as JSON escapes."""
    return _safe(json.dumps(value, indent=2, ensure_ascii=False))


def json_line(value: Json) -> str:
    """As `json_text`, on one line."""
    return _safe(json.dumps(value, ensure_ascii=False))


def _safe(text: str) -> str:
    shown = "".join(_unicode(character) if _acts(character) else character for character in text)
    return _COMMAND.sub(lambda found: f"\\u{ord(found[0]):04x}", shown)


def _acts(character: str) -> bool:
    return character != "\n" and _hidden(character)


def _unicode(character: str) -> str:
    return json.dumps(character)[1:-1] if character != "\x7f" else "\\u007f"
