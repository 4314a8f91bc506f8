"""Where the values of a JSON text are: the standard library's parser does not say."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from json.decoder import JSONDecoder

from procspec.model import Location, Path

_BLANKS = " \t\n\r"
_SCALARS = JSONDecoder()
_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[][{}]', re.DOTALL)
"""Texts, in which a bracket means nothing, and brackets; no way back, so that it takes one pass."""


def too_deep(file: str, text: str, most: int) -> Location | None:
    """The place of the first bracket that is nested deeper than `most`; of any text, JSON or not."""
    depth = 0
    for match in _BRACKETS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(match[0], 0)
        if depth > most:
            return _location(file, _starts(text), match.start(), match.end())
    return None


def places(file: str, text: str) -> dict[Path, Location]:
    """The place of every value of a text that is JSON, by its path; of members, of their values.

    Recursive: the text has been looked at with `too_deep`.
    """
    starts = _starts(text)
    return {path: _location(file, starts, at, end) for path, at, end in _Scan(text).all()}


def _starts(text: str) -> list[int]:
    """Where the lines begin."""
    return [0, *(index + 1 for index, character in enumerate(text) if character == "\n")]


def _location(file: str, starts: list[int], at: int, end: int) -> Location:
    line = bisect_right(starts, at)
    ends = starts[line] - 1 if line < len(starts) else end
    return Location(file, line, at - starts[line - 1] + 1, max(1, min(end, ends) - at))


class _Scan:
    """One way through a text; `at` is where it has come to."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def all(self) -> Iterator[tuple[Path, int, int]]:
        """Path, beginning and end of every value."""
        yield from self.value(())

    def skip(self, more: str = "") -> None:
        while self.at < len(self.text) and self.text[self.at] in _BLANKS + more:
            self.at += 1

    def value(self, path: Path) -> Iterator[tuple[Path, int, int]]:
        self.skip()
        begin = self.at
        if self.text[begin] == "{":
            yield from self.members(path)
        elif self.text[begin] == "[":
            yield from self.items(path)
        else:
            _, self.at = _SCALARS.raw_decode(self.text, begin)
        yield path, begin, self.at

    def members(self, path: Path) -> Iterator[tuple[Path, int, int]]:
        self.at += 1
        self.skip()
        while self.text[self.at] != "}":
            name, self.at = _SCALARS.raw_decode(self.text, self.at)
            self.skip(":")
            yield from self.value((*path, name))
            self.skip(",")
        self.at += 1

    def items(self, path: Path) -> Iterator[tuple[Path, int, int]]:
        self.at += 1
        self.skip()
        index = 0
        while self.text[self.at] != "]":
            yield from self.value((*path, index))
            self.skip(",")
            index += 1
        self.at += 1
