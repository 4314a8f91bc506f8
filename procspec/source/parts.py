"""A YAML text as a tree of its parts: where each begins and ends, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from procspec.model import Path
from procspec.source.reader import parser


@dataclass(slots=True)
class Part:
    """One value: `start` and `end` are offsets in the text, an anchor included.

    `kind` is "scalar", "alias", "map" or "list". `style` is that of a scalar: "" for plain, a quote, `|`
    or `>`; `flow` says that a mapping or a list is written in brackets. A block ends where its last line
    with something in it does. `keys` are the names of a mapping's fields, beside `items`.
    """

    kind: str
    start: int
    end: int
    style: str = ""
    flow: bool = False
    anchor: bool = False
    name: str = ""
    keys: list[Part] = field(default_factory=list)
    items: list[Part] = field(default_factory=list)

    def index(self, step: str | int) -> int:
        """Which of the items a step of a path leads to."""
        if isinstance(step, int):
            return step
        return [key.name for key in self.keys].index(step)


def parts(text: str) -> Part:
    """The root of a text that `read` finds nothing wrong with."""
    return _Composer(text).root()


def chain(root: Part, path: Path) -> list[Part]:
    """The parts on the way to a path, the root first, as far as there are any.

    Ends with an alias if one is on the way: what is behind it is written elsewhere.
    """
    way = [root]
    for step in path:
        part = way[-1]
        known = range(len(part.items)) if part.kind == "list" else [key.name for key in part.keys]
        if step not in known:
            break
        way.append(part.items[part.index(step)])
    return way


class _Composer:
    """A loop over the parser's events; the limits of nesting have been checked by `read`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.stack: list[tuple[Part, list[Part]]] = []
        self.made: list[Part] = []

    def root(self) -> Part:
        import yaml

        events = parser(self.text)
        while True:
            event = events.get_event()
            if isinstance(event, yaml.StreamEndEvent):
                return self.made[0]
            self.take(event)

    def take(self, event: Any) -> None:
        import yaml

        start, end = event.start_mark.index, event.end_mark.index
        if isinstance(event, yaml.ScalarEvent):
            style = "" if event.style is None else str(event.style)
            if style in ("|", ">"):
                end = self.block_end(start, end)
            anchor = event.anchor is not None
            self.made.append(Part("scalar", start, end, style=style, anchor=anchor, name=event.value))
        elif isinstance(event, yaml.AliasEvent):
            self.made.append(Part("alias", start, end))
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            kind = "map" if isinstance(event, yaml.MappingStartEvent) else "list"
            part = Part(kind, start, end, flow=bool(event.flow_style), anchor=event.anchor is not None)
            self.stack.append((part, self.made))
            self.made = []
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.close(end)

    def close(self, end: int) -> None:
        (part, outer), inside = self.stack.pop(), self.made
        part.keys, part.items = (inside[::2], inside[1::2]) if part.kind == "map" else ([], inside)
        # The parser has a block end where the next thing begins.
        part.end = end if part.flow or not part.items else part.items[-1].end
        outer.append(part)
        self.made = outer

    def block_end(self, start: int, end: int) -> int:
        """The end of the last line of a block that is not empty, or of its header."""
        header = line_end(self.text, start)
        kept = len(self.text[start:end].rstrip(" \r\n"))
        return line_end(self.text, max(start + kept, header))


def line_end(text: str, offset: int) -> int:
    """The end of the line that an offset is in, before what ends it."""
    end = text.find("\n", offset)
    if end < 0:
        return len(text)
    return end - 1 if end > offset and text[end - 1] == "\r" else end


def line_start(text: str, offset: int) -> int:
    """Where the line that an offset is in begins."""
    return text.rfind("\n", 0, offset) + 1
