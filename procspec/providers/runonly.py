"""What every system has in common whose processes are defined elsewhere: it can start and watch them."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import NoReturn

from procspec.errors import ProcspecError
from procspec.model import (
    Answered,
    Change,
    Diagnostic,
    Document,
    FieldTable,
    Json,
    Node,
    Project,
    Request,
    RunNode,
    Shift,
)
from procspec.providers.base import Stage
from procspec.providers.launches import RULE, SUMMARY


class RunOnly:
    """The half of a `Provider` that defines processes, for a system that cannot."""

    name: str
    where: str
    """Where its processes are made, for people."""
    fields: FieldTable = MappingProxyType({})

    def compile(self, document: Document, project: Project) -> tuple[Node | None, tuple[Diagnostic, ...]]:
        """Nothing: a diagnostic at the file's kind."""
        detail = (
            f"A process of {self.name} is made in {self.where}. Keep this file in a project of its own, and"
            f" write files of the kind Run for {self.name}."
        )
        place = document.place(("kind",))
        return None, (Diagnostic(rule=RULE, summary=SUMMARY, detail=detail, place=place),)

    def payload(self, desired: Node) -> Json:
        self._never()

    def parts(self, desired: Node) -> tuple[tuple[Node, Json], ...]:
        self._never()

    def lower(
        self, live: Node | None, planned: Node | None, changes: tuple[Change, ...]
    ) -> tuple[Request, ...]:
        self._never()

    def cascade(self, live: Node, planned: Node) -> tuple[Shift, ...]:
        self._never()

    def add(self, run: str, jobs: tuple[Node, ...], *, group: str, sibling: str, before: bool) -> Request:
        self._never()

    def same_job(self, sent: Node, found: RunNode) -> bool:
        self._never()

    def answer(self, step: Answered) -> Request:
        self._never()

    def decompile(self, live: Node, people: dict[str, str]) -> Json:
        self._never()

    def rehearse(self, day: date) -> Stage:
        self._never()

    def _never(self) -> NoReturn:
        raise ProcspecError(f"{self.name} cannot do this.")  # `require` was asked before
