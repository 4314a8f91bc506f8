"""Workiva's Processes API: define, patch, rename, validate, trash, restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from procspec.halt import Halt
from procspec.model import (
    Change,
    Credentials,
    Diagnostic,
    Document,
    Environment,
    Json,
    Node,
    Project,
    Request,
    Shift,
)

if TYPE_CHECKING:
    from procspec.providers.workiva.client import Client

from procspec.providers.workiva.fields import FIELDS


class Workiva:
    """The `Provider` for the Processes API; its parts are imported where they are used."""

    name = "workiva"
    fields = FIELDS

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

    def start(self, id: str, *, email: bool) -> Request:
        from procspec.providers.workiva.lower import start

        return start(id, email=email)

    def decompile(self, live: Node, people: dict[str, str]) -> Json:
        from procspec.providers.workiva.compiler import decompile

        return decompile(live, people)

    def connect(self, environment: Environment, credentials: Credentials, folder: str, halt: Halt) -> Client:
        from procspec.providers.workiva.connect import connect

        return connect(environment, credentials, folder, halt)
