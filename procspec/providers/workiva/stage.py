"""A rehearsal: the emulator in memory, asked as the real API is, and its control endpoints for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from procspec.http import Resend
from procspec.model import Json, Phase
from procspec.providers.workiva.client import Client
from procspec.providers.workiva.connect import rehearsed

_OUTCOMES: Final[Mapping[Phase, str]] = {
    Phase.COMPLETE: "complete",
    Phase.FAILED: "error",
    Phase.CANCELLED: "cancelled",
}


class Stage(Client):
    """The `Stage` of the Processes API."""

    def set_today(self, day: date) -> None:
        self._control("PUT", "clock", {"today": day.isoformat()})

    def submit(self, run: str, id: str) -> None:
        self._tell(run, "submit", {"id": id})

    def give_back(self, run: str, id: str) -> None:
        self._tell(run, "return", {"id": id})

    def finish(self, run: str, id: str, outcome: Phase) -> None:
        self._tell(run, "finish", {"id": id, "status": _OUTCOMES[outcome]})

    def begin(self, run: str, id: str) -> None:
        self._tell(run, "start", {"id": id})

    def _tell(self, run: str, what: str, body: Json) -> None:
        self._control("POST", f"processRuns/{run}/{what}", body)

    def _control(self, method: str, path: str, body: Json) -> None:
        self._http.send(method, f"/_emulator/{path}", body=body, resend=Resend.NEVER)


def stage(day: date) -> Stage:
    """An emulator of its own, in memory, on that day."""
    return Stage(rehearsed(day))
