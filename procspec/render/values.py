"""Values as a controller reads them: people by name, lists in a row, texts in quotes and not too long."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date

from procspec.model import WEEKDAYS, Json
from procspec.render.visible import visible

NOTHING = "(none)"
LONGEST = 60
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+Z?)?")


def value(given: Json, labels: Mapping[str, str], longest: int = LONGEST) -> str:
    """One value on one line; `labels` gives names for the ids of people."""
    if given is None:
        return NOTHING
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, str):
        return visible(given) if is_date(given) else f'"{_short(given, longest)}"'
    if _is_person(given):
        return person(given, labels)
    if isinstance(given, list | tuple) and all(isinstance(item, str) for item in given):
        return _short(", ".join(given), longest) or NOTHING
    return _short(json.dumps(_named(given, labels), ensure_ascii=False), longest)


def is_date(given: Json) -> bool:
    """Whether it is a text that looks like a day, with or without a time."""
    return isinstance(given, str) and _DATE.fullmatch(given) is not None


def weekday(day: str) -> str:
    """An ISO date with the day of the week: `Wed 2025-01-08`; other texts as they are."""
    try:
        return f"{WEEKDAYS[date.fromisoformat(day[:10]).weekday()][:3].capitalize()} {day[:10]}"
    except ValueError:
        return visible(day)


def dated(shown: str, written: str) -> str:
    """A date that was computed, with what the file says: `WD+5 (Wed 2025-01-08)`."""
    return f"{visible(written)} ({weekday(shown)})" if written else shown


def _is_person(given: Json) -> bool:
    return isinstance(given, Mapping) and set(given) == {"id", "type"}


def _named(given: Json, labels: Mapping[str, str]) -> Json:
    """The value with people's names in the place of their ids, at any depth."""
    if _is_person(given):
        return labels.get(str(given["id"]), given["id"])
    if isinstance(given, Mapping):
        return {name: _named(item, labels) for name, item in given.items()}
    return [_named(item, labels) for item in given] if isinstance(given, list | tuple) else given


def sides(before: Json, after: Json, labels: Mapping[str, str]) -> tuple[str, str]:
    """Both sides of a difference, each short, and never alike: long ones from where they part."""
    shown = value(before, labels), value(after, labels)
    if shown[0] != shown[1]:
        return shown
    texts = _whole(before), _whole(after)
    part = next(
        (place for place, (one, other) in enumerate(zip(*texts, strict=False)) if one != other),
        min(map(len, texts)),
    )
    start = max(0, part - 20)
    return _window(texts[0], start), _window(texts[1], start)


def _whole(given: Json) -> str:
    return visible(given if isinstance(given, str) else json.dumps(given, ensure_ascii=False))


def _window(text: str, start: int) -> str:
    end = start + LONGEST
    return f'"{"…" if start else ""}{text[start:end]}{"…" if end < len(text) else ""}"'


def person(given: Json, labels: Mapping[str, str]) -> str:
    """A person's name, or the id when the project does not know it."""
    if not isinstance(given, Mapping):
        return visible(str(given))
    return visible(labels.get(str(given.get("id")), str(given.get("id"))))


def _short(text: str, longest: int) -> str:
    shown = visible(text)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
