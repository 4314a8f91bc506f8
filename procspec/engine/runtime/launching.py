"""The runs that the files declare: which are still to be started, with what, and whom they reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from procspec.digest import digest
from procspec.engine.moves import Seen
from procspec.engine.rules import problem
from procspec.engine.session import Session, WantedRun, in_doubt, is_run, runs_of, unsettled
from procspec.errors import SpecError
from procspec.model import (
    NEW_ID,
    Action,
    Base,
    Definition,
    Diagnostic,
    Json,
    Kind,
    Launch,
    Node,
    ProcessPlan,
    Record,
    Request,
    RunPlan,
    Started,
    Task,
)
from procspec.providers.base import Ability
from procspec.source.suggest import hint

_NOBODY: Mapping[str, Node] = MappingProxyType({})
_MADE = (Action.CREATE, Action.REPLACE)


def plan_runs(
    session: Session,
    now: Seen,
    keys: Iterable[str],
    plans: Iterable[ProcessPlan],
    lives: Mapping[str, Node] = _NOBODY,
) -> tuple[RunPlan, ...]:
    """The runs among `keys`, all without any, in path order; those of gone files that are not settled last.

    At most one request for all: the list of a system that has one; and one GET for every process that the
    files name by its id, unless `lives` has it. Raises SpecError, with places, for what the system has not
    or cannot start.
    """
    asked, items = frozenset(keys), {item.key: item for item in plans}
    scene = _Scene(session, items, lives, tuple(now.records.values()))
    found = [
        scene.plan(file, now.records.get(key))
        for key, file in session.runs.items()
        if not asked or key in asked
    ]
    if scene.problems:
        raise SpecError(scene.problems)
    gone = [record for key, record in sorted(now.records.items()) if key not in session.runs]
    return (*found, *(_stuck(record) for record in gone if is_run(record) and record.intent))


def needed(session: Session, keys: Iterable[str]) -> frozenset[str]:
    """The processes of the project from which the runs among `keys` are started."""
    named = (session.runs[key].launch.process for key in keys if key in session.runs)
    return frozenset(key for key in named if key in session.files)


def mark(launch: Launch, record: Record) -> str:
    """The digest of what a run is started with, under the record's salt."""
    about: Json = [launch.process, launch.inputs, launch.email, launch.correlation]
    return digest([*about, launch.environment, launch.version], record.salt)


def request(session: Session, file: WantedRun, process: str) -> Request:
    """The request that starts the run, of a process by the system's own id or key."""
    return session.provider.start(replace(file.launch, process=process))


