"""The loop of the reader: parser events in, plain data and a tree of marks out."""

from __future__ import annotations

from typing import Any, Final, Protocol

from procspec.model import Diagnostic, Json
from procspec.source.places import NO_KEY, Entry, Lines, Span
from procspec.source.rules import MOST, problem, too_many
from procspec.source.scalars import BIDI, SPECIAL, OutOfRange, forbidden, invisible, resolve

MAX_DEPTH: Final = 64
"""Levels of nesting, aliases followed (issue 2, "Bad input")."""
MAX_NODES: Final = 100_000
"""Values, aliases followed: some 10,000 jobs."""
MAX_TEXT: Final = 10 * 1024 * 1024
"""Characters that aliases, or expressions, may add to a file: as many as it may have without them."""
_MAX_EVENTS: Final = 4 * MAX_NODES
"""A value is at most a key, a start and an end: so many events cannot be within the limit."""

TOO_LONG: Final = (
    f"The file grows by more than {MAX_TEXT // 2**20} million characters here. Say less, or split it."
)
_DROPPED: Final = object()
_ODD_KEYS: Final = frozenset(("", "<<"))
_OPEN: Final = object()
"""Stands for the value of an anchor inside of it."""


class Parser(Protocol):
    """Either of PyYAML's event parsers."""

    def get_event(self) -> Any:
        """The next event."""


