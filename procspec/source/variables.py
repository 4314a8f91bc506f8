"""The values of variables: command line > PROCSPEC_VAR_x > environment > default (DESIGN sections 3, 7)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from procspec.model import Diagnostic, Document, Json, Location, Path
from procspec.source.rules import problem, warning
from procspec.source.scalars import OutOfRange, forbidden, invisible, resolve
from procspec.source.suggest import hint

PREFIX = "PROCSPEC_VAR_"
_SAYS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "map": "a mapping",
    "list": "a list",
}
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "map": (dict,),
    "list": (list,),
}


@dataclass(slots=True)
class Resolved:
    """The variables of one run: values, the declarations without any, and what is wrong."""

    values: dict[str, Json] = field(default_factory=dict)
    unset: dict[str, Location] = field(default_factory=dict)
    found: list[Diagnostic] = field(default_factory=list)


def resolve_all(
    document: Document, environment: str | None, given: Mapping[str, str], environ: Mapping[str, str]
) -> Resolved:
    """The variables that the project declares, with their values in the environment.

    A wrong value leaves the variable None, so that its uses are not reported again.
    """
    declared = _mapping(_mapping(document.data).get("variables"))
    types = {name: _type(_mapping(declaration)) for name, declaration in declared.items()}
    resolved = Resolved(found=[*_undeclared(document, types, given, environ), *_misfits(document, types)])
    for name, kind in types.items():
        _resolve_one(resolved, document, name, kind, _texts(name, given, environ), environment)
    return resolved


def spelt(variables: Mapping[str, Json]) -> dict[str, str]:
    """Values of variables as `--var` takes them."""
    return {name: given if isinstance(given, str) else json.dumps(given) for name, given in variables.items()}


def _resolve_one(
    resolved: Resolved,
    document: Document,
    name: str,
    kind: str,
    texts: list[tuple[str, str]],
    environment: str | None,
) -> None:
    for source, text in texts:
        value, reason = _coerce(text, kind)
        if reason:
            detail = f'The value of the variable "{name}" from {source} {reason}'
            resolved.found.append(problem("bad-variable-value", None, detail))
        resolved.values[name] = value
        return
    for path in (("environments", environment, "variables", name), ("variables", name, "default")):
        written = _at(document.data, path)
        if written is not None:
            resolved.values[name] = written if _fits(written, kind) else None
            return
    resolved.unset[name] = document.keys.get(("variables", name)) or document.place(("variables", name))


def _texts(name: str, given: Mapping[str, str], environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """The texts that were given for a variable from outside, the strongest first."""
    variable = PREFIX + name
    texts = [("--var", given[name])] if name in given else []
    return [*texts, *([(variable, environ[variable])] if variable in environ else [])]


def _type(declaration: Mapping[str, Json]) -> str:
    """The declared type, else that of the default, else string."""
    kind = declaration.get("type")
    if isinstance(kind, str) and kind in _SAYS:
        return kind
    default = declaration.get("default")
    if isinstance(default, bool):
        return "boolean"
    return {int: "integer", float: "number", dict: "map", list: "list"}.get(type(default), "string")


def _coerce(text: str, kind: str) -> tuple[Json, str]:
    """The text as a value of the type, and what is wrong with it."""
    if (character := forbidden(text)) is not None:
        return None, f"cannot be used. {invisible(character)}"
    if kind == "string":
        return text, ""
    value = _json(text) if kind in ("map", "list") else _scalar(text)
    remedy = ", as JSON" if kind in ("map", "list") else ""
    return (value, "") if _fits(value, kind) else (None, f"must be {_SAYS[kind]}{remedy}.")


def _scalar(text: str) -> Json:
    try:
        return resolve(text.strip())
    except OutOfRange:
        return None


def _json(text: str) -> Json:
    """The mapping or list that a text from outside holds; None when it is no JSON, or holds a null."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if _is_whole(value) else None


def _is_whole(value: Json) -> bool:
    if isinstance(value, dict | list):
        return all(map(_is_whole, value.values() if isinstance(value, dict) else value))
    return value is not None and (not isinstance(value, str) or forbidden(value) is None)


def _fits(value: Json, kind: str) -> bool:
    if kind == "boolean" or isinstance(value, bool):
        return kind == "boolean" and isinstance(value, bool)
    return isinstance(value, _TYPES[kind])


def _undeclared(
    document: Document, types: Mapping[str, str], given: Mapping[str, str], environ: Mapping[str, str]
) -> Iterator[Diagnostic]:
    advice = 'Declare it under "variables" in procspec.yaml.'
    for name in given:
        if name not in types:
            yield problem("unknown-variable", None, f'--var names "{name}".{hint(name, types)} {advice}')
    for variable in environ:
        name = variable.removeprefix(PREFIX)
        if variable.startswith(PREFIX) and name not in types:
            detail = f'{variable} is set and the project has no variable "{name}".{hint(name, types)}'
            yield warning("unknown-variable", None, detail)
    for path, name in _assigned(document.data):
        if name not in types:
            detail = f'The variable "{name}" is not declared.{hint(name, types)} {advice}'
            yield problem("unknown-variable", document.keys.get(path) or document.place(path), detail)


def _misfits(document: Document, types: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Values in the project file whose type is not the declared one."""
    defaults = [(("variables", name, "default"), name) for name in types]
    for path, name in [*defaults, *_assigned(document.data)]:
        value = _at(document.data, path)
        if (
            isinstance(value, str | int | float | dict | list)
            and name in types
            and not _fits(value, types[name])
        ):
            remedy = " Put it in quotes." if types[name] == "string" else ""
            detail = f'The variable "{name}" is {_SAYS[types[name]]}, and this value is not.{remedy}'
            yield problem("bad-variable-value", document.place(path), detail)


def _assigned(data: Json) -> Iterator[tuple[Path, str]]:
    """Every value that an environment gives to a variable."""
    environments = _mapping(_mapping(data).get("environments"))
    for environment, content in environments.items():
        for name in _mapping(_mapping(content).get("variables")):
            yield ("environments", environment, "variables", name), name


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _at(data: Json, path: tuple[str | int | None, ...]) -> Json:
    for step in path:
        data = _mapping(data).get(step)  # type: ignore[arg-type]
    return data
