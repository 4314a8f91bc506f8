"""What breaks a schema, as diagnostics that name the misspelt field and say what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from procspec.model import Diagnostic, Document, Json, Location, Path
from procspec.source.rules import MOST, problem
from procspec.source.schemas import schema, violations
from procspec.source.suggest import hint, nearest

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

ACTIONS = ("sendTask", "contentRequest", "certification")
"""The actions that a job may have (guide, "Action Types")."""
_ENTRIES = {
    "environments": "an environment",
    "people": "a person",
    "calendars": "a calendar",
    "variables": "a variable",
    "policies": "the settings of a policy",
}
_FILES = {"jobs": "a file of jobs"}
_ITEMS = {"waivers": "a waiver", "moved": "a move", "steps": "a step"}
_NOUNS = {
    "sendTask": "a sendTask",
    "contentRequest": "a contentRequest",
    "certification": "a certification",
    "assignee": "a person",
    "approver": "a person",
    "root": "the root group",
    "credentials": "credentials",
}
_TYPES = {
    "string": "a text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "object": "a mapping with fields",
}


def check(document: Document, name: str) -> Iterator[Diagnostic]:
    """Every way in which the expanded document breaks the schema `name`, each mistake once.

    Values that are None are left alone: a problem has been reported for them already.
    """
    found = islice(violations(name, document.data), 3 * MOST)
    errors = [_Error(document, name, error) for error in found]
    unknown = {error.path: error.extras() for error in errors if error.rule == "additionalProperties"}
    for error in _once(errors):
        yield from _HANDLERS.get(error.rule, _Error.anything)(error, unknown.get(error.path, []))


def _once(errors: Iterable[_Error]) -> Iterator[_Error]:
    """jsonschema repeats itself: one error a missing field, each with all of them."""
    seen: set[tuple[Path, str, object]] = set()
    for error in errors:
        mark = (error.path, error.rule, error.instance if error.rule == "pattern" else None)
        if error.instance is not None and mark not in seen:
            seen.add(mark)
            yield error


class _Error:
    """One jsonschema error, read against the document that it is about."""

    def __init__(self, document: Document, name: str, error: ValidationError) -> None:
        self.document = document
        self.name = name
        self.path: Path = tuple(error.absolute_path)
        self.rule = str(error.validator)
        self.wanted: Any = error.validator_value
        self.instance: Json = error.instance
        self.schema: Mapping[str, Any] = error.schema  # type: ignore[assignment]
        self.of_name = "propertyNames" in error.absolute_schema_path

    # ------------------------------------------------------------------------------------ places

    def here(self) -> Location:
        return self.document.place(self.path)

    def head(self) -> Location:
        """Where an object begins: its key, else its first field's."""
        first = next(iter(self.instance), None) if isinstance(self.instance, dict) else None
        keys = self.document.keys
        return keys.get(self.path) or keys.get((*self.path, first or "")) or self.here()

    def key(self, name: str) -> Location:
        return self.document.keys.get((*self.path, name)) or self.here()

    # ------------------------------------------------------------------------------------- words

    def noun(self) -> str:
        """What the object with the problem is called."""
        if not self.path:
            return _FILES.get(self.name) or f"a {self.name}"
        last = self.path[-1]
        parent = self.path[-2] if len(self.path) > 1 else None
        if isinstance(last, int):
            return _ITEMS.get(str(parent)) or ("a group" if _is_group(self.instance) else "a job")
        return _ENTRIES.get(str(parent)) or _NOUNS.get(last) or f'"{last}"'

    def field(self) -> str:
        """What the value with the problem is called."""
        names = [step for step in self.path if isinstance(step, str)]
        if not names:
            return f"A {self.name} file"
        return f'Each entry of "{names[-1]}"' if isinstance(self.path[-1], int) else f'"{names[-1]}"'

    def extras(self) -> list[str]:
        extras = (name for name in self.instance if name not in self.schema.get("properties", {}))
        return list(islice(extras, MOST + 1))

    # ---------------------------------------------------------------------------------- handlers

    def unknown(self, extras: list[str]) -> Iterator[Diagnostic]:
        known = [name for name in self.schema["properties"] if name not in self.instance]
        for name in extras:
            detail = f'"{name}" is not a field of {self.noun()}.{self.advice(name, known)}'
            yield problem("unknown-field", self.key(name), detail)

    def advice(self, name: str, known: list[str]) -> str:
        if "job" in self.schema["properties"]:
            for action in ACTIONS:
                if action in self.instance and name in _fields(action):
                    return f' Move it into "{action}".'
        if "group" in self.schema["properties"] and name in ("job", *ACTIONS):
            return ' An entry is a job or a group. Put the job among the "children" of the group.'
        return hint(name, known)

    def missing(self, extras: list[str]) -> Iterator[Diagnostic]:
        gone = [name for name in self.wanted if name not in self.instance]
        if gone == ["job"] and not any(action in self.instance for action in ACTIONS):
            gone = [] if nearest_any(extras, ["job", "group", "children", *ACTIONS]) else gone
            if gone:
                yield self.no_entry()
            return
        for name in gone:
            if not nearest_any(extras, [name]):
                yield problem("missing-field", self.head(), self.needs(name))

    def needs(self, name: str) -> str:
        examples = self.schema.get("properties", {}).get(name, {}).get("examples", [])
        example = next(
            (f" Add it, for example `{name}: {e}`." for e in examples if isinstance(e, str)), " Add it."
        )
        noun = self.noun()
        return f'{noun[0].upper()}{noun[1:]} needs the field "{name}".{example}'

    def dependent(self, extras: list[str]) -> Iterator[Diagnostic]:
        for name, others in self.wanted.items():
            for other in others if name in self.instance else ():
                if other not in self.instance and not nearest_any(extras, [other]):
                    means = str(self.schema["properties"][other]["description"]).rstrip(".")
                    detail = f'"{name}" needs the field "{other}". Add it: {means[0].lower()}{means[1:]}.'
                    yield problem("missing-field", self.key(name), detail)

    def no_entry(self) -> Diagnostic:
        detail = 'An entry begins with "job: KEY" and has an action, or with "group: KEY" and has children.'
        return problem("entry-without-key", self.head(), detail)

    def actions(self, extras: list[str]) -> Iterator[Diagnostic]:
        if not isinstance(self.instance, dict):
            return  # its type says it
        present = [action for action in ACTIONS if action in self.instance]
        listed = ", ".join(f'"{action}"' for action in ACTIONS)
        if len(present) > 1:
            first, *others = (self.key(action) for action in present)
            detail = (
                f"A job has one action, and this one has {' and '.join(present)}. Make each a job of its own."
            )
            yield problem("job-with-several-actions", others[0], detail, related=(first, *others[1:]))
        elif "job" in self.instance and not nearest_any(extras, ACTIONS):
            detail = f"A job needs one action: {listed}. Add one of them with its fields."
            yield problem("job-without-action", self.head(), detail)

    def wrong_type(self, _extras: list[str]) -> Iterator[Diagnostic]:
        if "enum" in self.schema:
            return  # what is allowed says more than its type
        wanted = self.wanted if isinstance(self.wanted, list) else [self.wanted]
        expected = " or ".join(_TYPES[kind] for kind in wanted)
        if self.schema.get("title") in ("Name of a person", "Id of a person"):
            expected = (
                "the name of a person, or {id, type}" if self.name != "project" else "an id, or {id, ...}"
            )
        detail = f"{self.field()} takes {expected}, not {_got(self.instance)}.{self.remedy(wanted)}"
        yield problem("wrong-type", self.here(), detail)

    def remedy(self, wanted: list[str]) -> str:
        """What to do about the wrong type, where it helps: quotes do not make a date of a number."""
        if self.schema.get("format") in ("date", "day"):
            return " Write the day as YYYY-MM-DD."
        quoted = isinstance(self.instance, int | float) and "string" in wanted
        if quoted and not re.search(self.schema.get("pattern", ""), json.dumps(self.instance)):
            return ""
        return _remedy(wanted, self.instance)

    def not_allowed(self, _extras: list[str]) -> Iterator[Diagnostic]:
        allowed = [str(value) for value in (self.wanted if isinstance(self.wanted, list) else [self.wanted])]
        listed = ", ".join(f'"{value}"' for value in allowed)
        if self.path[:-1] == ("policies",):
            listed += " or settings such as {severity: error}"
        word = "off" if self.instance is False else self.instance  # that was YAML once
        known = [] if isinstance(word, dict | list) else allowed
        guess = hint(word, known) if nearest(word, known) else ""
        detail = f"{self.field()} takes {listed}, not {_got(self.instance)}.{guess}"
        yield problem("value-not-allowed", self.here(), detail)

    def pattern(self, _extras: list[str]) -> Iterator[Diagnostic]:
        if self.schema.get("format") in ("date", "day", "period"):
            return  # the checks say more about dates than that their form is wrong
        if "credentials" in self.path:
            detail = "Write the name of an environment variable, such as ACME_TOKEN; never the secret itself."
            yield problem("bad-key", self.here(), detail)
            return
        place = self.key(str(self.instance)) if self.of_name else self.here()
        allowed = "dots, dashes and underscores" if "-" in str(self.wanted) else "underscores"
        detail = (
            f'"{self.instance}" is no key: ASCII letters, digits, {allowed}, the first a letter or digit.'
        )
        yield problem("bad-key", place, detail)

    def outside(self, _extras: list[str]) -> Iterator[Diagnostic]:
        low, high = (self.schema.get(name) for name in ("minimum", "maximum"))
        allowed = f"{low} or more" if high is None else f"{high} or less"
        if low is not None and high is not None:
            allowed = f"a number from {low} to {high}"
        detail = f"{self.field()} takes {allowed}, not {_got(self.instance)}."
        yield problem("value-not-allowed", self.here(), detail)

    def empty(self, _extras: list[str]) -> Iterator[Diagnostic]:
        yield problem("empty-text", self.here(), f"{self.field()} needs a text that is not empty.")

    def none(self, _extras: list[str]) -> Iterator[Diagnostic]:
        yield problem("value-not-allowed", self.here(), f"{self.field()} needs an entry at least. Add one.")

    def too_few(self, _extras: list[str]) -> Iterator[Diagnostic]:
        listed = ", ".join(f'"{name}"' for name in self.schema["properties"])
        noun = self.noun()
        detail = f"{noun[0].upper()}{noun[1:]} without a field states nothing. It takes {listed}."
        yield problem("nothing-stated", self.here(), detail)

    def too_many(self, extras: list[str]) -> Iterator[Diagnostic]:
        known = [name for name in self.instance if name not in extras]
        for name in known[1:]:
            noun = self.noun()
            had = f'{noun[0].upper()}{noun[1:]} is one thing, and this one has "{known[0]}" already.'
            detail = f'{had} Put "{name}" behind a dash of its own.'
            yield problem("several-verbs", self.key(name), detail)

    def anything(self, _extras: list[str]) -> Iterator[Diagnostic]:
        yield problem(
            "value-not-allowed", self.here(), f"{self.field()} does not allow {_got(self.instance)}."
        )


