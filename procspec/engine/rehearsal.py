"""test: plays a scenario on a stage of its own: create, validate, run, and then step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from procspec.engine.expectations import Moment, state, unmet
from procspec.engine.rules import problem
from procspec.engine.runtime.runs import keyed as with_keys
from procspec.engine.session import Wanted
from procspec.engine.settle import located
from procspec.errors import NotConverged, ServiceError
from procspec.model import (
    FINISHED,
    Diagnostic,
    Document,
    Json,
    Launch,
    Path,
    Person,
    Phase,
    Record,
    Rehearsal,
    RunNode,
    Scene,
)
from procspec.providers.base import Provider, Stage
from procspec.reconcile import creation, keyed, order_of, pair
from procspec.source.scenarios import OF_GROUPS, keys

_ACTS: Final[Mapping[str, tuple[str, Callable[[Stage, str, str], None]]]] = {
    "submit": ("submitted", lambda stage, run, id: stage.submit(run, id)),
    "return": ("returned", lambda stage, run, id: stage.give_back(run, id)),
    "complete": ("completed", lambda stage, run, id: stage.finish(run, id, Phase.COMPLETE)),
    "start": ("started", lambda stage, run, id: stage.begin(run, id)),
    "fail": ("made to fail", lambda stage, run, id: stage.finish(run, id, Phase.FAILED)),
    "cancel": ("cancelled", lambda stage, run, id: stage.finish(run, id, Phase.CANCELLED)),
}
"""What happens to jobs and groups: how people say that it was done, and how it is."""


def rehearse(scenario: Document, file: Wanted, provider: Provider, people: Mapping[str, Person]) -> Rehearsal:
    """How a checked scenario of the process in `file` goes; nothing outside of this call is touched.

    After an expectation that is not met the next steps are taken, after a step that cannot be taken none.
    Raises ServiceError when the stage itself breaks down.
    """
    data = scenario.data
    with closing(provider.rehearse(date.fromisoformat(data["today"]))) as stage:
        play = _Play(scenario, file, provider, stage, people, data["today"])
        scenes = tuple(play.scenes())
    return Rehearsal(
        key=data["key"],
        title=data.get("name", ""),
        process=data["process"],
        place=scenario.place(("key",)),
        steps=len(data["steps"]),
        taken=play.taken,
        scenes=scenes,
    )


@dataclass
class _Play:
    """One scenario while it is played: the day, the run and what it was made from, and the steps so far."""

    scenario: Document
    file: Wanted
    provider: Provider
    stage: Stage
    people: Mapping[str, Person]
    today: str
    run: str = ""
    record: Record | None = None
    taken: int = 0

    def scenes(self) -> Iterator[Scene]:
        """The moments at which something is otherwise."""
        problems = self.opening()
        if problems:
            yield Scene(today=self.today, diagnostics=problems)
            return
        for index, step in enumerate(self.scenario.data["steps"]):
            ((verb, value),) = step.items()
            problems = tuple(self.step(("steps", index, verb), verb, value))
            if problems:
                yield Scene(today=self.today, diagnostics=problems, run=self.now().run)
            if problems and verb != "expect":
                return
            self.taken += 1

    # ------------------------------------------------------------------------------------- the process

    def opening(self) -> tuple[Diagnostic, ...]:
        """Creates the process and starts it; what keeps it from being run on this day, in its file."""
        try:
            self.record, problems = self.created()
            if not problems:
                launch = Launch(process=str(self.record.id))
                self.run = self.stage.send(self.provider.start(launch)).id
        except ServiceError as error:
            problems = (self.refused(error),)
        return problems

    def created(self) -> tuple[Record, tuple[Diagnostic, ...]]:
        """create, read, validate."""
        desired, fields = self.file.desired, self.provider.fields
        requests = self.provider.lower(None, desired, creation(desired))
        (id,) = [id for request in requests for id in self.stage.send(request).ids]
        live = self.stage.read(id)
        ids = pair(desired, live, fields) if live else None
        if live is None or ids is None:
            raise NotConverged(f"{self.file.key} is not what was created.")
        order = order_of(keyed(live, ids))
        record = Record(environment="", key=self.file.key, salt="", id=id, ids=ids, order=order)
        found = located(self.file, record, self.stage.validate(live))
        return record, tuple(self.on_that_day(one) for one in found)

    def on_that_day(self, one: Diagnostic) -> Diagnostic:
        """What a validation finds depends on the day, which is the scenario's (T22)."""
        place = self.scenario.place(("today",))
        return replace(one, detail=f"{one.detail} The scenario begins on {self.today}.", related=(place,))

    def refused(self, error: ServiceError) -> Diagnostic:
        """The process as the system does not take it; raises what is no refusal."""
        if error.status is None or not 400 <= error.status < 500:
            raise error
        return problem("step-not-taken", self.file.desired.place, error.message)

    # --------------------------------------------------------------------------------------- the steps

    def now(self) -> Moment:
        """The run as it is, without the links: nobody can open a task of a rehearsal."""
        run = self.stage.read_run(self.run)
        if run is None or run.root is None:
            raise NotConverged(f"The run {self.run} of {self.file.key} is gone.")
        run = with_keys(replace(run, root=_unlinked(run.root)), self.record)
        return Moment(run, self.today, self.people)

    def step(self, path: Path, verb: str, value: Json) -> Iterator[Diagnostic]:
        """Takes one step; what of it is otherwise, or why it cannot be taken."""
        if verb == "today":
            self.stage.set_today(date.fromisoformat(value))
            self.today = value
        elif verb == "expect":
            yield from unmet(self.scenario, path, value, self.now())
        else:
            for where, key in keys(path, value):
                obstacle = self.act(verb, key)
                if obstacle:
                    yield self.stopped(where, key, verb, obstacle)
                    return

    def act(self, verb: str, key: str) -> str:
        """Does it to the job, to the group, or to all jobs below it; why that cannot be, if so."""
        jobs = self.targets(verb, key)
        for job in jobs:
            try:
                _ACTS[verb][1](self.stage, self.run, job.id)
            except ServiceError as error:
                if error.status != 409:
                    raise
                return _obstacle(verb, key, self.now().nodes[job.key])
        return "" if jobs else "nothing of it is left to do"

    def targets(self, verb: str, key: str) -> list[RunNode]:
        """The job or group itself; of a group, for some verbs, what is not finished below it, in order."""
        now = self.now()
        if verb not in OF_GROUPS or key not in now.nodes or key in {job.key for job in now.run.jobs}:
            return [now.nodes[key]] if key in now.nodes else []
        return [job for job in now.jobs(key) if job.phase not in FINISHED]

    def stopped(self, path: Path, key: str, verb: str, obstacle: str) -> Diagnostic:
        """The step at which the play ends."""
        left = len(self.scenario.data["steps"]) - self.taken - 1
        more = " The steps after it were not taken." if left else ""
        detail = f'"{key}" cannot be {_ACTS[verb][0]} on {self.today}: {obstacle}.{more}'
        return problem("step-not-taken", self.scenario.place(path), detail)


def _obstacle(verb: str, key: str, node: RunNode) -> str:
    """What is in the way of a step, after it was refused."""
    if verb == "start" and node.phase is Phase.WAITING:
        return "its turn has not come"
    who = "it" if node.key == key else f'"{node.key}"'
    return f"{who} is {state(node)}"


def _unlinked(node: RunNode) -> RunNode:
    children = tuple(map(_unlinked, node.children))
    return replace(node, permalink="", task="", children=children)
