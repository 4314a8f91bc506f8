"""The contract of a provider: everything that the rest of the house knows about a remote system.

Adding a system is one folder beside this file, one line in the registry (`providers/__init__.py`) and
its tests. A provider has two halves: `Provider` is pure and offline, `Service` is one account online.
"""

from __future__ import annotations

from typing import Protocol

from procspec.halt import Halt
from procspec.model import (
    Change,
    Credentials,
    Diagnostic,
    Document,
    Environment,
    FieldTable,
    Finding,
    Json,
    Node,
    Project,
    Request,
    Run,
    Shift,
)


class Service(Protocol):
    """One account on the system. Every method is one HTTP call unless it says otherwise.

    Safe to share between threads. All methods raise `ServiceError`, `Denied` or `UnknownOutcome`.
    """

    def read(self, id: str) -> Node | None:
        """The live process, its nodes without keys; None when the system has no such process."""

    def send(self, request: Request) -> str | None:
        """Carries out one request, as it stands; the id of the process or the run that it made, if any.

        Raises `UnknownOutcome` when the request may have been carried out and that cannot be asked.
        """

    def read_run(self, id: str) -> Run | None:
        """A run; None when the system has no such run."""

    def validate(self, live: Node) -> tuple[Finding, ...]:
        """What the system finds wrong with the process; empty means that it can be run.

        At most one more GET, and only when there are findings whose target needs the whole tree.
        """

    def close(self) -> None:
        """Gives the connections back."""


class Provider(Protocol):
    """What the system is like: its fields, its payloads, its requests. Pure functions."""

    name: str
    fields: FieldTable

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

    def start(self, id: str, *, email: bool) -> Request:
        """The request that starts a run of a process; `email` tells its owner when the run is complete."""

    def decompile(self, live: Node, people: dict[str, str]) -> Json:
        """The process file's data for a live process: the inverse of `compile`, for `import`.

        `people` maps server ids to the names that the project has for them.
        """

    def connect(self, environment: Environment, credentials: Credentials, folder: str, halt: Halt) -> Service:
        """Opens the account; no request is sent yet. `folder` is where an embedded emulator may live.

        Once `halt` is asked for, the service waits for nothing and sends nothing a second time.
        """
