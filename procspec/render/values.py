"""Values as a controller reads them: people by name, lists in a row, texts in quotes and not too long."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from procspec.model import Json
from procspec.render.visible import visible

NOTHING = "(none)"
LONGEST = 60
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+Z?)?")


def value(given: Json, labels: Mapping[str, str]) -> str:
    """One value on one line; `labels` gives names for the ids of people."""
    if given is None:
        return NOTHING
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        return visible(given) if _DATE.fullmatch(given) else f'"{_short(given)}"'
    if isinstance(given, Mapping) and set(given) == {"id", "type"}:
        return person(given, labels)
    if isinstance(given, list | tuple) and all(isinstance(item, str) for item in given):
        return _short(", ".join(given)) or NOTHING
    return _short(json.dumps(given, ensure_ascii=False))


def person(given: Json, labels: Mapping[str, str]) -> str:
    """A person's name, or the id when the project does not know it."""
    if not isinstance(given, Mapping):
        return visible(str(given))
    return visible(labels.get(str(given.get("id")), str(given.get("id"))))


def _short(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"