_HANDLERS: dict[str, Callable[[_Error, list[str]], Iterator[Diagnostic]]] = {
    "additionalProperties": _Error.unknown,
    "required": _Error.missing,
    "oneOf": _Error.actions,
    "type": _Error.wrong_type,
    "enum": _Error.not_allowed,
    "const": _Error.not_allowed,
    "dependencies": _Error.dependent,
    "minimum": _Error.outside,
    "maximum": _Error.outside,
    "pattern": _Error.pattern,
    "minLength": _Error.empty,
    "minItems": _Error.none,
    "minProperties": _Error.too_few,
    "maxProperties": _Error.too_many,
}


def nearest_any(extras: Iterable[str], known: Iterable[str]) -> bool:
    """Whether an unknown field is probably one of `known`, misspelt: then that one is not missing as well."""
    names = list(known)
    return any(nearest(extra, names) for extra in extras)


def _fields(action: str) -> Mapping[str, Json]:
    fields: Mapping[str, Json] = schema("process")["definitions"][action]["properties"]
    return fields


def _is_group(value: Json) -> bool:
    return isinstance(value, dict) and ("group" in value or "children" in value)


def _got(value: Json) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    shown = value if isinstance(value, str) and len(value) <= 60 else None
    if isinstance(value, str):
        return f'"{shown}"' if shown is not None else "this text"
    return f"the {'value' if isinstance(value, bool) else 'number'} {json.dumps(value)}"


def _remedy(wanted: list[str], value: Json) -> str:
    if wanted == ["string"] and isinstance(value, int | float):
        return f' Put it in quotes: "{json.dumps(value)}".'
    if wanted == ["boolean"] and isinstance(value, str):
        words = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}
        meant = words.get(value.casefold()) or (
            value.casefold() if value.casefold() in ("true", "false") else ""
        )
        return f" Write {meant}, without quotes." if meant else ""
    if wanted == ["array"] and not isinstance(value, dict):
        return " Write each entry on a line of its own, after a dash."
    return ""
