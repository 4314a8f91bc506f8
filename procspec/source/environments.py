"""The environment of a run: which one it is, where it is, and who works there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from procspec.errors import UsageError
from procspec.loopback import is_loopback
from procspec.model import EMBEDDED, Diagnostic, Document, Environment, Json, Location, Person
from procspec.source.checks import dates, duplicates
from procspec.source.dates import fault as fault_of_day
from procspec.source.rules import problem, warning
from procspec.source.suggest import hint, nearest

CHOICE = "PROCSPEC_ENV"
"""The variable that names the environment, after the command line and before the project."""
_IMPLICIT = Environment(name="local", provider="workiva", url=EMBEDDED)
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?/?"
)


def declared(document: Document | None) -> dict[str, Json]:
    """The environments of a project file, as far as they are mappings."""
    found = _mapping(_mapping(document.data if document else None).get("environments"))
    return {name: content for name, content in found.items() if isinstance(content, dict)}


def _names(document: Document | None) -> list[str]:
    """The environments that can be asked for, broken ones too."""
    found = _mapping(_mapping(document.data if document else None).get("environments"))
    return list(found) or [_IMPLICIT.name]


def choose(document: Document | None, argument: str | None, environ: Mapping[str, str]) -> str | None:
    """The name of the environment: argument > PROCSPEC_ENV > defaultEnvironment > the only one > `local`.

    None when the project's own default does not exist, which `check` reports. Raises `UsageError` for
    a name from outside that does not exist, and when there is nothing to choose by.
    """
    names = _names(document)
    wanted = argument or environ.get(CHOICE)
    if wanted:
        if wanted not in names and document is not None:
            source = "" if argument else f" ({CHOICE})"
            guess = nearest(wanted, names)
            advice = f'Did you mean "{guess}"? ' if guess else ""
            raise UsageError(
                f'There is no environment "{wanted}"{source}.', hint=f"{advice}There is: {', '.join(names)}."
            )
        return wanted
    default = _mapping(document.data if document else None).get("defaultEnvironment")
    if default is not None:
        return default if default in names else None
    if len(names) == 1:
        return names[0]
    raise UsageError(
        f"The project has several environments: {', '.join(names)}.",
        hint="Choose one with -e, or set defaultEnvironment in procspec.yaml.",
    )


def environment(document: Document, name: str) -> Environment:
    """The environment of a project file without errors."""
    if not declared(document):
        return _IMPLICIT
    content = document.data["environments"][name]
    return Environment(
        name=name,
        provider=content["provider"],
        url=content["url"].rstrip("/"),
        clock=content.get("clock"),
        variables=content.get("variables", {}),
        credentials=content.get("credentials", {}),
        system_key=content.get("systemKey", False),
        place=document.keys[("environments", name)],
    )


def people(document: Document, environment: str) -> dict[str, Person]:
    """Who there is in the environment: the project's people with the environment's ids, and its own."""
    found: dict[str, Person] = {}
    for path in (("people",), ("environments", environment, "people")):
        for name, written in _at(document.data, path).items():
            given = {"id": written} if isinstance(written, str) else written
            before = found.get(name) or Person(key=name, id=given["id"])
            found[name] = _known_as(before, given, document.place((*path, name)))
    return found


def _known_as(before: Person, given: Mapping[str, Json], place: Location) -> Person:
    """The person with what is written at a place; what is not written there stays."""
    fields = {name: given[name] for name in ("id", "type", "name", "email", "delegate") if name in given}
    days = [_day(given.get(name)) for name in ("awayFrom", "awayUntil")]
    away = (days[0], days[1]) if days[0] and days[1] else before.away
    return replace(before, place=place, away=away, **fields)


def _day(written: Json) -> date | None:
    return date.fromisoformat(written) if isinstance(written, str) and fault_of_day(written) is None else None


def names_of_people(
    document: Document, environment: str | None
) -> tuple[frozenset[str], dict[str, tuple[str, ...]]]:
    """The people whom files may name, and those that only other environments have; for broken files too."""
    here = {*_at(document.data, ("people",)), *_at(document.data, ("environments", environment, "people"))}
    elsewhere: dict[str, tuple[str, ...]] = {}
    for other in declared(document):
        for name in {*_at(document.data, ("environments", other, "people"))} - here:
            elsewhere[name] = (*elsewhere.get(name, ()), other)
    return frozenset(here), elsewhere


# --------------------------------------------------------------------------------------------- checks


def check(document: Document, chosen: str | None) -> Iterator[Diagnostic]:
    """What a schema cannot say about a project file."""
    yield from _default(document)
    for name, content in declared(document).items():
        yield from _address(document, name, content)
        yield from dates(document, ("environments", name), content)
        yield from _absences(document, ("environments", name, "people"))
    for name, calendar in _at(document.data, ("calendars",)).items():
        yield from dates(document, ("calendars", name), calendar)
        yield from duplicates(document, ("calendars", name), calendar)
    yield from _absences(document, ("people",))
    yield from _twins(document, chosen)
    yield from _overrides(document, chosen)


def _default(document: Document) -> Iterator[Diagnostic]:
    default = _mapping(document.data).get("defaultEnvironment")
    names = _names(document)
    if isinstance(default, str) and default not in names:
        detail = f'The project has no environment "{default}".{hint(default, names)}'
        yield problem("unknown-environment", document.place(("defaultEnvironment",)), detail)


def _address(document: Document, name: str, content: Mapping[str, Json]) -> Iterator[Diagnostic]:
    path, url = ("environments", name), content.get("url")
    reason = fault(url) if isinstance(url, str) and url else None
    if reason:
        yield problem("bad-url", document.place((*path, "url")), reason)
    if "clock" in content and isinstance(url, str) and url != EMBEDDED:
        detail = 'Only the embedded emulator has a clock to set. Remove it, or write "url: emulator".'
        yield problem("clock-without-emulator", document.keys[(*path, "clock")], detail)


def fault(url: str) -> str | None:
    """Why this is not the address of an account; None if it is. What may be a password is not repeated."""
    if url == EMBEDDED:
        return None
    match = _ORIGIN.fullmatch(url)
    if match is None:
        return (
            'Write "https://" and the name of the host, without user, path or query, such as '
            '"https://api.app.wdesk.com", or "emulator" for the embedded emulator.'
        )
    if match["port"] and not 0 < int(match["port"]) < 65536:
        return f"{match['port']} is not a port."
    if match["scheme"] == "http" and not is_loopback(match["host"].strip("[]")):
        return "Plain http would show the credentials on the way: it is for this machine alone. Write https."
    return None


def _absences(document: Document, path: tuple[str, ...]) -> Iterator[Diagnostic]:
    for name, person in _at(document.data, path).items():
        yield from dates(document, (*path, name), person)


def _overrides(document: Document, chosen: str | None) -> Iterator[Diagnostic]:
    """An environment with ids of its own should have one for everybody, and for nobody else."""
    path = ("environments", str(chosen), "people")
    everybody, own = _at(document.data, ("people",)), _at(document.data, path)
    if not everybody or not own:
        return
    for name in own.keys() - everybody.keys():
        detail = f'"{name}" is in no other environment.{hint(name, everybody)}'
        yield warning("person-of-one-environment", document.keys[(*path, name)], detail)
    left = [name for name in everybody if name not in own]
    if left:
        detail = f"They keep the ids under the project's people: {', '.join(left)}. Write their ids here too."
        yield warning("person-without-id-here", document.keys[path], detail)


def _twins(document: Document, chosen: str | None) -> Iterator[Diagnostic]:
    """Two names with one id are probably one id copied too often."""
    seen: dict[str, str] = {}
    written: dict[str, tuple[str, ...]] = {name: ("people", name) for name in _at(document.data, ("people",))}
    own = _at(document.data, ("environments", chosen, "people"))
    written |= {name: ("environments", str(chosen), "people", name) for name in own}
    for name, path in written.items():
        person = _at(document.data, path[:-1])[name]
        id_ = person.get("id") if isinstance(person, dict) else person
        if not isinstance(id_, str):
            continue
        if id_ in seen:
            first = document.place(written[seen[id_]])
            detail = f'"{name}" and "{seen[id_]}" have the same id. Remove one of them, or mend the id.'
            yield warning("duplicate-person", document.place(path), detail, related=(first,))
        seen.setdefault(id_, name)


def _mapping(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _at(data: Json, path: tuple[str | None, ...]) -> dict[str, Json]:
    for step in path:
        data = _mapping(data).get(step)  # type: ignore[arg-type]
    return _mapping(data)
