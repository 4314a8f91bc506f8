"""`forEach`: templates of processes, groups and jobs become copies, before other expressions are replaced."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, TypeAlias, cast

from procspec.model import SLUG, Diagnostic, Document, Json, Path
from procspec.source.places import Entry, Places
from procspec.source.rules import problem, warning

WORD: Final = "forEach"
MAX_VALUES: Final = 1_000_000
"""Values that the copies of one file may have together: some 10,000 processes of 20 jobs."""
_KEYS: Final = ("key", "group", "job")
_EACH: Final = "${each."
_EACH_KEY: Final = "${each.key}"
_SHAPE: Final = (
    'Write a mapping, or a list of mappings that have a "key", or refer to a variable that is one.'
)
_ALLOWED: Final = "ASCII letters, digits, dots, dashes and underscores, the first a letter or digit."

Each: TypeAlias = dict[str, Json]
"""What `each` refers to in a copy: its `key` and its `value`."""
Evaluate: TypeAlias = Callable[[Json, Path, "Each | None"], Json]
"""Replaces the expressions of a value, given the path at which it is written and the `each` around it."""
_Pair: TypeAlias = tuple[Json, Entry]
_Entry: TypeAlias = tuple["str | int", Json]
"""Where an entry is in its mapping or list, and its value."""


class Copy(dict[str, Json]):
    """The data of a copy, and what `each` is in it; expansion makes a plain mapping of it.

    `written` is `each` as the file has it, expressions and all, for a copy of a process; empty where the file
    refers to the entries.
    """

    def __init__(self, data: dict[str, Json], each: Each, written: Each) -> None:
        super().__init__(data)
        self.each = each
        self.written = written


def unroll(document: Document, evaluate: Evaluate) -> tuple[list[Document], list[Diagnostic]]:
    """The process documents of a file, each `forEach` in them replaced by its copies.

    Values of a copy have the places of the template, which name the copy. Nothing else is expanded yet. Of
    a file with too many copies there are none at all.
    """
    unroller = _Unroller(document, evaluate)
    try:
        return list(unroller.documents()), unroller.found
    except _TooMany:
        detail = f"The copies hold more than {MAX_VALUES:,} values. Split the file, or make fewer."
        return [], [*unroller.found, problem("too-many-values", document.place((WORD,)), detail)]


class _TooMany(Exception):
    """The copies would not fit."""


class _Unroller:
    """One document's copies; `found` collects."""

    def __init__(self, document: Document, evaluate: Evaluate) -> None:
        self.document = document
        self.evaluate = evaluate
        self.found: list[Diagnostic] = []
        self.values = 0
        self.broken = 0
        self.empty: set[Path] = set()

    def documents(self) -> Iterator[Document]:
        places, keys = cast(Places, self.document.places), cast(Places, self.document.keys)
        for data, entry in self.copies(self.document.data, places.root, (), None):
            yield replace(self.document, data=data, places=places.over(entry), keys=keys.over(entry))

    def copies(self, data: Json, entry: Entry, path: Path, each: Each | None) -> Iterator[_Pair]:
        """The node itself, or its copies, all that is below it unrolled."""
        if not isinstance(data, dict) or WORD not in data:
            yield self.node(data, entry, path, each)
            return
        items = self.entries(data[WORD], path, each)
        if items:
            self.check_key(data, path)
        template = {name: value for name, value in data.items() if name != WORD}
        size = sum(_size(value) for name, value in template.items() if name not in ("root", "children"))
        for key, (step, value) in items.items():
            inner = {"key": key, "value": value}
            made, below = self.node(template, entry, path, inner)
            self.count(size)
            written = {} if path else _as_written(data[WORD], step)
            yield Copy(made, inner, written), (*below[:5], key)

    def node(self, data: Json, entry: Entry, path: Path, each: Each | None) -> _Pair:
        """The same node with its children unrolled."""
        if not isinstance(data, dict):
            return data, entry
        if not path and isinstance(data.get("root"), dict):
            root, below = self.node(data["root"], _below(entry, "root"), ("root",), each)
            return {**data, "root": root}, _with(entry, "root", below)
        children = data.get("children")
        if not isinstance(children, list):
            return data, entry
        where, inside, before = (*path, "children"), _below(entry, "children"), self.broken
        pairs = [
            pair
            for index, child in enumerate(children)
            for pair in self.copies(child, _below(inside, index), (*where, index), each)
        ]
        # Without copies because of a problem, the children are unknown rather than none.
        unknown = not pairs and self.broken > before
        listed = (*inside[:4], [below for _, below in pairs], *inside[5:])
        made = None if unknown else [child for child, _ in pairs]
        return {**data, "children": made}, _with(entry, "children", listed)

    def count(self, size: int) -> None:
        self.values += size
        if self.values > MAX_VALUES:
            raise _TooMany

    # ----------------------------------------------------------------------------------------- entries

    def entries(self, written: Json, path: Path, each: Each | None) -> dict[str, _Entry]:
        """What to make copies for, by key; nothing when it cannot be said, which is reported."""
        given = self.evaluate(written, (*path, WORD), each)
        if given in ({}, []) and _EACH not in str(written):
            self.report_empty((*path, WORD))
        if isinstance(given, dict):
            named = [(key, (*path, WORD, key), value) for key, value in given.items()]
        elif isinstance(given, list):
            named = [(_key_of(item), (*path, WORD, index), item) for index, item in enumerate(given)]
        else:
            self.broken += 1
            if given is not None:
                self.report("bad-for-each", (*path, WORD), _SHAPE)
            return {}
        return self.sound(named)

    def sound(self, named: list[tuple[Json, Path, Json]]) -> dict[str, _Entry]:
        """The entries whose key can be used, each once."""
        entries: dict[str, _Entry] = {}
        for key, path, value in named:
            if not isinstance(key, str) or not SLUG.fullmatch(key):
                self.report("bad-for-each", path, _no_key(key))
            elif key in entries:
                self.report(
                    "bad-for-each", path, f'There is an entry "{key}" already. Give this one another key.'
                )
            else:
                entries[key] = (path[-1], value)
        return entries

    def check_key(self, data: dict[str, Json], path: Path) -> None:
        """Copies are told apart by their keys (DESIGN section 3)."""
        name = next((name for name in _KEYS if name in data), None)
        if name is not None and _EACH_KEY not in str(data[name]):
            example = f"{data[name]}-{_EACH_KEY}"
            detail = f'Every copy needs a key of its own: write "{_EACH_KEY}" into it, such as "{example}".'
            self.report("for-each-key", (*path, name), detail)

    def report_empty(self, path: Path) -> None:
        """Once for all copies around; an entry of theirs may well have nothing below it."""
        detail = "There are no entries, so no copies are made; what was applied of them has no file then."
        if path not in self.empty:
            self.empty.add(path)
            place = self.document.keys.get(path) or self.document.place(path)
            self.found.append(warning("empty-for-each", place, detail))

    def report(self, rule: str, path: Path, detail: str) -> None:
        self.broken += 1
        self.found.append(problem(rule, self.document.place(path), detail))


