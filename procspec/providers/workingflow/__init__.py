"""Workingflow's REST API: start what is deployed, watch it, download its files (003; api-facts 2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from procspec.halt import Halt
from procspec.model import Credentials, Diagnostic, Document, Environment, Launch, Request
from procspec.providers.base import Ability
from procspec.providers.runonly import RunOnly

if TYPE_CHECKING:
    from procspec.providers.workingflow.client import Client

_CANNOT: Mapping[Ability, str] = {
    # api-facts 2.2, "Not available by API"
    Ability.DEFINE: "Deploy the process in its web application; a file of the kind Run starts what is there.",
    Ability.TRASH: "Suspend or remove the process in its web application.",
    Ability.ADD_JOBS: "What a run goes through is in its definition: deploy another one and start a new run.",
    Ability.TASK: "Whoever has the task finishes it in the task list of the web application.",
    Ability.REHEARSE: "Start the process in an environment with `url: emulator`, which reaches nobody.",
}


class Workingflow(RunOnly):
    """The `Provider` for Workingflow; its parts are imported where they are used."""

    name = "workingflow"
    where = "its web application"
    cannot = _CANNOT

    def launch(
        self, document: Document, environment: Environment
    ) -> tuple[Launch | None, tuple[Diagnostic, ...]]:
        """A start takes variables and nothing else (003, "Start Process")."""
        from procspec.providers.launches import launch

        return launch(document, self.name, ("inputs",))

    def start(self, launch: Launch) -> Request:
        from procspec.providers.workingflow.wire import start

        return start(launch)

    def connect(self, environment: Environment, credentials: Credentials, folder: str, halt: Halt) -> Client:
        from procspec.providers.workingflow.connect import connect

        return connect(environment, credentials, folder, halt)
