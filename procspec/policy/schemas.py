"""The policies of a team: the text of a `policies/*.schema.json` -> a policy, or what is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from procspec.model import SLUG, Diagnostic, Json, Kind, Location, Path, Severity
from procspec.policy.settings import meant
from procspec.policy.spans import places, too_deep
from procspec.policy.table import POLICIES, Policy
from procspec.redaction import masked

if TYPE_CHECKING:
    from jsonschema.validators import Draft7Validator

KEYWORD = "x-procspec"
"""The member of a schema that makes it a policy."""
MAX_BYTES = 10 * 1024 * 1024
"""As for the files of a project."""
MAX_DEPTH = 64
"""As for the files of a project: what walks through a schema may recurse."""
_DRAFT = re.compile(r"http://json-schema\.org/draft-07/schema#?")
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": (),
    "on": tuple(kind.value for kind in Kind),
    "message": (),
    "severity": tuple(severity.value for severity in Severity),
}
"""The members of `x-procspec`, and the words that each takes; none means any text."""
_OPTIONAL = "severity"
_DATA = frozenset({"const", "enum", "default", "examples", KEYWORD})
"""Members of a schema that hold values and no schemas."""
_NAMED = frozenset({"properties", "patternProperties", "definitions", "dependencies"})
"""Members of a schema that hold schemas by names of the user's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Custom:
    """One policy of a team: a JSON Schema (draft-07) for every process, group or job of the payload."""

    policy: Policy
    on: Kind
    message: str
    schema: Json
    file: str
    place: Location


class _Fault(Exception):
    """What is wrong with a file, and where."""

    def __init__(self, place: Location, detail: str) -> None:
        super().__init__(detail)
        self.place = place
        self.detail = detail


def parse(file: str, raw: bytes, taken: Collection[str] = ()) -> tuple[Custom | None, tuple[Diagnostic, ...]]:
    """The policy in a file; None, with a diagnostic, when it cannot be used.

    `taken` are ids that it may not have, besides those of the built-in policies.
    """
    try:
        return _custom(file, _text(file, raw), {*POLICIES, *taken}), ()
    except _Fault as fault:
        return None, (fault_of_file(fault.place, fault.detail),)


def fault_of_file(place: Location, detail: str) -> Diagnostic:
    """A policy file that cannot be used."""
    rule = POLICIES["bad-policy-file"]
    return Diagnostic(rule=rule.id, summary=rule.summary, detail=masked(detail), place=place)


def _text(file: str, raw: bytes) -> str:
    start = Location(file, 1, 1)
    if len(raw) > MAX_BYTES:
        raise _Fault(start, f"The file is larger than {MAX_BYTES // 2**20} MB. Make it smaller.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8-sig", "replace")) + 1
        place = Location(file, before.count(b"\n") + 1, column)
        raise _Fault(place, "This byte is not UTF-8. Save the file as UTF-8.") from None


def _custom(file: str, text: str, taken: Collection[str]) -> Custom:
    schema = _json(file, text)
    where = _Places(file, text)
    if not isinstance(schema, dict):
        raise _Fault(where.of(()), "A policy is a JSON Schema: write an object.")
    told = _told(schema, where)
    if told["id"] in taken:
        detail = f'The id "{told["id"]}" is taken by another policy or rule. Choose another one.'
        raise _Fault(where.of((KEYWORD, "id")), detail)
    _check_schema(schema, where)
    policy = Policy(
        id=told["id"],
        severity=Severity(told.get("severity", "error")),
        summary=_said(schema, "title") or told["id"],
        explanation=_said(schema, "description") or told["message"],
        source=file,
    )
    kind, place = Kind(told["on"]), where.of((KEYWORD,))
    return Custom(policy=policy, on=kind, message=told["message"], schema=schema, file=file, place=place)


