"""The JSON Schemas of the public contract: where they are, and what of a document breaks them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from procspec.errors import UsageError
from procspec.model import Json

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import Draft7Validator

_HERE = Path(__file__).resolve().parent.parent
FOLDERS = (_HERE / "schemas", _HERE.parent / "schemas")
"""In an installed wheel, and in a clone of the repository."""
_EXPRESSION = {"$ref": "#/definitions/expression"}


def names() -> tuple[str, ...]:
    """The schemas that there are: `process`, `project`, ..."""
    suffix = ".schema.json"
    found = {path.name.removesuffix(suffix) for folder in FOLDERS for path in folder.glob(f"*{suffix}")}
    return tuple(sorted(found))


def schema(name: str) -> dict[str, Any]:
    """The schema `name` as published. Raises `UsageError` if there is none of this name."""
    for folder in FOLDERS:
        path = folder / f"{name}.schema.json"
        if name.isidentifier() and path.is_file():
            return cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))
    raise UsageError(f'There is no schema "{name}".', hint=f"There is: {', '.join(names())}.")


def violations(name: str, data: Json) -> Iterator[ValidationError]:
    """What of expanded data breaks the schema `name`; the seam for a faster check before this one."""
    return _validator(name).iter_errors(data)


@cache
def _validator(name: str) -> Draft7Validator:
    from jsonschema.validators import Draft7Validator

    published = schema(name)
    return Draft7Validator(strict(published, published["definitions"]))


def strict(part: Json, definitions: Json, above: tuple[str, ...] = ()) -> Json:
    """The schema for data without expressions: the published one lets them stand for any value.

    A pattern ends where the text ends: for Python, unlike for JSON Schema, `$` fits before a last line feed.
    Where a choice is left of one, it takes the place of the choice, so that an error names the value.
    References are replaced by what they refer to, which makes checking twice as fast, except for those
    that lead back to one of `above`.
    """
    if isinstance(part, list):
        return [strict(item, definitions, above) for item in part]
    if not isinstance(part, dict):
        return part
    name = str(part.get("$ref", "")).removeprefix("#/definitions/")
    if name and name not in above:
        return strict(definitions[name], definitions, (*above, name))
    result = {key: strict(value, definitions, above) for key, value in part.items()}
    if isinstance(pattern := result.get("pattern"), str):
        result["pattern"] = re.sub(r"\$$", r"\\Z", pattern)
    choices = [choice for choice in part.get("anyOf", ()) if choice != _EXPRESSION]
    if len(choices) == 1 or len(part.get("allOf", ())) == 1:
        result.pop("anyOf", None)
        (only,) = choices or part["allOf"]
        result.pop("allOf", None)
        return {**strict(only, definitions, above), **result}
    return result
