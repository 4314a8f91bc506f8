"""What a schema cannot say about process files: generators of diagnostics.

Every check copes with any shape; what has the wrong one is reported by the schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from procspec.model import Diagnostic, Document, Json, Location, Path
from procspec.source.dates import fault, iso
from procspec.source.rules import problem, warning
from procspec.source.suggest import hint
from procspec.source.violations import ACTIONS

_DATES = (
    "dueDate",
    "businessStartDate",
    "businessEndDate",
    "approverDueDate",
    "clock",
    "awayFrom",
    "awayUntil",
    "expires",
)
_COUNTED = frozenset(("dueDate", "businessStartDate", "businessEndDate", "approverDueDate"))
"""Where a workday may stand (DESIGN section 3)."""
_DATE_LISTS = ("businessDateExclusions", "businessDateInclusions")
_SETS = ("businessDaysOfWeek", *_DATE_LISTS, "calendarIds")
_PEOPLE = ("assignee", "approver")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The names that process files may use; None where the project does not say because it is broken."""

    people: frozenset[str] | None
    calendars: frozenset[str] | None
    elsewhere: Mapping[str, tuple[str, ...]]
    """People that only other environments have, with the names of these."""
    environment: str


def process(document: Document, known: Known) -> Iterator[Diagnostic]:
    """Everything that is wrong inside of one expanded process document."""
    for check in _CHECKS:
        yield from check(document, known)


def _keys(document: Document, _known: Known) -> Iterator[Diagnostic]:
    """Jobs and groups have keys of their own in a process (DESIGN section 3)."""
    seen: dict[str, Path] = {}
    for path, node in nodes(document.data):
        name = "group" if "group" in node else "job"
        key = node.get(name)
        if isinstance(key, str) and key in seen:
            first = document.place(seen[key])
            detail = f'The key "{key}" is taken, in line {first.line}. Give this {name} another one.'
            yield problem("duplicate-node", document.place((*path, name)), detail, related=(first,))
        elif isinstance(key, str):
            seen[key] = (*path, name)


def _people(document: Document, known: Known) -> Iterator[Diagnostic]:
    for path, arguments in _arguments(document.data):
        for field in _PEOPLE:
            person = arguments.get(field)
            if isinstance(person, str) and person and known.people is not None and person not in known.people:
                yield problem("unknown-person", document.place((*path, field)), stranger(person, known))


def stranger(person: str, known: Known) -> str:
    """What to say of a name that is nobody's here."""
    if person in known.elsewhere:
        others = ", ".join(known.elsewhere[person])
        return (
            f'"{person}" has an id in {others} and none in the environment "{known.environment}". '
            f'Add it to "people" there.'
        )
    return (
        f'Nobody is called "{person}" in the project.{hint(person, known.people or ())} '
        f'Add "{person}: ID" to "people" in procspec.yaml, or write {{id: ID, type: user}} here.'
    )


def _calendar(document: Document, known: Known) -> Iterator[Diagnostic]:
    name = document.data.get("calendar") if isinstance(document.data, dict) else None
    if isinstance(name, str) and name and known.calendars is not None and name not in known.calendars:
        advice = f'{hint(name, known.calendars)} Add it to "calendars" in procspec.yaml.'
        detail = f'The project has no calendar "{name}".{advice}'
        yield problem("unknown-calendar", document.place(("calendar",)), detail)


def _dates(document: Document, _known: Known) -> Iterator[Diagnostic]:
    yield from dates(document, (), document.data)
    for path, arguments in _arguments(document.data):
        yield from dates(document, path, arguments)
    for path, node in (((), document.data), *nodes(document.data)):
        waivers = node.get("waivers") if isinstance(node, dict) else None
        for index, waiver in enumerate(waivers if isinstance(waivers, list) else ()):
            yield from dates(document, (*path, "waivers", index), waiver)


def dates(document: Document, path: Path, holder: Json) -> Iterator[Diagnostic]:
    """The dates that an object holds directly, alone and in lists, must be days of the calendar."""
    if not isinstance(holder, dict):
        return
    singles = [((*path, name), holder[name]) for name in _DATES if name in holder]
    lists = [((*path, name), holder[name]) for name in _DATE_LISTS if isinstance(holder.get(name), list)]
    entries = [((*where, index), value) for where, values in lists for index, value in enumerate(values)]
    for where, value in (*singles, *entries):
        reason = fault(value, counted=where[-1] in _COUNTED) if isinstance(value, str) else None
        if reason:
            yield problem("bad-date", document.place(where), reason)