class _Scene:
    """What planning the runs of one plan looks at, read when the first of them needs it."""

    def __init__(
        self,
        session: Session,
        items: Mapping[str, ProcessPlan],
        lives: Mapping[str, Node],
        records: tuple[Record, ...],
    ) -> None:
        self.session = session
        self.items = items
        self.lives = lives
        self.records = records
        self.problems: list[Diagnostic] = []
        self._listed: tuple[Definition, ...] | None = None
        self._asked = False

    def plan(self, file: WantedRun, record: Record | None) -> RunPlan:
        """One run; a problem with it goes to `problems`."""
        base = Base(serial=record.serial if record else 0)
        made = RunPlan(
            key=file.key,
            title=file.launch.process,
            process=file.launch.process,
            base=base,
            inputs=file.launch.inputs,
            place=file.document.place(("key",)),
        )
        if record is not None and record.intent is not None:
            return replace(made, blocked=unsettled(record, record.intent))
        if record is not None and record.runs:
            return replace(made, started=record.runs[-1].id, note=_changed(file, record))
        item = self.items.get(file.launch.process)
        if item is not None and item.key in self.session.files:
            return self.of_project(file, made, item)
        return self.of_system(file, made)

    def of_project(self, file: WantedRun, made: RunPlan, item: ProcessPlan) -> RunPlan:
        """A run of a process of the files, which the same plan may create or replace."""
        made = replace(made, title=item.title)
        if item.blocked:
            return replace(made, blocked=f"{item.key}, which it is started from, is blocked.")
        id = NEW_ID if item.action in _MADE else str(item.base.id)
        root = self.session.files[item.key].desired.children[0]
        return self.ready(file, made, id, tuple(first(root)))

    def of_system(self, file: WantedRun, made: RunPlan) -> RunPlan:
        """A run of something that only the system knows."""
        id = file.launch.process
        listed = self.listed()
        if listed is not None:
            return self.of_list(file, made, {one.key: one for one in listed})
        if Ability.DEFINE in self.session.provider.cannot:
            return self.ready(file, made, id, None)
        live = self.lives.get(id) or self.session.service.read(id)
        if live is None:
            self.problems.append(unknown(self.session, file, self.records))
            return made
        return self.ready(file, replace(made, title=live.title), id, tuple(first(live.children[0])))

    def of_list(self, file: WantedRun, made: RunPlan, listed: Mapping[str, Definition]) -> RunPlan:
        """A run of an entry of the system's list."""
        id = file.launch.process
        found = listed.get(id)
        if found is None:
            detail = f'The server has no process "{id}".{hint(id, listed)}'
            return self.problem(file, made, "unknown-definition", detail)
        if found.obstacle:
            detail = f'The process "{id}" {found.obstacle}.'
            return self.problem(file, made, "not-startable", detail)
        title = f"{found.name or id}{f' (version {found.version})' if found.version else ''}"
        return self.ready(file, replace(made, title=title), id, None)

    def ready(self, file: WantedRun, made: RunPlan, id: str, tasks: tuple[Task, ...] | None) -> RunPlan:
        defined = Ability.DEFINE not in self.session.provider.cannot
        doubt = in_doubt(self.records, id) if defined else ""
        if doubt:
            return replace(made, blocked=doubt)
        before = runs_of(self.records, id) if defined else ()
        return replace(
            made,
            base=replace(made.base, id=None if id == NEW_ID else id),
            request=request(self.session, file, id),
            tasks=tasks,
            earlier=earlier(before),
        )

    def problem(self, file: WantedRun, made: RunPlan, rule: str, detail: str) -> RunPlan:
        self.problems.append(problem(rule, file.document.place(("process",)), detail))
        return made

    def listed(self) -> tuple[Definition, ...] | None:
        """The system's list, asked for once."""
        if not self._asked:
            self._listed, self._asked = self.session.service.definitions(), True
        return self._listed


def earlier(runs: Iterable[Started]) -> tuple[str, ...]:
    """What is told of runs that were started before: when, and which."""
    return tuple(f"{run.since} ({run.id})" for run in runs)


def unknown(session: Session, file: WantedRun, records: Iterable[Record] = ()) -> Diagnostic:
    """A process that a run names, and that nobody has; or whose file is gone."""
    id = file.launch.process
    known = next((one for one in records if one.key == id), None)
    detail = f'Neither the project nor the server has a process "{id}".{hint(id, session.files)}'
    if known is not None and known.id is not None:
        where = "it is in the trash" if known.trashed else f"it is on the server as {known.id}"
        detail = f'The file of the process "{id}" is gone; {where}. Bring the file back, or name its id.'
    return problem("unknown-definition", file.document.place(("process",)), detail)


def _changed(file: WantedRun, record: Record) -> str:
    """What to say of a run whose file is not the one that it was started with."""
    if not record.digest or record.digest == mark(file.launch, record):
        return ""
    return "its file has changed since, and a run is started once: give it another key to start another"


def _stuck(record: Record) -> RunPlan:
    """A run whose file is gone while nobody knows whether it was started."""
    intent = record.intent
    why = unsettled(record, intent) if intent else ""
    base = Base(serial=record.serial)
    process = intent.process if intent else ""
    return RunPlan(key=record.key, title=record.key, process=process, base=base, blocked=why)


def first(node: Node) -> Iterator[Task]:
    """The tasks with which a node begins: its own, its first child's, or all children's (guide, "Groups")."""
    if node.fields.get("triggerType") == "manual" or node.generated:
        return
    if node.kind is Kind.JOB:
        due = str(node.fields.get("dueDate", ""))
        yield Task(title=node.title, person=node.person("assignee"), due=due)
        return
    for child in node.children if node.fields.get("parallel") else node.children[:1]:
        yield from first(child)
