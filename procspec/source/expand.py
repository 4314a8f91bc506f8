"""`${var.x}`, `${each.key}`, `${process.key}` and `$${` in parsed values (DESIGN section 3).

A namespace is a mapping in a `Scope`; a dotted name goes further down into the mappings of a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from procspec.model import Diagnostic, Document, Json, Location, Path
from procspec.source.builder import MAX_TEXT, TOO_LONG
from procspec.source.copies import WORD, Copy, Each, unroll
from procspec.source.rules import MOST, MOST_OF_COPIES, first, problem, unseen
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


def expand(
    document: Document, text: str, scope: Scope
) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
    """The process documents of a file, copies made and every expression replaced; keys of mappings stay.

    A value that is only a reference keeps the type of what it refers to; inside a text numbers and
    booleans are written as in YAML. A value with a problem becomes None; `text` is the file's, for
    the column of the expression.
    """
    lines = text.split("\n")
    walk = _Walk(document, lines, scope)
    made, found = [document], list[Diagnostic]()
    if isinstance(document.data, dict) and WORD in text:
        made, found = unroll(document, walk.inside)
    found = [*first([*walk.found, *found])]
    grown = walk.grown
    expanded = list[Document]()
    for one in made:
        if len(found) > MOST_OF_COPIES:
            found.append(unseen(document.place(())))
            break
        each = _Walk(one, lines, scope, grown)
        expanded.append(each.document_of_process())
        found += first(each.found)
        grown = each.grown
    return tuple(expanded), tuple(found)


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

    def __init__(self, document: Document, lines: list[str], scope: Scope, grown: int = 0) -> None:
        self.document = document
        self.lines = lines
        self.scope = scope
        self.found: list[Diagnostic] = []
        self.grown = grown

    def document_of_process(self) -> Document:
        """The expanded document; its own key can be referred to from everywhere else."""
        data, outer = self.document.data, self.scope
        if not isinstance(data, dict):
            return replace(self.document, data=self.value(data, ()))
        if isinstance(data, Copy):
            self.scope = outer = outer.with_("each", data.each)
        written = data.get("key")
        key = self.value(written, ("key",))
        self.scope = outer.with_("process", {"key": key})
        rest = {name: key if name == "key" else self.value(value, (name,)) for name, value in data.items()}
        template = written if isinstance(written, str) else ""
        given = _dated(data.written) if isinstance(data, Copy) else frozenset[str]()
        now = outer.names.get("period", {}).get("name") if _is_dated(template, given) else None
        return replace(self.document, data=rest, template=template, period=str(now) if now else "")

    def inside(self, value: Json, path: Path, each: Each | None) -> Json:
        """The value of a `forEach`, which may refer to the entry around it."""
        outer = self.scope
        try:
            self.scope = outer if each is None else outer.with_("each", each)
            return self.value(value, path)
        finally:
            self.scope = outer

    def value(self, value: Json, path: Path) -> Json:
        if isinstance(value, str):
            return self.text(value, path) if "${" in value else value
        if isinstance(value, Copy):
            return self.inside({**value}, path, value.each)
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
        if any(isinstance(value, dict | list) for value in values):
            return self.not_in_text(path)
        found = iter(values)
        return _TOKEN.sub(lambda _: _written(next(found)), text)

    def not_in_text(self, path: Path) -> None:
        detail = "A mapping or a list cannot stand inside of a text. Refer to one of its values."
        self.found.append(problem("malformed-expression", self.document.place(path), detail))

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
        found = _at(values, name)
        if found is not _ABSENT:
            return found
        if space == "var" and self.scope.blind:
            return None
        if space != "var":
            known = (
                values["value"] if name.startswith("value.") and isinstance(values.get("value"), dict) else {}
            )
            names = [*values, *(f"value.{each}" for each in known)]
            detail = f'There is no "{space}.{name}".{hint(name, names, of=f"{space}.")}'
            raise _Problem("unknown-reference", detail)
        raise self.no_variable(name)

    def unknown_space(self, space: str) -> str:
        if space == "each":
            return '"each" exists only in a process, group or job that has a forEach.'
        if space == "period":
            return 'The project has no period. Write "period: 2024-Q4" into procspec.yaml, or pass --period.'
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


_ABSENT = object()


def _at(values: Mapping[str, Json], name: str) -> Json:
    """The value of a dotted name: the longest part of it that is there, and from there on the rest."""
    if name in values:
        return values[name]
    head, dot, rest = name.rpartition(".")
    while dot:
        inner = values.get(head)
        if isinstance(inner, dict):
            return _at(inner, rest)
        head, dot, more = head.rpartition(".")
        rest = f"{more}.{rest}"
    return _ABSENT


def _is_dated(text: str, given: frozenset[str] = frozenset()) -> bool:
    """Whether a text is made from the period, by itself or by the names of `each` that are."""
    for match in _TOKEN.finditer(text):
        found = _REFERENCE.fullmatch(match["inside"] or "")
        if found and found["space"] == "period":
            return True
        if found and found["space"] == "each" and any(_is_in(name, found["name"]) for name in given):
            return True
    return False


def _dated(each: Each) -> frozenset[str]:
    """The names of `each`, as it is written, that are made from the period: `key`, `value.code`."""
    return frozenset(".".join(map(str, path)) for path, text in _texts((), each) if _is_dated(text))


def _is_in(name: str, other: str) -> bool:
    return name == other or name.startswith(f"{other}.")


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
    return replace(place, column=place.column + at, width=len(written))
