"""Workiva's Processes API: define, patch, rename, validate, trash, restore."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from procspec.halt import Halt
from procspec.model import (
    Answered,
    Change,
    Credentials,
    Diagnostic,
    Document,
    Environment,
    Json,
    Launch,
    Node,
    Project,
    Request,
    RunNode,
    Shift,
)

if TYPE_CHECKING:
    from datetime import date

    from procspec.providers.workiva.client import Client
    from procspec.providers.workiva.stage import Stage

from procspec.errors import ProcspecError
from procspec.providers.base import Ability
from procspec.providers.workiva.fields import FIELDS

_CANNOT: Mapping[Ability, str] = {
    # api-facts 1.4, "What does not exist in the preview"
    Ability.TASK: "Finish the task at its permalink: `procspec status RUN` shows it.",
    Ability.FILES: "A Workiva run keeps no files: its documents are in the workspace.",
}


class Workiva:
    """The `Provider` for the Processes API; its parts are imported where they are used."""

    name = "workiva"
    fields = FIELDS
    cannot = _CANNOT

    def compile(self, document: Document, project: Project) -> tuple[Node | None, tuple[Diagnostic, ...]]:
        from procspec.providers.workiva.compiler import compile

        return compile(document, project)

    def payload(self, desired: Node) -> Json:
        from procspec.providers.workiva.wire import payload

        return payload(desired)

    def parts(self, desired: Node) -> tuple[tuple[Node, Json], ...]:
        from procspec.providers.workiva.wire import parts

        return parts(desired)

    def lower(
        self, live: Node | None, planned: Node | None, changes: tuple[Change, ...]
    ) -> tuple[Request, ...]:
        from procspec.providers.workiva.lower import lower

        return lower(live, planned, changes)

    def cascade(self, live: Node, planned: Node) -> tuple[Shift, ...]:
        from procspec.providers.workiva.relative import cascade

        return cascade(live, planned)

    def launch(
        self, document: Document, environment: Environment
    ) -> tuple[Launch | None, tuple[Diagnostic, ...]]:
        from procspec.providers.launches import launch

        return launch(document, self.name, ("completeEmail",))

    def start(self, launch: Launch) -> Request:
        from procspec.providers.workiva.lower import start

        return start(launch)

    def add(self, run: str, jobs: tuple[Node, ...], *, group: str, sibling: str, before: bool) -> Request:
        from procspec.providers.workiva.lower import add

        return add(run, jobs, group=group, sibling=sibling, before=before)

    def same_job(self, sent: Node, found: RunNode) -> bool:
        from procspec.providers.workiva.likeness import same_job

        return same_job(sent, found)

    def answer(self, step: Answered) -> Request:
        raise ProcspecError("The Processes API cannot finish a human step.")

    def decompile(self, live: Node, people: dict[str, str]) -> Json:
        from procspec.providers.workiva.compiler import decompile

        return decompile(live, people)

    def connect(self, environment: Environment, credentials: Credentials, folder: str, halt: Halt) -> Client:
        from procspec.providers.workiva.connect import connect

        return connect(environment, credentials, folder, halt)

    def rehearse(self, day: date) -> Stage:
        from procspec.providers.workiva.stage import stage

        return stage(day)
