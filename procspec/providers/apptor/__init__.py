"""apptor flow: start a flow, look at an instance, finish a human step. Flows are made in its designer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from procspec.halt import Halt
from procspec.model import Answered, Credentials, Diagnostic, Document, Environment, Launch, Request
from procspec.providers.base import Ability
from procspec.providers.runonly import RunOnly

if TYPE_CHECKING:
    from procspec.providers.apptor.client import Client

_CANNOT: Mapping[Ability, str] = {
    # 004, "Execute Workflows"; api-facts 3.2, "No documented endpoint"
    Ability.DEFINE: "Make and publish the flow in its designer, and start it with a file of the kind Run.",
    Ability.TRASH: "Flows are deleted in the designer; a run of one can be ended there alone.",
    Ability.ADD_JOBS: "Change the flow in its designer, publish it, and start another run.",
    Ability.FILES: "What a run brings is in its variables: `procspec status RUN` shows them.",
    Ability.REHEARSE: "Start the flow with `environment: DEVELOPMENT`, or in the emulator (`url: emulator`).",
}
_TAKES = ("inputs", "correlationKey", "environment", "version")


class Apptor(RunOnly):
    """The `Provider` for apptor flow; its parts are imported where they are used."""

    name = "apptor"
    where = "the designer of apptor flow"
    cannot = _CANNOT

    def launch(
        self, document: Document, environment: Environment
    ) -> tuple[Launch | None, tuple[Diagnostic, ...]]:
        """As `Provider.launch`; whether the run is a live one must be written out."""
        from procspec.providers.launches import launch
        from procspec.source.rules import problem

        found, problems = launch(document, self.name, _TAKES)
        if found is None:
            return None, problems
        if not found.environment:
            detail = (
                "Write `environment: DEVELOPMENT` or `environment: PRODUCTION`: without it, apptor flow"
                " starts a live run."
            )
            return None, (problem("missing-field", document.place(("process",)), detail),)
        return replace(found, system_key=environment.system_key), ()

    def start(self, launch: Launch) -> Request:
        from procspec.providers.apptor.requests import start

        return start(launch)

    def answer(self, step: Answered) -> Request:
        from procspec.providers.apptor.requests import answer

        return answer(step)

    def connect(self, environment: Environment, credentials: Credentials, folder: str, halt: Halt) -> Client:
        from procspec.providers.apptor.connect import connect

        return connect(environment, credentials, folder, halt)