class Stop(Exception):
    """What is wrong with the document makes it pointless to read on."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.summary)
        self.diagnostic = diagnostic


class _Frame:
    """A mapping or a list that is not closed yet; `below` is the twin of `data` with the spans."""

    __slots__ = (
        "anchor",
        "as_key",
        "before",
        "below",
        "data",
        "grown",
        "height",
        "key",
        "key_end",
        "key_start",
        "mapping",
        "start",
    )

    def __init__(
        self, mapping: bool, start: int, anchor: str | None, before: int, grown: int, as_key: bool
    ) -> None:
        self.mapping = mapping
        self.data: Any = {} if mapping else []
        self.below: Any = {} if mapping else []
        self.key: object = None
        self.key_start = self.key_end = NO_KEY
        self.start = start
        self.anchor = anchor
        self.before = before
        self.grown = grown
        self.height = 0
        self.as_key = as_key

    def drop_key(self, start: int, end: int) -> None:
        """The key is refused; its value is read for its problems only."""
        self.key = _DROPPED
        self.key_start = start
        self.key_end = end


class Builder:
    """Takes the events of one file; `found` collects what is wrong and can be read past."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.found: list[Diagnostic] = []
        self.documents = 0
        self.nodes = 0
        self.grown = 0
        # Value, entries below, nodes, height, characters.
        self.anchors: dict[str, tuple[Json, Any, int, int, int]] = {}
        # The outermost list holds the document, so that nothing needs to know that it is the root.
        self.frame = _Frame(False, 0, None, 0, 0, False)
        self.stack: list[_Frame] = []
        # Raw control characters are gone by now; they can only come from escapes.
        self.suspicious = "\\" in lines.text or BIDI.search(lines.text) is not None

    def run(self, parser: Parser) -> None:
        """Reads all events. Raises `Stop`, and whatever the parser raises."""
        import yaml

        handlers: dict[type, Any] = {
            yaml.ScalarEvent: self.scalar,
            yaml.MappingStartEvent: self.start_mapping,
            yaml.SequenceStartEvent: self.start_list,
            yaml.MappingEndEvent: self.end,
            yaml.SequenceEndEvent: self.end,
            yaml.AliasEvent: self.alias,
            yaml.DocumentStartEvent: self.document,
            yaml.DocumentEndEvent: _nothing,
            yaml.StreamStartEvent: _nothing,
        }
        get = parser.get_event
        for _ in range(_MAX_EVENTS):
            event = get()
            handler = handlers.get(type(event))
            if handler is None:
                return
            handler(event)
        raise self.too_many(_span(event))

    def root(self) -> tuple[Json, Entry] | None:
        """The document and its entry; None when there is none, or it is an empty value."""
        if not self.frame.data or (self.frame.data[0] is None and not self.found):
            return None
        return self.frame.data[0], self.frame.below[0]

    # ------------------------------------------------------------------------------------- events

    def document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            detail = 'A file holds one document. Move what follows the "---" into a file of its own.'
            place = self.lines.place(*_span(event))
            first = self.lines.place(self.frame.below[0][2], self.frame.below[0][2])
            raise Stop(problem("several-documents", place, detail, related=(first,)))

    def scalar(self, event: Any) -> None:
        """By far the most frequent event, so `put` is written out here."""
        value = event.value
        start = event.start_mark.index
        end = event.end_mark.index
        if self.suspicious or event.tag is not None:
            self.inspect(event, (start, end))
        frame = self.frame
        if frame.key is None and frame.mapping:
            if value in frame.data or value in _ODD_KEYS:
                self.take_key(event, (start, end))
            else:
                frame.key = value
                frame.key_start = start
                frame.key_end = end
        else:
            if (not value or value[0] in SPECIAL) and event.implicit[0]:
                value = self.plain(value, (start, end))
            if frame.key is None:
                frame.data.append(value)
                frame.below.append((NO_KEY, NO_KEY, start, end, None))
            else:
                if frame.key is not _DROPPED:
                    frame.data[frame.key] = value
                    frame.below[frame.key] = (frame.key_start, frame.key_end, start, end, None)
                frame.key = None
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, None, 1, 0, end - start)

    def inspect(self, event: Any, span: Span) -> None:
        if event.tag is not None:
            self.refuse_tag(event.tag, span)
        if self.suspicious and (character := forbidden(event.value)) is not None:
            self.report("control-character", span, invisible(character))

    def start_mapping(self, event: Any) -> None:
        self.start(event, True)

    def start_list(self, event: Any) -> None:
        self.start(event, False)

    def start(self, event: Any, mapping: bool) -> None:
        frame = self.frame
        start = event.start_mark.index
        if event.tag is not None:
            self.refuse_tag(event.tag, _span(event))
        as_key = frame.mapping and frame.key is None
        if as_key:
            self.report(
                "key-not-text", (start, start), "A list or a mapping cannot name a field. Write a text."
            )
        if event.anchor is not None:
            self.anchors[event.anchor] = (_OPEN, None, 0, 0, 0)
        self.stack.append(frame)
        if len(self.stack) > MAX_DEPTH:
            raise self.too_deep((start, start))
        self.frame = _Frame(mapping, start, event.anchor, self.nodes, self.grown, as_key)

    def end(self, event: Any) -> None:
        frame = self.frame
        self.frame = parent = self.stack.pop()
        height = frame.height + 1
        self.count(len(frame.data), (frame.start, frame.start))
        if frame.anchor is not None:
            nodes, size = self.nodes - frame.before + 1, event.end_mark.index - frame.start
            size += self.grown - frame.grown
            self.anchors[frame.anchor] = (frame.data, frame.below, nodes, height, size)
        if frame.as_key:
            parent.drop_key(frame.start, frame.start)
            return
        parent.height = max(parent.height, height)
        self.put(frame.data, frame.start, frame.start, frame.below)

    def alias(self, event: Any) -> None:
        span = _span(event)
        frame = self.frame
        if frame.mapping and frame.key is None:
            self.report("key-not-text", span, "An alias cannot be the name of a field. Write the name out.")
            frame.drop_key(*span)
            return
        value, below, nodes, height, size = self.anchors.get(event.anchor, (None, None, 0, 0, 0))
        if nodes == 0:
            self.refuse_alias(event.anchor, span)
            value = None
        if len(self.stack) + height > MAX_DEPTH:
            raise self.too_deep(span)
        frame.height = max(frame.height, height)
        self.count(max(nodes - 1, 0), span)
        self.grown += size
        if self.grown > MAX_TEXT:
            raise Stop(problem("too-much-text", self.lines.place(*span), TOO_LONG))
        self.put(value, *span, below)

    # -------------------------------------------------------------------------------------- parts

    def take_key(self, event: Any, span: Span) -> None:
        """A key that may have to be refused."""
        frame, key = self.frame, event.value
        frame.drop_key(*span)
        if key in frame.data:
            first = self.lines.place(*frame.below[key][:2])
            detail = f'"{key}" is already there, in line {first.line}. Keep one of the two.'
            self.add(problem("duplicate-key", self.lines.place(*span), detail, related=(first,)))
        elif event.implicit[0] and key == "<<":
            self.report("merge-key", span, 'Merging ("<<") is not supported. Write the fields out.')
        elif event.implicit[0]:
            self.report("key-not-text", span, "The name of the field is missing.")
        else:
            frame.key = key

    def plain(self, text: str, span: Span) -> Json:
        try:
            value = resolve(text)
        except OutOfRange:
            detail = "This number is too large to be kept exactly. Put it in quotes if it is an identifier."
            self.report("number-out-of-range", span, detail)
            return None
        if value is None and self.stack:
            self.refuse_null(text, span)
        return value

    def put(self, value: Json, start: int, end: int, below: Any) -> None:
        frame = self.frame
        if not frame.mapping:
            frame.data.append(value)
            frame.below.append((NO_KEY, NO_KEY, start, end, below))
            return
        key = frame.key
        if key is not _DROPPED:
            frame.data[key] = value
            frame.below[key] = (frame.key_start, frame.key_end, start, end, below)
        frame.key = None

    def count(self, nodes: int, span: Span) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise self.too_many(span)

    def too_many(self, span: Span) -> Stop:
        detail = f"The file holds more than {MAX_NODES:,} values, aliases followed. Split it."
        return Stop(problem("too-many-values", self.lines.place(*span), detail))

    def too_deep(self, span: Span) -> Stop:
        detail = f"Values are nested more than {MAX_DEPTH} levels deep. Check the brackets."
        return Stop(problem("nested-too-deep", self.lines.place(*span), detail))

    def refuse_tag(self, tag: str, span: Span) -> None:
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        detail = f'The tag "{shown}" is not allowed. Remove it, and put the value in quotes if it is text.'
        self.report("explicit-tag", span, detail)

    def refuse_null(self, text: str, span: Span) -> None:
        frame = self.frame
        if not text and frame.mapping:
            span = (frame.key_start, frame.key_end)
        elif not text:
            span = (span[0] - 1, span[0])  # the dash: the parser points behind it
        self.report("null-value", span, 'A value is missing. Leave the field out, or write "[]" for none.')

    def refuse_alias(self, anchor: str, span: Span) -> None:
        if anchor in self.anchors:
            self.report("alias-cycle", span, f'"*{anchor}" stands inside of "&{anchor}" and would never end.')
        else:
            self.report("unknown-alias", span, f'There is no anchor "&{anchor}" before this place.')

    def report(self, rule: str, span: Span, detail: str) -> None:
        self.add(problem(rule, self.lines.place(*span), detail))

    def add(self, diagnostic: Diagnostic) -> None:
        if len(self.found) == MOST:
            raise Stop(too_many(diagnostic.place))
        self.found.append(diagnostic)


def _span(event: Any) -> Span:
    return event.start_mark.index, event.end_mark.index


def _nothing(_event: Any) -> None:
    """The event says nothing that matters here."""
