"""What every command works with: the project, its provider, one account, one state store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from procspec.errors import SpecError, UsageError
from procspec.halt import Halt
from procspec.model import (
    Action,
    Diagnostic,
    Document,
    Intent,
    Launch,
    Node,
    Project,
    Record,
    Started,
    Waiver,
)
from procspec.providers.base import Provider, Service
from procspec.state.base import StateStore

if TYPE_CHECKING:
    from procspec.engine.history import Trail
    from procspec.policy import Custom


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One process as the files want it: its document and the desired tree."""

    document: Document
    desired: Node

    @property
    def key(self) -> str:
        """The process's key in the files."""
        return str(self.document.data["key"])

    @property
    def protect(self) -> bool:
        """Whether the file forbids to replace or trash it."""
        return bool(self.document.data.get("protect", False))


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRun:
    """One run as the files declare it: its document and what is to be started."""

    document: Document
    launch: Launch

    @property
    def key(self) -> str:
        """The run's key in the files."""
        return str(self.document.data["key"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One project in one environment, opened."""

    project: Project
    provider: Provider
    service: Service
    store: StateStore
    files: Mapping[str, Wanted]
    """What the files want, by key."""
    halt: Halt
    as_of: date | None = None
    """The day that due dates are compared with; None where nobody compares them."""
    custom: tuple[Custom, ...] = ()
    """The policies of the team."""
    waivers: tuple[Waiver, ...] = ()
    """The exceptions from policies that are in force."""
    runs: Mapping[str, WantedRun] = field(default_factory=dict)
    """The runs that the files declare, by key."""
    trail: Trail | None = None
    """Notes what is sent, while an apply is under way."""

    @property
    def environment(self) -> str:
        """The environment's name, under which the records are kept."""
        return self.project.environment.name

    @property
    def period(self) -> str:
        """The name of the period that the project is about; empty when it has none."""
        return self.project.period.name if self.project.period else ""

    @property
    def target(self) -> str:
        """Which account a plan is for."""
        return f"{self.provider.name} {self.project.environment.url}"


def compiled(project: Project, provider: Provider) -> tuple[dict[str, Wanted], list[Diagnostic]]:
    """All processes of the project, compiled, by key, and what keeps the others from being made."""
    files, found = dict[str, Wanted](), list[Diagnostic]()
    for document in project.processes:
        desired, problems = provider.compile(document, project)
        found += problems
        if desired is not None:
            file = Wanted(document=document, desired=desired)
            files[file.key] = file
    return files, found


def launched(project: Project, provider: Provider) -> tuple[dict[str, WantedRun], list[Diagnostic]]:
    """All runs that the files declare, by key, and what keeps the others from being started."""
    runs, found = dict[str, WantedRun](), list[Diagnostic]()
    for document in project.runs:
        launch, problems = provider.launch(document, project.environment)
        found += problems
        if launch is not None:
            run = WantedRun(document=document, launch=launch)
            runs[run.key] = run
    return runs, found


def declared(project: Project, provider: Provider) -> dict[str, WantedRun]:
    """As `launched`; raises SpecError with everything that is wrong."""
    runs, problems = launched(project, provider)
    if problems:
        raise SpecError(problems)
    return runs


def wanted(project: Project, provider: Provider) -> dict[str, Wanted]:
    """All processes of the project, compiled, by key; raises SpecError with everything that is wrong."""
    files, problems = compiled(project, provider)
    if problems:
        raise SpecError(problems)
    return files


def chosen(keys: Iterable[str], known: Iterable[str], what: str = "process") -> frozenset[str]:
    """The keys to work on: those given, or all; raises UsageError for one that nobody knows."""
    given, names = frozenset(keys), frozenset(known)
    for key in sorted(given - names):
        told = ", ".join(sorted(names)) or "none"
        raise UsageError(f"There is no {what} with the key {key!r}.", hint=f"Known: {told}.")
    return given or names


def blocked(record: Record) -> str:
    """Why a process may not be touched; empty when it may (DESIGN section 5)."""
    return "" if record.intent is None or record.intent.id is not None else unsettled(record, record.intent)


def unsettled(record: Record, act: Intent) -> str:
    """What a person is told about an outcome that is unknown, and how to settle it."""
    answered = f" answered with the id {act.id} that is not its own or is gone," if act.id else ""
    return (
        f"The outcome of a {act.action.value}, begun {act.since} by {act.owner},{answered} is unknown."
        f" {settling(record, act.action)}"
    )


def settling(record: Record, action: Action) -> str:
    """What to do about an outcome that is unknown."""
    what = "run" if action is Action.RUN else "process"
    resolve = f"procspec resolve {record.key} -e {record.environment}"
    return (
        f"Look for the {what} on the server, then run `{resolve} --id ID` if it is there,"
        f" or `{resolve} --not-{'started' if what == 'run' else 'created'}` if it is not."
    )


def labels(project: Project) -> Mapping[str, str]:
    """People's names by id, for showing a plan."""
    return {person.id: person.label for person in project.people.values()}


def is_run(record: Record) -> bool:
    """Whether a record is about a run alone: one that the files declare, or that was amended."""
    begun = record.intent is not None and record.intent.action is Action.RUN
    return record.id is None and (begun or bool(record.runs))


def runs_of(records: Iterable[Record], process: str | None) -> tuple[Started, ...]:
    """Every run of a process, by the server's id, that any record knows, oldest first."""
    found = (run for record in records for run in record.runs if process and run.process == process)
    return tuple(sorted(found, key=lambda run: run.since))


def in_doubt(records: Iterable[Record], process: str | None) -> str:
    """Why no run of a process may be started: one was begun whose outcome is unknown; empty when it may."""
    for record in records:
        begun = record.intent
        if begun and begun.action is Action.RUN and process and begun.process == process:
            return unsettled(record, begun)
    return ""


def is_live(record: Record) -> bool:
    """Whether there should be a process of this record on the server."""
    return record.id is not None and not record.trashed


def is_kept(session: Session, record: Record) -> bool:
    """Whether the process is of another period: then it is nobody's business that its file is gone."""
    return record.period not in ("", session.period)


def everywhere(project: Project) -> frozenset[str]:
    """The people whom a file may name in every environment."""
    data = project.document.data
    own = [frozenset(one.get("people", {})) for one in data.get("environments", {}).values()]
    return frozenset(data.get("people", {})).union(frozenset.intersection(*own) if own else ())


def known_ids(record: Record) -> frozenset[str]:
    """Every id of a process that a record knows: its own, an unsettled one, and those still to be trashed."""
    made = record.intent.id if record.intent else None
    return frozenset(id for id in (record.id, made, *record.leftovers) if id is not None)
