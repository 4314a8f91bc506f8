"""How a value is written where another one stood: in the same style, if that can say it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from procspec.model import Json
from procspec.source.parts import Part
from procspec.source.writer import blocky, dump, folded, literal_block, plain, quoted

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Spelled:
    """What stands behind the colon or the dash, and the lines below it."""

    first: str
    rest: tuple[str, ...] = ()


def spell(value: Json, old: Part | None, indent: str, *, brackets: bool) -> Spelled:
    """The value in the style of what stood there; `indent` is what lines below are indented by."""
    if brackets:
        return Spelled(in_brackets(value, old))
    if isinstance(value, str):
        return _text(value, old, indent)
    if isinstance(value, dict | list) and value and (is_block(old) or len(in_brackets(value)) > _WIDTH):
        lines = dump(value).rstrip("\n").split("\n")
        return Spelled("", tuple(indent + line if line else "" for line in lines))
    return Spelled(in_brackets(value))


def entry(value: Json, neighbour: Part, column: str) -> list[str]:
    """The lines of a new entry of a list, dash and all, written as the one beside it is."""
    lines = dump(value).rstrip("\n").split("\n") if is_block(neighbour) else [in_brackets(value)]
    first, *rest = lines
    return [f"{column}- {first}", *(f"{column}  {line}" if line else "" for line in rest)]


def is_block(old: Part | None) -> bool:
    """Whether it is a mapping or list without brackets."""
    return old is not None and old.kind != "scalar" and not old.flow


def _text(text: str, old: Part | None, indent: str) -> Spelled:
    style = old.style if old is not None and old.kind == "scalar" else ""
    body = text.rstrip("\n")
    if body and blocky(text) and len(text) - len(body) < 2:
        if style == "|" or "\n" in body:
            first, *rest = literal_block(text, indent)
            return Spelled(first, tuple(rest))
        if style == ">" or len(text) > _WIDTH:
            head = ">-" if body == text else ">"
            return Spelled(head, tuple(indent + line for line in folded(body)))
    return Spelled(_short(text, style, brackets=False))


def in_brackets(value: Json, old: Part | None = None) -> str:
    """The value on one line, as it may stand inside of brackets."""
    if isinstance(value, str):
        return _short(value, old.style if old is not None and old.kind == "scalar" else "", brackets=True)
    if isinstance(value, dict):
        fields = (f"{in_brackets(key)}: {in_brackets(item)}" for key, item in value.items())
        return "{" + ", ".join(fields) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(in_brackets(item) for item in value) + "]"
    return dump(value).rstrip("\n")


def _short(text: str, style: str, *, brackets: bool) -> str:
    """A text on one line: in the quotes that were there, else without any where it can be."""
    if style == "'" and "\n" not in text and quoted(text) == f'"{text}"':
        return "'" + text.replace("'", "''") + "'"
    if style == '"':
        return quoted(text)
    # In these files a date is a text; the examples write it without quotes.
    if _DATE.fullmatch(text) or plain(text, in_brackets=brackets):
        return text
    return quoted(text)