def _order(document: Document, _known: Known) -> Iterator[Diagnostic]:
    """The documents do not say that the server refuses it, so that an imported process may have it."""
    data = document.data if isinstance(document.data, dict) else {}
    written = [data.get(name) for name in ("businessStartDate", "businessEndDate")]
    start, end = (iso(value) if isinstance(value, str) else None for value in written)
    if start and end and start > end:
        places = [document.place((name,)) for name in ("businessEndDate", "businessStartDate")]
        detail = (
            f"The process begins on {start} and ends on {end}: it ends before it begins. Mend one of the two."
        )
        yield warning("ends-before-it-begins", places[0], detail, related=places[1:])


def _sets(document: Document, _known: Known) -> Iterator[Diagnostic]:
    yield from duplicates(document, (), document.data)


def duplicates(document: Document, path: Path, holder: Json) -> Iterator[Diagnostic]:
    """An entry that stands twice in a list without order is probably a slip."""
    for name in _SETS:
        values = holder.get(name) if isinstance(holder, dict) else None
        seen: dict[str, int] = {}
        for index, value in enumerate(values if isinstance(values, list) else ()):
            if isinstance(value, str) and value in seen:
                places = [document.place((*path, name, at)) for at in (index, seen[value])]
                detail = f'"{value}" is listed already. Remove one of the two.'
                yield warning("duplicate-entry", places[0], detail, related=places[1:])
            elif isinstance(value, str):
                seen[value] = index


def _approvals(document: Document, _known: Known) -> Iterator[Diagnostic]:
    for path, arguments in _arguments(document.data):
        if "approverDueDate" in arguments and "approver" not in arguments:
            detail = "The approval has a day and nobody to give it. Add an approver, or remove the date."
            yield warning("approver-date-without-approver", document.keys[(*path, "approverDueDate")], detail)


def _groups(document: Document, _known: Known) -> Iterator[Diagnostic]:
    root = document.data.get("root") if isinstance(document.data, dict) else None
    found: Iterable[tuple[Path, Json]] = nodes(document.data)
    for path, node in ((("root",), root), *found):
        if isinstance(node, dict) and node.get("children") == []:
            place = document.place((*path, "children"))
            yield warning("empty-group", place, "The group has no children, so there is nothing to do in it.")


_CHECKS: tuple[Callable[[Document, Known], Iterator[Diagnostic]], ...] = (
    _keys,
    _people,
    _calendar,
    _dates,
    _order,
    _sets,
    _approvals,
    _groups,
)


def process_keys(documents: Iterable[Document]) -> Iterator[Diagnostic]:
    """Processes have keys of their own in a project (DESIGN section 3), and so have runs and scenarios."""
    seen: dict[str, Location] = {}
    for document in documents:
        key = document.data.get("key") if isinstance(document.data, dict) else None
        if isinstance(key, str):
            place = document.place(("key",))
            if key in seen:
                detail = f'The key "{key}" is taken, in {seen[key].file}. Choose another one.'
                yield problem("duplicate-process", place, detail, related=(seen[key],))
            seen.setdefault(key, place)


def nodes(data: Json) -> Iterator[tuple[Path, dict[str, Json]]]:
    """Every job and group below the root group of a process, with its path, in the order of the file."""
    if isinstance(data, dict):
        yield from _children(("root",), data.get("root"))


def _children(path: Path, group: Json) -> Iterator[tuple[Path, dict[str, Json]]]:
    children = group.get("children") if isinstance(group, dict) else None
    for index, child in enumerate(children if isinstance(children, list) else ()):
        if isinstance(child, dict):
            where = (*path, "children", index)
            yield where, child
            yield from _children(where, child)


def _arguments(data: Json) -> Iterator[tuple[Path, dict[str, Json]]]:
    for path, node in nodes(data):
        for action in ACTIONS:
            if isinstance(node.get(action), dict):
                yield (*path, action), node[action]
