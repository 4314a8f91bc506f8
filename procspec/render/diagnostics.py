"""Diagnostics for people: place, summary, the source line with an underline, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from unicodedata import east_asian_width

from procspec.model import Diagnostic, Location, Severity
from procspec.redaction import masked
from procspec.render.style import PLAIN, Paint
from procspec.render.visible import visible

Texts = Mapping[str, str]
"""The files that were read, by the name that locations use."""
_WIDEST, _CUT = 200, "…"


def diagnostics(found: Iterable[Diagnostic], texts: Texts, paint: Paint = PLAIN) -> str:
    """All of them, one block each, in the order given."""
    return "\n".join(_block(one, texts, paint) for one in found)


def counted(found: Iterable[Diagnostic]) -> str:
    """The last line: how many errors and warnings there are."""
    levels = [one.severity for one in found]
    told = [(levels.count(level), level.value) for level in Severity]
    return ", ".join(f"{number} {name}{'' if number == 1 else 's'}" for number, name in told if number)


def _block(one: Diagnostic, texts: Texts, paint: Paint) -> str:
    level, rule = one.severity.value, paint(visible(f"[{one.rule}]"), "dim")
    head = f"{paint(level, level)}: {paint(visible(one.summary), 'head')} {rule}"
    if one.place is not None:
        head = f"{paint(visible(str(one.place)), 'place')}: {head}"
    lines = [head, *_snippet(one.place, texts, paint), *_detail(one.detail)]
    for place in one.related:
        lines += [f"  see also {paint(visible(str(place)), 'place')}", *_snippet(place, texts, paint)]
    return "\n".join(lines) + "\n"


def _detail(detail: str) -> list[str]:
    return [f"  {visible(detail)}"] if detail else []


def _snippet(place: Location | None, texts: Texts, paint: Paint) -> list[str]:
    """The line of the place and an underline below the value; nothing when the text cannot be shown."""
    if place is None or place.file not in texts:
        return []
    lines = texts[place.file].split("\n")
    if place.line > len(lines):
        return []
    line, start = _window(masked(lines[place.line - 1].rstrip("\r")), place.column - 1)
    before, marked = line[:start], line[start:][: max(place.width, 1)]
    number = f"{place.line:>5} | "
    gap = " " * _columns(_shown(before))
    underline = "^" * max(1, _columns(_shown(marked)))
    return [f"{number}{_shown(line)}", f"{' ' * 5} | {gap}{paint(underline, 'error')}"]


def _window(line: str, start: int) -> tuple[str, int]:
    """What of a line can be looked at, and where the value begins in it: nobody reads 10,000 characters."""
    if len(line) <= _WIDEST:
        return line, start
    first = max(0, start - _WIDEST // 2)
    cut = line[first : first + _WIDEST]
    return (
        f"{_CUT if first else ''}{cut}{_CUT if first + len(cut) < len(line) else ''}",
        start - first + bool(first),
    )


def _shown(text: str) -> str:
    return visible(text.replace("\t", "    "))


def _columns(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