class _Places:
    """The places of a file's values, looked for when something is wrong."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    @cached_property
    def known(self) -> Mapping[Path, Location]:
        return places(self.file, self.text)

    def of(self, path: Path) -> Location:
        """The place of a value, or of its nearest parent."""
        while path not in self.known:
            path = path[:-1]
        return self.known[path]


# ---------------------------------------------------------------------------------------------- JSON


def _json(file: str, text: str) -> Json:
    deep = too_deep(file, text, MAX_DEPTH)
    if deep is not None:
        raise _Fault(deep, f"Values are nested more than {MAX_DEPTH} levels deep. Check the brackets.")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as error:
        raise _Fault(Location(file, error.lineno, error.colno), f"This is not JSON: {error.msg}.") from None
    except ValueError as error:
        raise _Fault(Location(file, 1, 1), f"This is not JSON: {error}.") from None


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f'the member "{twice}" is there twice in one object')
    return result


def _constant(word: str) -> Json:
    raise ValueError(f"{word} is no number")


# ---------------------------------------------------------------------------------------- x-procspec


def _told(schema: Mapping[str, Json], where: _Places) -> Mapping[str, str]:
    """The members of `x-procspec`, checked."""
    told = schema.get(KEYWORD)
    if not isinstance(told, dict):
        listed = "{id, on: job|group|process, message, severity}"
        raise _Fault(where.of((KEYWORD,)), f'A policy says what it is: add "{KEYWORD}": {listed}.')
    for name in told:
        if name not in _FIELDS:
            detail = f'"{name}" is not a member of "{KEYWORD}".{meant(name, _FIELDS)}'
            raise _Fault(where.of((KEYWORD, name)), detail)
    for name, words in _FIELDS.items():
        if name not in told and name != _OPTIONAL:
            raise _Fault(where.of((KEYWORD,)), f'"{KEYWORD}" needs the member "{name}".')
        if name in told:
            _check_member(name, told[name], words, where)
    return told


def _check_member(name: str, value: Json, words: Collection[str], where: _Places) -> None:
    place = where.of((KEYWORD, name))
    if not isinstance(value, str) or not value.strip():
        raise _Fault(place, f'"{name}" takes a text that is not empty.')
    if words and value not in words:
        listed = ", ".join(f'"{word}"' for word in words)
        raise _Fault(place, f'"{name}" takes {listed}.{meant(value, words)}')
    if name == "id" and not SLUG.fullmatch(value):
        raise _Fault(place, "An id has ASCII letters, digits, dots, dashes and underscores.")


def _said(schema: Mapping[str, Json], name: str) -> str:
    said = schema.get(name)
    return said.strip() if isinstance(said, str) else ""


# -------------------------------------------------------------------------------------- JSON Schema


def _check_schema(schema: Mapping[str, Json], where: _Places) -> None:
    """That it is a schema of draft-07, and whole in itself: nothing is ever fetched."""
    draft = schema.get("$schema", "http://json-schema.org/draft-07/schema#")
    if not isinstance(draft, str) or not _DRAFT.fullmatch(draft):
        detail = 'Policies are JSON Schemas of draft-07: "http://json-schema.org/draft-07/schema#".'
        raise _Fault(where.of(("$schema",)), detail)
    wrong = _no_schema(schema)
    if wrong:
        raise _Fault(where.of(wrong[0]), f"This is no JSON Schema: {wrong[1]}.")
    _check_references(schema, where)


def _no_schema(value: Json) -> tuple[Path, str] | None:
    """Where a value breaks the rules of draft-07, and how; None when it is a schema."""
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import Draft7Validator

    try:
        Draft7Validator.check_schema(value)
    except SchemaError as error:
        reason = error.message if len(error.message) <= 200 else f"{error.message[:200]}…"
        return tuple(error.absolute_path), reason
    except Exception as error:  # of a regular expression that Python cannot make, such as `a{99999999999}`
        return (), str(error)[:200]
    return None


def _check_references(schema: Mapping[str, Json], where: _Places) -> None:
    resolver, sound = _registry(schema).resolver(), {"#"}
    for path, name, reference in _references(schema, ()):
        if reference in sound and name == "$ref":
            continue
        fault = _fault_of_id() if name == "$id" else _fault_of_reference(resolver, reference)
        if fault:
            raise _Fault(where.of((*path, name)), fault)
        sound.add(reference)


def _fault_of_id() -> str:
    return 'A policy has no "$id": it would give the references in it another meaning. Remove it.'


def _fault_of_reference(resolver: Any, reference: str) -> str:
    """What is wrong with a `$ref`; empty when it leads to a schema in this file."""
    from referencing.exceptions import Unresolvable

    shown = reference[:200]
    if not reference.startswith("#"):
        return (
            f'"{shown}" is outside of this file, and nothing is fetched.'
            ' Copy it into "definitions", and refer to "#/definitions/...".'
        )
    try:
        found = resolver.lookup(reference).contents
    except (Unresolvable, ValueError, LookupError, TypeError):
        return f'"{shown}" leads nowhere in this file.'
    wrong = _no_schema(found)
    return f'"{shown}" leads to something that is no JSON Schema: {wrong[1]}.' if wrong else ""


def _references(schema: Json, path: Path, *, is_named: bool = False) -> Iterator[tuple[Path, str, str]]:
    """Every `$ref` and `$id` of a schema; of schemas by name if `is_named`, where every name is as good."""
    if isinstance(schema, list):
        for index, item in enumerate(schema):
            yield from _references(item, (*path, index))
    if not isinstance(schema, dict):
        return
    for name, value in schema.items():
        if is_named:
            yield from _references(value, (*path, name))
        elif name in ("$ref", "$id") and isinstance(value, str):
            yield path, name, value
        elif name not in _DATA:
            yield from _references(value, (*path, name), is_named=name in _NAMED)


def _registry(schema: Mapping[str, Json]) -> Any:
    """A registry that knows this schema and fetches nothing."""
    from referencing import Registry
    from referencing.jsonschema import DRAFT7

    registry: Registry[Any] = Registry()
    return registry.with_resource("", DRAFT7.create_resource(schema))


def validator(custom: Custom) -> Draft7Validator:
    """What applies the schema; it never asks anybody for another one."""
    from jsonschema.validators import Draft7Validator

    return Draft7Validator(custom.schema, registry=_registry(custom.schema))
