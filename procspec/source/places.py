"""Where each value of a document stands: a tree of offsets, turned into `Location`s when asked."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

from procspec.model import Location, Path

Span: TypeAlias = tuple[int, int]
"""Where something begins and ends in the text, in characters."""
Below: TypeAlias = "dict[str, Entry] | list[Entry] | None"
Entry: TypeAlias = "tuple[int, int, int, int, Below] | tuple[int, int, int, int, Below, str]"
"""One value: the span of its key, its own, and the entries below it; plain tuples, for speed.

An alias shares the entries below with its anchor: the places inside are where the text is. So does a copy
of a `forEach` with its template; its entry ends with the key of the copy.
"""
NO_KEY = -1
"""The span of the key of what has none: list items and the document itself."""


class Lines:
    """A text that knows its lines: they end with a line feed, and columns are characters."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        # A place in a template is asked for once a copy.
        self._known: dict[Span, tuple[int, int, int]] = {}

    @cached_property
    def starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def place(self, start: int, end: int, copy: str = "") -> Location:
        """The place of a span; it is as wide as what of it is on its first line."""
        found = self._known.get((start, end))
        if found is None:
            line = bisect_right(self.starts, start)
            first = self.text[start:end].partition("\n")[0].rstrip()
            found = self._known[start, end] = (line, start - self.starts[line - 1] + 1, len(first) or 1)
        return Location(self.file, *found, copy)


class Places(Mapping[Path, Location]):
    """`Document.places` and, with `of_keys`, `Document.keys`."""

    __slots__ = ("_lines", "_of_keys", "_root")

    def __init__(self, lines: Lines, root: Entry, *, of_keys: bool = False) -> None:
        self._lines = lines
        self._root = root
        self._of_keys = of_keys

    @property
    def root(self) -> Entry:
        """The entry of the document itself."""
        return self._root

    def over(self, root: Entry) -> Places:
        """The same text under another tree of entries."""
        return Places(self._lines, root, of_keys=self._of_keys)

    def __getitem__(self, path: Path) -> Location:
        entry = self._root
        copies = [*entry[5:]]
        try:
            for step in path:
                entry = entry[4][step]  # type: ignore[index]
                copies += entry[5:]
        except (LookupError, TypeError):
            raise KeyError(path) from None
        start, end = self._span(entry)
        if start == NO_KEY:
            raise KeyError(path)
        return self._lines.place(start, end, "/".join(copies))

    def __iter__(self) -> Iterator[Path]:
        return (path for path, entry in _walk((), self._root) if self._span(entry)[0] != NO_KEY)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _span(self, entry: Entry) -> Span:
        return entry[:2] if self._of_keys else (entry[2], entry[3])


def _walk(path: Path, entry: Entry) -> Iterator[tuple[Path, Entry]]:
    yield path, entry
    below = entry[4]
    steps: Iterable[tuple[str | int, Entry]] = (
        below.items() if isinstance(below, dict) else enumerate(below or ())
    )
    for step, child in steps:
        yield from _walk((*path, step), child)
