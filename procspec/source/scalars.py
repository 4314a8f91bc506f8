"""What plain YAML scalars mean (YAML 1.2 core schema), and which characters a text may hold."""

from __future__ import annotations

import re
from typing import Final

from procspec.model import Json

NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))
_WORDS: Final[dict[str, Json]] = {
    **dict.fromkeys(NULLS, None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# A leading zero before another digit makes it text: DESIGN section 3, "`0123` keeps its zero".
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
SPECIAL: Final = frozenset("-+.0123456789~tTfFnN")
"""How a plain scalar begins that may be something else than text."""

LARGEST: Final = 2**53 - 1
"""The largest whole number that every JSON implementation keeps (RFC 8259, section 6)."""


class OutOfRange(ValueError):
    """The scalar is a number that JSON cannot carry."""


def resolve(text: str) -> Json:
    """The value of a plain scalar: None, a boolean, an int, a float, or the text itself.

    Raises `OutOfRange` for infinities, not-a-number, and numbers that JSON does not keep.
    """
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in SPECIAL else text


def _number(text: str) -> Json:
    if _INTEGER.fullmatch(text):
        # int() refuses thousands of digits with an error of its own.
        return _ranged(int(text) if len(text) < 20 else LARGEST + 1)
    if _BASED.fullmatch(text):
        return _ranged(int(text, 0) if len(text) < 25 else LARGEST + 1)
    if _FLOAT.fullmatch(text):
        value = float(text)
        if value - value != 0:
            raise OutOfRange(text)
        return value
    if _NOT_FINITE.fullmatch(text):
        raise OutOfRange(text)
    return text


def _ranged(value: int) -> int:
    if abs(value) > LARGEST:
        raise OutOfRange
    return value


_C0_C1 = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
# Line and paragraph separators end a line for some readers; non-characters are nobody's text.
_OTHERS = r"\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff"
CONTROL: Final = re.compile(rf"[{_C0_C1}{_OTHERS}]|\r(?!\n)")
"""What no file may hold as a raw character; a line ends with a line feed, before it maybe a return."""
HARMLESS: Final = bytes(set(range(256)) - {0xC2, 0xE2, 0xED, 0xEF, 0x7F} - set(range(32)) | {9, 10})
"""The bytes of UTF-8 that no such character contains as its first: a fast way to say that there is none."""
_IN_TEXT = re.compile(rf"[{_C0_C1}\r{_OTHERS}]")
_OPENERS = dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c") | dict.fromkeys("\u2066\u2067\u2068", "\u2069")
BIDI: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


def forbidden(text: str) -> str | None:
    """The first character that a text of ours may not hold; tabs and line feeds are fine.

    Bidirectional embeddings, overrides and isolates must be closed on the line on which they are
    opened: what reads as one thing and is another is for no review (Unicode TR 36, CVE-2021-42574).
    """
    found = _IN_TEXT.search(text)
    if found:
        return found[0]
    return next((left for line in text.split("\n") if (left := _unbalanced(line))), None)


def _unbalanced(line: str) -> str | None:
    opened: list[str] = []
    for mark in BIDI.findall(line):
        if mark in _OPENERS:
            opened.append(mark)
        elif not opened or _OPENERS[opened.pop()] != mark:
            return str(mark)
    return opened[0] if opened else None


def invisible(character: str) -> str:
    """What to say about a character that must not be there."""
    code = f"U+{ord(character):04X}"
    if BIDI.match(character):
        return f"{code} changes the direction of the text and is not closed on its line. Remove it."
    return f"The text holds the character {code}, which cannot be seen. Remove it."
