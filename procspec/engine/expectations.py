"""What a scenario expects of a run at a moment, and what is so: pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from procspec.engine.rules import problem
from procspec.model import (
    FINISHED,
    Diagnostic,
    Document,
    Json,
    Kind,
    Path,
    Person,
    Phase,
    Review,
    Run,
    RunNode,
)
from procspec.source.scenarios import keys

_IS: Final[Mapping[str, tuple[str, Callable[[RunNode, str], bool]]]] = {
    "waiting": ("waiting", lambda job, _: job.phase is Phase.WAITING),
    "running": ("running", lambda job, _: job.phase is Phase.RUNNING),
    "approval": ("in approval", lambda job, _: _is_in(job, Review.APPROVAL)),
    "returned": ("returned", lambda job, _: _is_in(job, Review.RETURNED)),
    "complete": ("complete", lambda job, _: job.phase is Phase.COMPLETE),
    "cancelled": ("cancelled", lambda job, _: job.phase is Phase.CANCELLED),
    "failed": ("failed", lambda job, _: job.phase is Phase.FAILED),
    "overdue": ("overdue", lambda job, today: job.is_overdue(today)),
}
"""The lists of an expectation: how people say it, and which jobs are so on a day."""

_STATES: Final[Mapping[Phase, str]] = {
    Phase.WAITING: "waiting",
    Phase.RUNNING: "running",
    Phase.COMPLETE: "complete",
    Phase.FAILED: "failed",
    Phase.CANCELLED: "cancelled",
}


def _is_in(job: RunNode, review: Review) -> bool:
    return job.phase is Phase.RUNNING and job.review is review


@dataclass(frozen=True)
class Moment:
    """A run on a day (ISO), and the people of the project by the names that scenarios have for them."""

    run: Run
    today: str
    people: Mapping[str, Person]

    @cached_property
    def nodes(self) -> Mapping[str, RunNode]:
        """The jobs and groups by their keys."""
        return {node.key: node for node in self.run.nodes()}

    def jobs(self, key: str) -> list[RunNode]:
        """The job itself, or all jobs below the group; none of a group that the run has lost."""
        below = self.nodes[key].walk() if key in self.nodes else ()
        return [node for node in below if node.kind is Kind.JOB and not node.generated]


def state(node: RunNode | Run) -> str:
    """How it stands, in words that stand behind "is"."""
    if isinstance(node, RunNode) and node.phase is Phase.RUNNING and node.review is not Review.NONE:
        return _IS[node.review.value][0]
    by_hand = isinstance(node, RunNode) and node.manual and node.phase is Phase.WAITING
    more = ", until somebody starts it" if by_hand else ""
    return _STATES.get(node.phase, f'"{node.status}"') + more


def unmet(scenario: Document, path: Path, expected: Mapping[str, Json], now: Moment) -> Iterator[Diagnostic]:
    """Everything at `path` of the scenario that is not so, each at the place of the value."""
    for name, value in expected.items():
        where = (*path, name)
        if name == "status":
            yield from _status(scenario, where, value, now)
        elif name == "with":
            for key, person in value.items():
                yield from _holder(scenario, (*where, key), key, person, now)
        else:
            yield from _missing(scenario, where, value, now)
            yield from _more(scenario, where, value, now)


def _found(scenario: Document, path: Path, detail: str, *, of_key: bool = False) -> Diagnostic:
    place = scenario.keys.get(path) if of_key else None
    return problem("not-as-expected", place or scenario.place(path), detail)


def _status(scenario: Document, path: Path, wanted: str, now: Moment) -> Iterator[Diagnostic]:
    if now.run.phase.value != wanted:
        detail = f"The run is expected to be {wanted} on {now.today}. It is {state(now.run)}."
        yield _found(scenario, path, detail)


def _missing(scenario: Document, path: Path, value: Json, now: Moment) -> Iterator[Diagnostic]:
    """The jobs that are named and are not so; of a group those below it, together."""
    word, is_so = _IS[path[-1]]  # type: ignore[index]
    for where, key in keys(path, value):
        others = [job for job in now.jobs(key) if not is_so(job, now.today)]
        told = [_standing(job, key, overdue=word == "overdue") for job in others]
        if told:
            detail = f'"{key}" is expected to be {word} on {now.today}. {"; ".join(told)}.'
            yield _found(scenario, where, detail)


def _standing(job: RunNode, key: str, *, overdue: bool) -> str:
    who = "It" if job.key == key else f'"{job.key}"'
    due = f", due {job.deadline}" if job.deadline else ", without a due date"
    return f"{who} is {state(job)}{due if overdue and job.phase not in FINISHED else ''}"


def _more(scenario: Document, path: Path, value: Json, now: Moment) -> Iterator[Diagnostic]:
    """The jobs that are so and are not named: a list is exact."""
    word, is_so = _IS[path[-1]]  # type: ignore[index]
    named = {job.key for _, key in keys(path, value) for job in now.jobs(key)}
    others = [job for job in now.run.jobs if is_so(job, now.today) and job.key not in named]
    if others:
        told = _listed([_named(job, overdue=word == "overdue") for job in others])
        are, them = ("is", "it") if len(others) == 1 else ("are", "them")
        exact = f"The list states exactly which jobs are: add {them}, or leave the list out."
        detail = f"{told} {are} {word} on {now.today}{' too' if named else ''}. {exact}"
        yield _found(scenario, path, detail, of_key=True)


def _named(job: RunNode, *, overdue: bool) -> str:
    return f'"{job.key}" (due {job.deadline})' if overdue else f'"{job.key}"'


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _holder(scenario: Document, path: Path, key: str, person: Json, now: Moment) -> Iterator[Diagnostic]:
    wanted = now.people[person].id if isinstance(person, str) else person["id"]
    job = now.nodes[key]
    if job.holder == wanted:
        return
    names = {one.id: name for name, one in now.people.items()}
    has = f"{names.get(job.holder, job.holder)} has it" if job.holder else "Nobody has it"
    name = person if isinstance(person, str) else names.get(wanted, wanted)
    detail = f'"{key}" is expected to be with {name} on {now.today}. {has}: it is {state(job)}.'
    yield _found(scenario, path, detail)
