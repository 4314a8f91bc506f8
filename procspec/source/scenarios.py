"""Scenarios: their days, and what a schema cannot say about them, once all processes are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from procspec.model import Diagnostic, Document, Json, Path
from procspec.source.calendars import Calendars
from procspec.source.checks import Known, nodes, stranger
from procspec.source.dates import fault, iso
from procspec.source.kinds import kind_of
from procspec.source.rules import MOST_OF_COPIES, first, outspoken, problem, unseen
from procspec.source.schedule import days
from procspec.source.suggest import hint
from procspec.source.violations import ACTIONS

VERBS: Final = ("submit", "return", "complete", "start", "fail", "cancel")
"""What can happen to a job."""
OF_GROUPS: Final = frozenset({"complete", "cancel"})
"""Verbs that, of a group, mean all jobs below it."""
LISTS: Final = ("waiting", "running", "approval", "returned", "complete", "cancelled", "failed", "overdue")
"""What an expectation states of jobs."""
_REVIEWED: Final = frozenset({"submit", "return"})


@dataclass(frozen=True, slots=True)
class _Part:
    """A job or group as its process has it, and its action; empty for a group."""

    data: Mapping[str, Json]
    action: str

    def obstacle(self, verb: str, key: str) -> str:
        """Why this can never happen to it, in sentences that say what to do; empty if it may."""
        if verb == "start":
            advice = 'Make it one with "triggerType: manual", or remove the step.'
            manual = self.data.get("triggerType") == "manual"
            return "" if manual else f'"{key}" starts by itself when its turn comes. {advice}'
        if not self.action:
            return "" if verb in OF_GROUPS else f'"{key}" is a group. Name the jobs below it.'
        if verb in _REVIEWED and self.action == "certification":
            return f'"{key}" is a certification, which several people sign. Write "complete" instead.'
        if verb == "return" and "approver" not in self.data[self.action]:
            return f'"{key}" has no approver who could return it. Give it one, or remove the step.'
        return ""


@dataclass(slots=True)
class Cast:
    """What the scenarios of a project may name: the processes among its documents, people and calendars.

    When not the `whole` project could be read, nobody knows which processes there are.
    """

    documents: Sequence[Document]
    known: Known
    calendars: Calendars
    whole: bool
    processes: dict[str, Document] = field(init=False)
    """By key, the first of those that have the same."""
    _parts: dict[str, dict[str, _Part]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.processes = {}
        for document in self.documents:
            if kind_of(document) == "Process" and _text(document, "key"):
                self.processes.setdefault(_text(document, "key"), document)

    def parts(self, process: str) -> Mapping[str, _Part]:
        """The jobs and groups of a process, by key."""
        if process not in self._parts:
            self._parts[process] = dict(_parts(self.processes[process]))
        return self._parts[process]


def _text(document: Document, name: str) -> str:
    text = document.data.get(name) if isinstance(document.data, dict) else None
    return text if isinstance(text, str) else ""


def _parts(process: Document) -> Iterator[tuple[str, _Part]]:
    for _, node in nodes(process.data):
        key = node.get("group", node.get("job"))
        action = next((name for name in ACTIONS if isinstance(node.get(name), dict)), "")
        if isinstance(key, str) and (action or "group" in node):
            yield key, _Part(node, action)


def checked(cast: Cast) -> tuple[tuple[Document, ...], tuple[Diagnostic, ...]]:
    """All documents, the scenarios with a day for every workday, and what is wrong with these.

    Copes with any shape; what has the wrong one is reported by the schema.
    """
    made, found = list[Document](), list[Diagnostic]()
    for document in cast.documents:
        if kind_of(document) != "Scenario":
            made.append(document)
        elif len(found) > MOST_OF_COPIES:
            found.append(unseen(document.place(())))
            break
        else:
            dated, problems = _dated(document, cast)
            made.append(dated)
            found += first(outspoken(problems, _Check(dated, cast).found()))
    return tuple(made), tuple(found)


# ------------------------------------------------------------------------------------------------- days


def _steps(document: Document) -> Iterator[tuple[Path, Mapping[str, Json]]]:
    steps = document.data.get("steps") if isinstance(document.data, dict) else None
    for index, step in enumerate(steps if isinstance(steps, list) else ()):
        if isinstance(step, dict):
            yield ("steps", index), step


def _days(document: Document) -> dict[Path, Json]:
    """Every `today`, in the order in which they come."""
    holders: list[tuple[Path, Mapping[str, Json]]] = [((), document.data), *_steps(document)]
    return {
        (*path, "today"): holder["today"]
        for path, holder in holders
        if isinstance(holder, dict) and "today" in holder
    }


def _dated(document: Document, cast: Cast) -> tuple[Document, list[Diagnostic]]:
    """The scenario with its days counted, and those that are none, or before the one before."""
    texts = _days(document)
    process = cast.processes.get(_text(document, "process"))
    if process is None:
        return document, []
    found, problems = days(process, document, texts, cast.calendars)
    data = document.data
    for path, day in found.items():
        data = _with(data, path, day)
    written = {path: text for path, text in texts.items() if text != found[path]}
    wrong = [*problems, *_no_days(document, found), *_backwards(document, found)]
    return replace(document, data=data, written=written), wrong


def _with(data: Json, path: Path, value: Json) -> Json:
    """The data with another value at a path that is in it."""
    if not path:
        return value
    inner = _with(data[path[0]], path[1:], value)
    if isinstance(data, list):
        return [inner if index == path[0] else item for index, item in enumerate(data)]
    return {**data, path[0]: inner}


def _no_days(document: Document, found: Mapping[Path, Json]) -> Iterator[Diagnostic]:
    for path, text in found.items():
        reason = fault(text) if isinstance(text, str) else None
        if reason:
            yield problem("bad-date", document.place(path), reason)


def _backwards(document: Document, found: Mapping[Path, Json]) -> Iterator[Diagnostic]:
    latest: tuple[date, Path] | None = None
    for path, text in found.items():
        day = iso(text) if isinstance(text, str) else None
        if day is not None and latest is not None and day < latest[0]:
            place = document.place(latest[1])
            detail = f"It is {latest[0]} since line {place.line}, and time does not run back to {day}."
            yield problem("time-runs-back", document.place(path), detail, related=[place])
        elif day is not None:
            latest = (day, path)


# ------------------------------------------------------------------------------------------------ names


class _Check:
    """The names in one scenario: its process, the jobs and groups of that, and people."""

    def __init__(self, document: Document, cast: Cast) -> None:
        self.document = document
        self.cast = cast
        self.process = _text(document, "process")

    def found(self) -> Iterator[Diagnostic]:
        processes = self.cast.processes
        if self.process in processes:
            self.parts = self.cast.parts(self.process)
            for path, step in _steps(self.document):
                yield from self.step(path, step)
        elif self.process and self.cast.whole:
            detail = f'The project has no process "{self.process}".{hint(self.process, processes)}'
            yield problem("unknown-process", self.document.place(("process",)), detail)

    def step(self, path: Path, step: Mapping[str, Json]) -> Iterator[Diagnostic]:
        for verb in VERBS:
            for where, key in keys((*path, verb), step.get(verb)):
                yield from self.unknown(where, key)
                reason = self.parts[key].obstacle(verb, key) if key in self.parts else ""
                if reason:
                    yield problem("impossible-step", self.document.place(where), reason)
        expected = step.get("expect")
        if isinstance(expected, dict):
            yield from self.expectation((*path, "expect"), expected)

    def expectation(self, path: Path, expected: Mapping[str, Json]) -> Iterator[Diagnostic]:
        for name in LISTS:
            for where, key in keys((*path, name), expected.get(name)):
                yield from self.unknown(where, key)
        holders = expected.get("with")
        for key, person in holders.items() if isinstance(holders, dict) else ():
            yield from self.holder((*path, "with", key), key, person)

    def holder(self, path: Path, key: str, person: Json) -> Iterator[Diagnostic]:
        place = self.document.keys.get(path) or self.document.place(path)
        yield from (replace(one, place=place) for one in self.unknown(path, key))
        if key in self.parts and not self.parts[key].action:
            yield problem("impossible-step", place, f'"{key}" is a group, which nobody has. Name its jobs.')
        known = self.cast.known
        if isinstance(person, str) and person and known.people is not None and person not in known.people:
            yield problem("unknown-person", self.document.place(path), stranger(person, known))

    def unknown(self, path: Path, key: str) -> Iterator[Diagnostic]:
        if key and key not in self.parts:
            detail = f'The process has no job or group "{key}".{hint(key, self.parts)}'
            yield problem("unknown-job", self.document.place(path), detail)


def keys(path: Path, value: Json) -> Iterator[tuple[Path, str]]:
    """The keys that stand at a path, one or a list of them, each with its own path."""
    listed = isinstance(value, list)
    pairs = (((*path, index), key) for index, key in enumerate(value)) if listed else [(path, value)]
    yield from ((where, key) for where, key in pairs if isinstance(key, str))
