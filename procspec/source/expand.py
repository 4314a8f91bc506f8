"""`${var.x}`, `${process.key}` and `$${` in parsed values (DESIGN section 3).

A namespace is a mapping in a `Scope`; `forEach` will add `each` and its copies of nodes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from procspec.model import Diagnostic, Document, Json, Location, Path
from procspec.source.builder import MAX_TEXT, TOO_LONG
from procspec.source.rules import MOST, first, problem
from procspec.source.suggest import hint

_TOKEN = re.compile(r"\$\$\{|\$\{(?P<inside>[^{}\n]*)\}|\$\{")
_REFERENCE = re.compile(r"(?P<space>[A-Za-z][A-Za-z0-9]*)\.(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What expressions may refer to: namespace -> name -> value.

    `unset` are variables that are declared and have no value, with the places of their declarations.
    A name whose value is None has a problem that was reported; `blind` says so of every variable.
    """

    names: Mapping[str, Mapping[str, Json]]
    unset: Mapping[str, Location] = field(default_factory=dict)
    blind: bool = False

    def with_(self, space: str, names: Mapping[str, Json]) -> Scope:
        """This scope and one namespace more."""
        return replace(self, names={**self.names, space: names})


class _Problem(Exception):
    def __init__(self, rule: str, detail: str, related: tuple[Location, ...] = ()) -> None:
        super().__init__(detail)
        self.rule = rule
        self.detail = detail
        self.related = related


def expand(document: Document, text: str, scope: Scope) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The process document with every expression replaced; keys of mappings are left alone.

    A value that is only a reference keeps the type of what it refers to; inside a text numbers and
    booleans are written as in YAML. A value with a problem becomes None; `text` is the file's, for
    the column of the expression.
    """
    walk = _Walk(document, text.split("\n"), scope)
    data = document.data
    if not isinstance(data, dict):
        return replace(document, data=walk.value(data, ())), tuple(first(walk.found))
    key = walk.value(data["key"], ("key",)) if "key" in data else None
    walk.scope = scope.with_("process", {"key": key})
    rest = {name: key if name == "key" else walk.value(value, (name,)) for name, value in data.items()}
    return replace(document, data=rest), tuple(first(walk.found))


def literal(value: Json) -> Json:
    """The data with every `${` escaped, so that a file which holds it says the same after expansion."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, list):
        return [literal(item) for item in value]
    return {key: literal(item) for key, item in value.items()} if isinstance(value, dict) else value


def references(document: Document, text: str) -> Iterator[tuple[str, Location]]:
    """Every expression of a document, for files in which none may be, as written and with its place."""
    lines = text.split("\n")
    for path, value in _texts((), document.data):
        for match in _TOKEN.finditer(value):
            if match["inside"] is not None and _REFERENCE.fullmatch(match["inside"]):
                yield match[0], _place(document, lines, path, match[0], 0)


class _Walk:
    """One document's expansion; `found` collects."""

    def __init__(self, document: Document, lines: list[str], scope: Scope) -> None:
        self.document = document
        self.lines = lines
        self.scope = scope
        self.found: list[Diagnostic] = []
        self.grown = 0

    def value(self, value: Json, path: Path) -> Json:
        if isinstance(value, str):
            return self.text(value, path) if "${" in value else value
        if isinstance(value, dict):
            return {key: self.value(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item, (*path, index)) for index, item in enumerate(value)]
        return value

    def text(self, text: str, path: Path) -> Json:
        matches = list(_TOKEN.finditer(text))
        values = [self.token(match, path) for match in matches]
        if any(value is None for value in values):
            return None
        if len(matches) == 1 and matches[0][0] == text:
            return values[0]
        found = iter(values)
        return _TOKEN.sub(lambda _: _written(next(found)), text)

    def token(self, match: re.Match[str], path: Path) -> Json:
        if match[0] == "$${":
            return "${"
        if len(self.found) > MOST or self.grown > MAX_TEXT:
            return None
        try:
            return self.measured(self.look_up(match["inside"]))
        except _Problem as error:
            nth = match.string.count(match[0], 0, match.start())
            place = _place(self.document, self.lines, path, match[0], nth)
            self.found.append(problem(error.rule, place, error.detail, related=error.related))
            return None

    def measured(self, value: Json) -> Json:
        """A short expression may stand for a long text, many times."""
        self.grown += len(_written(value))
        if self.grown > MAX_TEXT:
            raise _Problem("too-much-text", TOO_LONG)
        return value

    def look_up(self, inside: str | None) -> Json:
        reference = _REFERENCE.fullmatch(inside or "")
        if reference is None:
            detail = 'An expression looks like "${var.name}", without spaces. For the text "${" write "$${".'
            raise _Problem("malformed-expression", detail)
        space, name = reference["space"], reference["name"]
        if space not in self.scope.names:
            raise _Problem("unknown-reference", self.unknown_space(space))
        values = self.scope.names[space]
        if name in values:
            return values[name]
        if space == "var" and self.scope.blind:
            return None
        if space != "var":
            detail = f'There is no "{space}.{name}".{hint(name, values)}'
            raise _Problem("unknown-reference", detail)
        raise self.no_variable(name)

    def unknown_space(self, space: str) -> str:
        if space == "each":
            return '"each" exists only below a forEach, which this version of procspec does not know yet.'
        if space == "process":
            return "The key of a process cannot refer to itself."
        return f'There is nothing called "{space}".{hint(space, self.scope.names)}'

    def no_variable(self, name: str) -> _Problem:
        if name in self.scope.unset:
            detail = (
                f'The variable "{name}" has no value. Give it a default in procspec.yaml, a value in the '
                f"environment, or pass --var {name}=VALUE or PROCSPEC_VAR_{name}."
            )
            return _Problem("variable-without-value", detail, (self.scope.unset[name],))
        known = [*self.scope.names["var"], *self.scope.unset]
        advice = f'{hint(name, known)} Declare it under "variables" in procspec.yaml.'
        detail = f'The variable "{name}" is not declared.{advice}'
        return _Problem("unknown-variable", detail)


def _written(value: Json) -> str:
    """A value as YAML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _texts(path: Path, value: Json) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for step, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts((*path, step), item)


def _place(document: Document, lines: list[str], path: Path, written: str, nth: int) -> Location:
    """Where the `nth` such expression of a value stands: exactly, if the value is on one line."""
    place = document.place(path)
    if place.line > len(lines):
        return place
    shown = lines[place.line - 1][place.column - 1 : place.column - 1 + place.width]
    at = -1
    for _ in range(nth + 1):
        at = shown.find(written, at + 1)
        if at < 0:
            return place
    return Location(place.file, place.line, place.column + at, len(written))
