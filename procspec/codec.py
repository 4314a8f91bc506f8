"""Frozen values to JSON and back, by their annotations: floor 0, for whatever is kept in a file.

Strict: an unknown member, a missing one or a wrong type is refused with the path to it, so that a file
of another version is never half understood.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from procspec.model import Json

T = TypeVar("T")
Reader = Callable[[Json], object]


class Malformed(ValueError):
    """The JSON does not fit the type; the message begins with the path to the place."""

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.told = told
        self.path = ""

    def at(self, step: str) -> Malformed:
        """The same error, seen from one level further up."""
        self.path = f"{step}{self.path}"
        return self

    def __str__(self) -> str:
        return f"{self.path.lstrip('.') or 'top'}: {self.told}"


# -------------------------------------------------------------------------------------------- to JSON


def encode(value: object) -> Json:
    """The JSON of a value: members in the order of the class, those at their default left out."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    kind: Any = type(value)
    members = ((name, getattr(value, name), default) for name, default in _defaults(kind))
    return {name: encode(given) for name, given, default in members if given != default}


@cache
def _defaults(kind: Any) -> tuple[tuple[str, object], ...]:
    """The fields of a dataclass with their defaults; MISSING where there is none."""
    return tuple((field.name, _default(field)) for field in dataclasses.fields(kind))


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


# ------------------------------------------------------------------------------------------ from JSON


def decode(kind: type[T], data: Json) -> T:
    """The value of that class in the JSON; raises Malformed."""
    wanted: Any = kind
    return cast(T, _reader(wanted)(data))


@cache
def _reader(kind: Any) -> Reader:
    """What reads one annotation; made once, because a state holds many records of many marks."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return lambda data: data
    if origin in (types.UnionType, typing.Union):
        (inner,) = [_reader(argument) for argument in arguments if argument is not type(None)]
        return lambda data: None if data is None else inner(data)
    if origin is tuple:
        return _items(_reader(arguments[0]))
    if origin is not None:
        return _entries(_reader(arguments[1]))
    if dataclasses.is_dataclass(kind):
        return _members(kind)
    return _word(kind) if issubclass(kind, Enum) else lambda data: _typed(kind, data)


def _items(read: Reader) -> Reader:
    def items(data: Json) -> object:
        return tuple(_step(read, item, f"[{index}]") for index, item in enumerate(_typed(list, data)))

    return items


def _entries(read: Reader) -> Reader:
    def entries(data: Json) -> object:
        return {key: _step(read, item, f".{key}") for key, item in _typed(dict, data).items()}

    return entries


def _members(kind: Any) -> Reader:
    hints = typing.get_type_hints(kind)
    readers = {name: _reader(hints[name]) for name, _ in _defaults(kind)}
    required = {name for name, default in _defaults(kind) if default is dataclasses.MISSING}

    def members(data: Json) -> object:
        given = _typed(dict, data)
        if not required <= given.keys():
            raise Malformed(f"member {min(required - given.keys())!r} is missing")
        if not given.keys() <= readers.keys():
            raise Malformed(f"unknown member {min(given.keys() - readers.keys(), key=str)!r}")
        return kind(**{name: _step(readers[name], item, f".{name}") for name, item in given.items()})

    return members


def _step(read: Reader, data: Json, step: str) -> object:
    try:
        return read(data)
    except Malformed as error:
        raise error.at(step) from None


def _word(kind: type[Enum]) -> Reader:
    known = {item.value: item for item in kind}

    def word(data: Json) -> object:
        if not isinstance(data, str) or data not in known:
            raise Malformed(f"{data!r} is not one of {sorted(known)}")
        return known[data]

    return word


def _typed(kind: type[T], data: Json) -> T:
    if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
        raise Malformed(f"expected {kind.__name__}, found {type(data).__name__}")
    return data
