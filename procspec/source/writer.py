"""Plain data -> YAML text that people like to read and `read` reads back as the same data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from procspec.model import Json
from procspec.source.scalars import OutOfRange, resolve

_WIDTH: Final = 100
# Only what is plain for every reader in every place of a block: no indicator, no ": ", no " #".
_PLAIN = re.compile(r"[^\W_][^\x00-\x1f\x7f-\x9f:#\u2028\u2029\ufeff\ufffe\uffff]*|\$\{[\w.-]+\}[\w.-]*")
_YAML_1_1 = re.compile(
    r"y|n|yes|no|on|off|true|false|null|~"
    r"|[-+]?[0-9][0-9_]*(?:\.[0-9_.]*)?(?:e[-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
    r"|[-+]?0[box][0-9a-f_]+|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt\s].*)?",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_BLOCK_TEXT = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]*")
_LONGEST_KEY = 900
"""A key on one line may have 1,024 characters (YAML 1.2, section 7.4.2), its quotes and escapes counted."""


def dump(data: Json) -> str:
    """YAML in block style, keys in their order, that `read` reads back as equal data.

    Quotes every text that YAML 1.2 or 1.1 would take for something else, dates among them. Text of
    several lines, and long text, becomes a block. None is written as `null` and control characters as
    escapes, which `read` refuses with their places: a file must not hold them.
    """
    if isinstance(data, dict | list) and data:
        return "\n".join(_lines(data, "")) + "\n"
    return "\n".join(_scalar(data, "  ")) + "\n"


def _lines(data: Json, indent: str) -> Iterator[str]:
    """A mapping or list that is not empty."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _field(key, value, indent)
        return
    for item in data:
        first, *rest = _nested(item, indent + "  ")
        yield f"{indent}- {first[len(indent) + 2 :]}"
        yield from rest


def _nested(value: Json, indent: str) -> list[str]:
    """The lines of a value whose first line begins at the indentation."""
    if isinstance(value, dict | list) and value:
        return list(_lines(value, indent))
    first, *rest = _scalar(value, indent)
    return [indent + first, *rest]


def _field(key: str, value: Json, indent: str) -> Iterator[str]:
    written = _one_line(key)
    if len(written) > _LONGEST_KEY:
        yield f"{indent}? {written}"
        head = f"{indent}:"
    else:
        head = f"{indent}{written}:"
    if isinstance(value, dict | list) and value:
        yield head
        yield from _lines(value, indent + "  ")
        return
    first, *rest = _scalar(value, indent + "  ")
    yield f"{head} {first}"
    yield from rest


def _scalar(value: Json, indent: str) -> list[str]:
    """A value without children: what stands behind the colon or dash, and the lines below it."""
    if isinstance(value, str):
        return _text(value, indent)
    if isinstance(value, dict | list):
        return ["{}" if isinstance(value, dict) else "[]"]
    if value is None or isinstance(value, bool):
        return [json.dumps(value)]
    return [_number(value)]


def _number(value: int | float) -> str:
    shown = repr(value)
    return shown if shown[-1].isdigit() else f".{shown}"  # infinity: no number of JSON, refused by `read`


def _text(text: str, indent: str) -> list[str]:
    if "\n" in text.rstrip("\n") and blocky(text):
        return literal_block(text, indent)
    if len(text) > _WIDTH and "\n" not in text and " " in text and blocky(text):
        return [">-", *(indent + line for line in folded(text))]
    return [_one_line(text)]


def blocky(text: str) -> bool:
    """Whether a block shows the text as it is, nothing invisible in it."""
    ends = any(line != line.rstrip(" ") for line in text.split("\n"))
    return (
        not ends
        and text[0] not in " \n"
        and _BLOCK_TEXT.fullmatch(text) is not None
        and not _ESCAPED.search(text)
    )


def literal_block(text: str, indent: str) -> list[str]:
    body = text.rstrip("\n")
    after = len(text) - len(body)
    head = ("|-", "|")[after] if after < 2 else "|+"
    lines = [indent + line if line else "" for line in body.split("\n")]
    return [head, *lines, *[""] * (after - 1)]


def folded(text: str) -> Iterator[str]:
    """Lines that are joined by one space again: broken only at single spaces between words."""
    line = ""
    for word in re.split(r"(?<=[^\s]) (?=[^\s])", text):
        if line and len(line) + len(word) >= _WIDTH - 10:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _one_line(text: str) -> str:
    """Plain if nobody can take it for anything else, in double quotes otherwise."""
    return text if plain(text) else quoted(text)


def plain(text: str, *, in_brackets: bool = False) -> bool:
    """Whether no reader can take the text for anything else where it stands without quotes."""
    if in_brackets and set(",[]{}") & set(text):
        return False
    return (
        _PLAIN.fullmatch(text) is not None
        and text == text.strip()
        and not _YAML_1_1.fullmatch(text)
        and _is_text(text)
    )


def quoted(text: str) -> str:
    """The text in double quotes, on one line."""
    shown = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", shown)


def _is_text(text: str) -> bool:
    try:
        return isinstance(resolve(text), str)
    except OutOfRange:
        return False
