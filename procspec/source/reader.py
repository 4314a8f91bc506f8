"""YAML text -> plain data with places: one loop over the parser's events, all limits enforced on the way.

Events, not nodes: PyYAML composes nodes by recursion in C, and 30,000 nested brackets end it with a
segmentation fault.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from procspec.model import Diagnostic, Document, Location
from procspec.source.builder import Builder, Parser, Stop
from procspec.source.places import Lines, Places
from procspec.source.rules import MOST, ordered, problem
from procspec.source.scalars import CONTROL, HARMLESS, invisible
from procspec.source.syntax import explain

MAX_BYTES: Final = 10 * 1024 * 1024
"""A file's size (issue 2, "Bad input"; also the API's limit for a payload, api-facts 1.3)."""


def read(file: str, raw: bytes) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    """The document in `raw`, and everything that is wrong with it as YAML. Never raises.

    The document is None when nothing sensible could be made of the bytes. With errors it may be there
    all the same, for further checks: the first of duplicate keys is kept, and a value that was refused
    is None, which no document without errors contains.

    An alias has the place of the alias; what is inside of it has the places inside of the anchor.
    """
    text, diagnostics = decode(file, raw)
    if text is None:
        return None, diagnostics
    fenced, found = (text, []) if not raw.translate(None, HARMLESS) else _fence(file, text)
    document, more = build(file, fenced, parser(fenced))
    return document, ordered((*found, *more))


def decode(file: str, raw: bytes) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The text of a file: UTF-8, with or without a byte order mark, which is not part of the text."""
    if len(raw) > MAX_BYTES:
        detail = f"The file is larger than {MAX_BYTES // 2**20} MB. Split it into several process files."
        return None, (problem("unreadable-file", Location(file, 1, 1), detail),)
    try:
        return raw.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        good = raw[: error.start].decode("utf-8-sig", "replace")
        place = Location(file, good.count("\n") + 1, len(good) - good.rfind("\n"))
        detail = f"The byte 0x{raw[error.start]:02X} here is not part of UTF-8 text. Save the file as UTF-8."
        return None, (problem("not-utf8", place, detail),)


def _fence(file: str, text: str) -> tuple[str, list[Diagnostic]]:
    """The text with every raw control character replaced, so that the rest can still be read."""
    found = list(islice(CONTROL.finditer(text), MOST))
    if not found:
        return text, []
    lines = Lines(file, text)
    return CONTROL.sub("\ufffd", text), [
        problem("control-character", lines.place(*match.span()), invisible(match[0])) for match in found
    ]


def parser(text: str, *, pure: bool = False) -> Parser:
    """libyaml's event parser where PyYAML was built with it, else (or if `pure`) the one in Python."""
    import yaml

    if yaml.__with_libyaml__ and not pure:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]

        return CParser(text)
    from yaml.parser import Parser as PureParser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class _Pure(Reader, Scanner, PureParser):
        def __init__(self, stream: str) -> None:
            Reader.__init__(self, stream)
            Scanner.__init__(self)
            PureParser.__init__(self)

    return _Pure(text)


def build(file: str, text: str, events: Parser) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    """The document that the events describe; `text` is what they were made from."""
    from yaml import YAMLError

    lines = Lines(file, text)
    builder = Builder(lines)
    try:
        builder.run(events)
    except Stop as stop:
        return None, (*builder.found, stop.diagnostic)
    except (YAMLError, ValueError, OverflowError) as error:  # the last two: escapes in the parser in Python
        return None, (*builder.found, problem("invalid-yaml", *explain(file, text, error)))
    root = builder.root()
    if root is None:
        detail = "The file holds no value. Write a project or a process into it, or delete it."
        return None, (*builder.found, problem("empty-file", Location(file, 1, 1), detail))
    data, entry = root
    places, keys = Places(lines, entry), Places(lines, entry, of_keys=True)
    return Document(file=file, data=data, places=places, keys=keys), tuple(builder.found)
