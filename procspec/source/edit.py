"""Writing values back into a YAML text: the lines that they stand on change, and nothing else does.

Every edit is proven before it is given out: the new text is read back, has the old data but for the one
value, and all comments except those of what was removed.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final

from procspec.model import Document, Json, Path
from procspec.source.layout import Unscannable, comments
from procspec.source.parts import Part, chain, line_end, line_start, parts
from procspec.source.reader import read
from procspec.source.spelling import Spelled, entry, in_brackets, is_block, spell

ABSENT: Final = object()
"""In place of a value: there shall be none."""
_Step = tuple[str, int, int, int, int]
"""As in `difflib`: what is done, with which entries of the one list, and which of the other."""
_COMMENT = re.compile(r"(?<![^\s])#")


class Unwritable(Exception):
    """The value cannot be written at its place; says why, as the end of a sentence."""


def edit(text: str, path: Path, value: Json) -> str:
    """The text with this value at the path, added if it is not there, removed if it is `ABSENT`.

    `path` leads through the data of the text as it is written, expressions and all. Raises `Unwritable`
    when there is no way to write the value without touching anything else.
    """
    before = _read(text)
    editor = _Editor(text)
    editor.set(path, value)
    _check(text, editor, before.data, path, value)
    return editor.text


def same(one: Json, other: Json) -> bool:
    """Whether two data are the same, the order of fields apart; 1, 1.0 and true are three."""
    return _canonical(one) == _canonical(other)


def _canonical(data: Json) -> str:
    return json.dumps(data, sort_keys=True)


@lru_cache(maxsize=4)  # one edit's new text is the next one's old
def _read(text: str) -> Document:
    document, problems = read("", text.encode("utf-8", "surrogatepass"))
    if document is None or problems:
        raise Unwritable("a file cannot say it")
    return document


@lru_cache(maxsize=4)
def _comments(text: str) -> tuple[str, ...]:
    try:
        return comments(text)
    except Unscannable:
        raise Unwritable("the layout of the file is one that procspec does not know") from None


def _check(text: str, editor: _Editor, before: Json, path: Path, value: Json) -> None:
    after = _read(editor.text)
    if not same(after.data, _with(before, path, value)):
        raise Unwritable("other values would change with it")
    old, new = _comments(text), _comments(editor.text)
    kept = iter(old)
    if not all(any(comment == one for one in kept) for comment in new):
        raise Unwritable("a comment would change with it")
    if len(old) - len(new) > editor.lost:
        raise Unwritable("a comment inside of it would be lost")


def at(data: Json, path: Path) -> Json:
    """The value at a path, or `ABSENT`."""
    for step in path:
        known = range(len(data)) if isinstance(data, list) else data if isinstance(data, dict) else ()
        if step not in known:
            return ABSENT
        data = data[step]
    return data


def _with(data: Json, path: Path, value: Json) -> Json:
    """The data with another value at a path."""
    if not path:
        return value
    step, *rest = path
    if isinstance(data, list):
        items = [
            _with(item, tuple(rest), value) if place == step else item for place, item in enumerate(data)
        ]
        return [item for item in items if item is not ABSENT]
    inner = _with(data.get(step), tuple(rest), value) if rest else value
    kept = {**data, step: inner}
    return {key: item for key, item in kept.items() if item is not ABSENT}


def _remarks(text: str, start: int, end: int) -> int:
    """How many comments begin between two offsets: each `#` behind white space that is in no text."""
    texts = sorted(_texts(parts(text), text))
    found, line = 0, -1
    for match in _COMMENT.finditer(text, start, end):
        at = match.start()
        index = bisect_right(texts, (at, len(text))) - 1
        if line_start(text, at) != line and (index < 0 or at >= texts[index][1]):
            found, line = found + 1, line_start(text, at)
    return found


def _texts(part: Part, text: str) -> Iterator[tuple[int, int]]:
    """Where the scalars are; of one behind `|` or `>` the lines below, since a comment may follow that."""
    if part.kind == "scalar":
        yield line_end(text, part.start) if part.style in ("|", ">") else part.start, part.end
    for inner in (*part.keys, *part.items):
        yield from _texts(inner, text)


@dataclass(slots=True)
class _Site:
    """A part, what it stands in, and whether brackets are around it."""

    part: Part
    parent: Part | None
    index: int
    brackets: bool

    @property
    def begin(self) -> int:
        """Where it begins, a field with its name."""
        return self.parent.keys[self.index].start if self.parent and self.parent.keys else self.part.start


class _Editor:
    """One text, changed step by step; after every step it is taken apart again."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lost = 0  # comments, at most, that go with what is removed
        self.newline = "\r\n" if "\r\n" in text else "\n"

    # ------------------------------------------------------------------------------------- what to do

    def set(self, path: Path, value: Json) -> None:
        """Makes the value at the path this one, with the smallest steps that do."""
        old = at(_read(self.text).data, path)
        if value is ABSENT:
            self.remove(path)
        elif old is ABSENT:
            self.insert(path, value)
        elif same(old, value):
            return
        elif isinstance(old, dict) and isinstance(value, dict) and old and value:
            for key in dict.fromkeys((*value, *old)):
                self.set((*path, key), value.get(key, ABSENT))
        elif isinstance(old, list) and isinstance(value, list) and old and value:
            self.set_list(path, old, value)
        else:
            self.replace(path, value)

    def set_list(self, path: Path, old: list[Json], new: list[Json]) -> None:
        """Entry by entry, from the end, so that the places before stay what they are."""
        matcher = SequenceMatcher(None, [*map(_canonical, old)], [*map(_canonical, new)], autojunk=False)
        steps = [step for step in matcher.get_opcodes() if step[0] != "equal"]
        self.check_moves(path, old, new, steps)
        for _, start, end, first, last in reversed(steps):
            common = min(end - start, last - first)
            for place in reversed(range(first + common, last)):
                self.insert((*path, start + common), new[place], is_entry=True)
            for place in reversed(range(start + common, end)):
                self.remove((*path, place))
            for place in reversed(range(common)):
                self.set((*path, start + place), new[first + place])

    def check_moves(self, path: Path, old: list[Json], new: list[Json], steps: Sequence[_Step]) -> None:
        """Raises Unwritable if a comment would go, or stand beside another entry, because entries move.

        What moves is a removal here and an insertion there. Of an entry with something inside nobody knows
        whether it moved and changed as well.
        """
        came = [new[place] for _, _, _, first, last in steps for place in range(first, last)]
        known = {*map(_canonical, came)}
        for _, start, end, first, last in steps:
            for place in range(start, end):
                changes = place - start < last - first  # in place: its comments stay
                unsure = bool(came) and not changes and isinstance(old[place], dict | list)
                if (unsure or _canonical(old[place]) in known) and self.remarks((*path, place), above=True):
                    raise Unwritable("a comment of an entry that moves would be lost")

    def remarks(self, path: Path, *, above: bool = False) -> int:
        """How many comments a field or an entry has on its lines, and `above` it if it is not the first."""
        site = self.site(path)
        begin, end = site.begin, site.part.end if site.brackets else line_end(self.text, site.part.end)
        if above and site.parent and site.index and not site.brackets:
            begin = line_end(self.text, site.parent.items[site.index - 1].end)
        return _remarks(self.text, begin, end)

    # ----------------------------------------------------------------------------------- how it is done

    def site(self, path: Path) -> _Site:
        """The part at a path that may be changed where it stands."""
        way = chain(parts(self.text), path)
        if any(part.kind == "alias" for part in way):
            raise Unwritable("the file writes an alias (*) there")
        if any(part.anchor for part in way):
            raise Unwritable("the file writes it once, with an anchor (&), for several places")
        if len(way) <= len(path):
            raise Unwritable("the file has no place for it")
        parent = way[-2] if path else None
        index = parent.index(path[-1]) if parent else 0
        return _Site(way[-1], parent, index, any(part.flow for part in way[:-1]))

    def put(self, start: int, end: int, text: str) -> None:
        self.text = self.text[:start] + text + self.text[end:]

    def replace(self, path: Path, value: Json) -> None:
        """Another value in place of a whole part."""
        site = self.site(path)
        part = site.part
        spelled = spell(value, part, self.content(site), brackets=site.brackets)
        start, lead, tail = part.start, "", ""
        if is_block(part) and site.parent is not None:
            before = self.before(site)
            if "\n" in before:
                start, lead = start - len(before), " "
                tail = before.partition("\n")[0].rstrip()
        elif part.style in ("|", ">"):
            header = self.text[part.start : line_end(self.text, part.start)]
            tail = header.lstrip("|>+-0123456789").rstrip()
        self.write(start, part.end, spelled, lead, tail)

    def write(self, start: int, end: int, spelled: Spelled, lead: str, tail: str) -> None:
        """Puts the first line in place, and the others below the line that it stands on."""
        eol = line_end(self.text, end)
        rest = "".join(self.newline + line for line in spelled.rest)
        first = f"{lead}{spelled.first}" if spelled.first else ""
        self.text = self.text[:start] + first + tail + self.text[end:eol] + rest + self.text[eol:]

    def before(self, site: _Site) -> str:
        """What stands between a value and the colon or dash before it."""
        start = self.text.rfind("\n", 0, site.part.start)
        if site.parent is not None and site.parent.keys:
            start = self.text.index(":", site.parent.keys[site.index].end)
        elif site.parent is not None:
            start = self.dash(site)
        return self.text[start + 1 : site.part.start]

    def dash(self, site: _Site) -> int:
        """Where the dash of an entry stands."""
        lines = self.text[: site.part.start].rstrip()
        if not lines.endswith("-"):
            raise Unwritable("a comment stands before it")
        return len(lines) - 1

    def content(self, site: _Site) -> str:
        """What the lines below a value are indented by."""
        part, parent = site.part, site.parent
        if part.style in ("|", ">"):
            body = self.text[line_end(self.text, part.start) : part.end].split("\n")
            first = next((line for line in body if line.strip()), "")
            if first:
                return first[: len(first) - len(first.lstrip(" "))]
        if parent is None:
            return ""
        start = parent.keys[0].start if parent.keys else parent.start
        return " " * (start - line_start(self.text, start) + 2)

    # ------------------------------------------------------------------------------- adding, removing

    def remove(self, path: Path) -> None:
        """A field or an entry, with the lines that are its own."""
        site = self.site(path)
        parent = site.parent
        if parent is None:
            raise Unwritable("it is the whole file")
        self.lost += self.remarks(path)
        if len(parent.items) == 1:
            self.replace(path[:-1], {} if parent.keys else [])
        elif site.brackets:
            self.remove_in_brackets(parent, site.index)
        else:
            self.remove_lines(site, parent)

    def remove_in_brackets(self, parent: Part, index: int) -> None:
        begins = [*(parent.keys or parent.items)]
        if index:
            self.put(parent.items[index - 1].end, parent.items[index].end, "")
        else:
            self.put(begins[0].start, begins[1].start, "")

    def remove_lines(self, site: _Site, parent: Part) -> None:
        begin = parent.keys[site.index].start if parent.keys else self.dash(site)
        start, end = line_start(self.text, begin), line_end(self.text, site.part.end)
        if not self.text[start:begin].strip(" "):
            after = self.text.find("\n", end)
            self.put(start, len(self.text) if after < 0 else after + 1, "")
            return
        if site.index or not parent.keys or "#" in self.text[end : parent.keys[1].start]:
            raise Unwritable("it shares its line with something else")
        self.put(begin, parent.keys[1].start, "")

    def insert(self, path: Path, value: Json, *, is_entry: bool = False) -> None:
        """A new field behind the last one that takes one line, or an entry before the one at its place."""
        site = self.site(path[:-1])
        part = site.part
        if part.kind != ("list" if is_entry else "map"):
            raise Unwritable("the file has no place for it")
        name = "" if is_entry else f"{in_brackets(str(path[-1]))}: "
        if part.flow or site.brackets:
            place = int(path[-1]) if is_entry else len(part.items)
            self.insert_in_brackets(part, place, f"{name}{in_brackets(value)}")
            return
        if is_entry:
            self.insert_entry(part, int(path[-1]), value)
            return
        start = part.keys[0].start
        column = " " * (start - line_start(self.text, start))
        short = [
            item.end
            for key, item in zip(part.keys, part.items, strict=True)
            if "\n" not in self.text[key.start : item.end]
        ]
        spelled = spell(value, None, column + "  ", brackets=False)
        lines = [f"{column}{name}{spelled.first}".rstrip(), *spelled.rest]
        self.add_lines(short[-1] if short else part.end, lines)

    def insert_entry(self, part: Part, place: int, value: Json) -> None:
        dash = self.dash(_Site(part.items[0], part, 0, brackets=False))
        start = line_start(self.text, dash)
        lines = entry(value, part.items[max(place - 1, 0)], " " * (dash - start))
        if place:
            self.add_lines(part.items[place - 1].end, lines)
        elif self.text[start:dash].strip(" "):
            raise Unwritable("its entries share a line with something else")
        else:
            self.put(start, start, "".join(line + self.newline for line in lines))

    def insert_in_brackets(self, part: Part, place: int, text: str) -> None:
        if not part.items:
            self.put(part.start + 1, part.start + 1, text)
        elif place:
            end = part.items[place - 1].end
            self.put(end, end, f", {text}")
        else:
            start = part.items[0].start
            self.put(start, start, f"{text}, ")

    def add_lines(self, after: int, lines: list[str]) -> None:
        end = line_end(self.text, after)
        self.put(end, end, "".join(self.newline + line for line in lines))