def _as_written(entries: Json, step: str | int) -> Each:
    """What `each` would be without any expression replaced."""
    if not isinstance(entries, dict | list):
        return {}
    value = entries[step]  # type: ignore[index]
    return {"key": step if isinstance(step, str) else _key_of(value), "value": value}


def _no_key(key: Json) -> str:
    if isinstance(key, int | float):
        written = json.dumps(key)
        return f'"key" takes a text, not {written}. Put it in quotes: "{written}".'
    shown = f'"{key}" is no key' if isinstance(key, str) else '"key" takes a text'
    shown = 'The entry has no "key"' if key is None else shown
    return f"{shown}: {_ALLOWED}"


def _key_of(item: Json) -> Json:
    return item.get("key") if isinstance(item, dict) else None


def _size(value: Json) -> int:
    if isinstance(value, dict | list):
        return 1 + sum(map(_size, value.values() if isinstance(value, dict) else value))
    return 1


def _below(entry: Entry, step: str | int) -> Entry:
    """The entry one step further down; its own where the text has none, as inside of a reference."""
    try:
        return entry[4][step]  # type: ignore[index]
    except (LookupError, TypeError):
        return entry


def _with(entry: Entry, step: str, below: Entry) -> Entry:
    """The entry with another one below it."""
    inside = entry[4]
    return (*entry[:4], {**inside, step: below}, *entry[5:]) if isinstance(inside, dict) else entry
