"""The contract of a provider: everything that the rest of the house knows about a remote system.

Adding a system is one folder beside this file, one line in the registry (`providers/__init__.py`), its name
in the schema of the project file, and its tests. A provider has two halves: `Provider` is pure and offline,
`Service` is one account online.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from typing import BinaryIO, Protocol

from procspec.errors import UsageError
from procspec.halt import Halt
from procspec.model import (
    Answered,
    Change,
    Credentials,
    Definition,
    Diagnostic,
    Document,
    Environment,
    FieldTable,
    Finding,
    Json,
    Launch,
    Node,
    Phase,
    Project,
    Receipt,
    Request,
    Run,
    RunNode,
    Shift,
)


class Ability(Enum):
    """What a system can be asked to do, in words that stand behind "cannot"."""

    DEFINE = "create or change processes"
    TRASH = "trash or restore processes"
    ADD_JOBS = "add jobs to a run"
    TASK = "finish a human step"
    FILES = "list or download files of a run"
    REHEARSE = "rehearse a process"


def require(provider: Provider, ability: Ability) -> None:
    """Raises UsageError, with what to do instead, when the system cannot do it."""
    instead = provider.cannot.get(ability)
    if instead is not None:
        raise UsageError(f"{provider.name} cannot {ability.value}.", hint=instead)


class Service(Protocol):
    """One account on the system. Every method is one HTTP call unless it says otherwise.

    Safe to share between threads. All methods raise `ServiceError`, `Denied` or `UnknownOutcome`.
    """

    def read(self, id: str) -> Node | None:
        """The live process, its nodes without keys; None when the system has no such process."""

    def send(self, request: Request) -> Receipt:
        """Carries out one request, as it stands; with the id of what it made, if anything.

        Raises `UnknownOutcome` when the request may have been carried out and that cannot be asked.
        """

    def read_run(self, id: str, *, once: bool = False, within: float = math.inf) -> Run | None:
        """A run; None when the system has no such run.

        Whoever asks again and again asks `once`: then trouble is never met with a second request or a wait,
        and the error says how long the system asks to wait. `within` is the time for all of it, in seconds.
        """

    def definitions(self) -> tuple[Definition, ...] | None:
        """Everything that could be started; None, without a request, where the system has no such list."""

    def download(
        self, run: str, file: str, into: BinaryIO, heard: Callable[[int, int | None], None]
    ) -> str | None:
        """Writes a file of a run, and returns the name that the server shows for it, as it says it: unsafe.

        `heard` is told the bytes so far and those of the whole, where they are known. None when the system
        has no such run or file.
        """

    def validate(self, live: Node) -> tuple[Finding, ...]:
        """What the system finds wrong with the process; empty means that it can be run.

        At most one more GET, and only when there are findings whose target needs the whole tree.
        """

    def close(self) -> None:
        """Gives the connections back."""


class Stage(Service, Protocol):
    """A system of nobody's, in this process, for one rehearsal: with a day, and people who do as told.

    What people do to a job run or group run is told by the ids of `read_run`. Each method raises
    `ServiceError` with the status 409 when that cannot be done now, and changes nothing then.
    """

    def set_today(self, day: date) -> None:
        """It is this day from now on."""

    def submit(self, run: str, id: str) -> None:
        """The assignee of a job is done: the approver has it, or, where there is none, it is complete."""

    def give_back(self, run: str, id: str) -> None:
        """The approver returns a job to its assignee."""

    def finish(self, run: str, id: str, outcome: Phase) -> None:
        """A job ends: it is complete, has failed, or is cancelled."""

    def begin(self, run: str, id: str) -> None:
        """Somebody starts a manual job or group whose turn has come."""


class Provider(Protocol):
    """What the system is like: its fields, its payloads, its requests. Pure functions.

    `cannot` says of everything that the system cannot do what to do instead, in one sentence. A method of
    an ability that it lacks is never called; `require` is asked before.
    """

    name: str
    fields: FieldTable
    cannot: Mapping[Ability, str]

    def compile(self, document: Document, project: Project) -> tuple[Node | None, tuple[Diagnostic, ...]]:
        """What the process should be; None, with diagnostics, when it cannot be said."""

    def payload(self, desired: Node) -> Json:
        """The body that creates the process."""

    def parts(self, desired: Node) -> tuple[tuple[Node, Json], ...]:
        """Every process, group and job of `payload`, with the node that it comes from, parents first.

        The first is the whole payload, a group has its children in it: the values are those of one
        payload, each inside of its parent's as the same object. The root group is a group.
        """

    def lower(
        self, live: Node | None, planned: Node | None, changes: tuple[Change, ...]
    ) -> tuple[Request, ...]:
        """The fewest requests that carry out all pending changes; none exactly when there are none."""

    def cascade(self, live: Node, planned: Node) -> tuple[Shift, ...]:
        """The dates that the system moves by itself when a patch makes `live` into `planned`, in their order.

        Both are keyed and hold all their fields; in `live`, None stands for a value that the system does
        not show and that is not the planned one. A system that moves nothing gives nothing.
        """

    def launch(
        self, document: Document, environment: Environment
    ) -> tuple[Launch | None, tuple[Diagnostic, ...]]:
        """The run that a file of the kind Run declares; None, with diagnostics, when it cannot be said.

        Its `process` is the file's, which may be the key of a process of the project.
        """

    def start(self, launch: Launch) -> Request:
        """The request that starts a run; the process of `launch` is the system's own id or key."""

    def add(self, run: str, jobs: tuple[Node, ...], *, group: str, sibling: str, before: bool) -> Request:
        """The request that adds jobs to a run, before or after a sibling or at the end of a group.

        `group` and `sibling` are ids of the run, or empty.
        """

    def same_job(self, sent: Node, found: RunNode) -> bool:
        """Whether a job of a run can be one that `add` has sent, by what a run shows of a job."""

    def answer(self, step: Answered) -> Request:
        """The request that finishes a human step of a run."""

    def decompile(self, live: Node, people: dict[str, str]) -> Json:
        """The process file's data for a live process: the inverse of `compile`, for `import`.

        `people` maps server ids to the names that the project has for them.
        """

    def connect(self, environment: Environment, credentials: Credentials, folder: str, halt: Halt) -> Service:
        """Opens the account; no request is sent yet. `folder` is where an embedded emulator may live.

        Once `halt` is asked for, the service waits for nothing and sends nothing a second time.
        """

    def rehearse(self, day: date) -> Stage:
        """An empty system on that day, which is gone when it is closed; needs no account."""
