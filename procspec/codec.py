"""Frozen values to JSON and back, by their annotations: floor 0, for whatever is kept in a file.

Strict: an unknown member, a missing one or a wrong type is refused with the path to it, so that a file
of another version is never half understood.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Hashable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from procspec.model import Json

T = TypeVar("T")


class Malformed(ValueError):
    """The JSON does not fit the type; the message begins with the path to the place."""


def encode(value: object) -> Json:
    """The JSON of a value: members in the order of the class, those at their default left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in _told(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    return value


def _told(value: Any) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(value) if getattr(value, field.name) != _default(field)]


def _default(field: dataclasses.Field[Any]) -> object:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def decode(kind: type[T], data: Json, path: str = "") -> T:
    """The value of that class in the JSON; raises Malformed."""
    return cast(T, _decode(kind, data, path))


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _decode(kind: Any, data: Json, path: str) -> object:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return data
    if origin in (types.UnionType, typing.Union):
        (inner,) = [argument for argument in arguments if argument is not type(None)]
        return None if data is None else _decode(inner, data, path)
    if origin is tuple:
        items = _typed(list, data, path)
        return tuple(_decode(arguments[0], item, f"{path}[{index}]") for index, item in enumerate(items))
    if origin is not None:
        members = _typed(dict, data, path)
        return {key: _decode(arguments[1], item, f"{path}.{key}") for key, item in members.items()}
    if dataclasses.is_dataclass(kind):
        return _object(cast(type[Any], kind), data, path)
    return _scalar(kind, data, path)


def _object(kind: type[Any], data: Json, path: str) -> object:
    members = _typed(dict, data, path)
    hints = _hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    unknown = sorted(set(members) - set(fields))
    missing = sorted(
        name
        for name, field in fields.items()
        if name not in members and _default(field) is dataclasses.MISSING
    )
    if unknown or missing:
        told = f"unknown member {unknown[0]!r}" if unknown else f"member {missing[0]!r} is missing"
        raise Malformed(f"{path or 'top'}: {told}")
    return kind(**{name: _decode(hints[name], item, f"{path}.{name}") for name, item in members.items()})


def _scalar(kind: type[Any], data: Json, path: str) -> object:
    if issubclass(kind, Enum):
        try:
            return kind(data)
        except ValueError:
            raise Malformed(f"{path}: {data!r} is not one of {[item.value for item in kind]}") from None
    return _typed(kind, data, path)


def _typed(kind: type[T], data: Json, path: str) -> T:
    if not isinstance(data, kind) or (kind is int and isinstance(data, bool)):
        raise Malformed(f"{path or 'top'}: expected {kind.__name__}, found {type(data).__name__}")
    return data
