"""What the number in `stateCd` means.

Two published tables contradict each other (A1): what is completed in one is active in the other.
`endTime` tells them apart: nothing that goes on has one, and what has one goes on no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from procspec.model import Json, Phase

_API = "api/executions, Execution status codes"
_DATABASE = "architecture/observability, process_instance.state_cd"
_INPUT = "node-reference/input-node: a flow that waits for input has 0 as well (A2)"


@dataclass(frozen=True, slots=True)
class State:
    """One row: the table's own word, what it means, and the page that has it."""

    word: str
    phase: Phase
    source: str


STATES: Mapping[tuple[int, bool], State] = {
    (0, False): State("running", Phase.RUNNING, f"{_API}; {_INPUT}"),
    (1, False): State("active", Phase.RUNNING, _DATABASE),
    (2, False): State("waiting", Phase.WAITING, _DATABASE),
    # The one number on which the tables agree, and one that a single table has: an end without its time.
    (3, False): State("cancelled", Phase.CANCELLED, f"{_API}; {_DATABASE} (aborted)"),
    (4, False): State("completed", Phase.COMPLETE, _DATABASE),
    (1, True): State("completed", Phase.COMPLETE, _API),
    (2, True): State("failed", Phase.FAILED, _API),
    (3, True): State("cancelled", Phase.CANCELLED, f"{_API}; {_DATABASE} (aborted)"),
    (4, True): State("completed", Phase.COMPLETE, _DATABASE),
}
"""By number, and whether the instance has an end."""

_OVER = (Phase.COMPLETE, Phase.FAILED, Phase.CANCELLED)


@dataclass(frozen=True, slots=True)
class Reading:
    """What an instance is in: as people are shown it, what it means, and whether nothing goes on."""

    status: str
    phase: Phase
    over: bool


def read(code: Json, *, ended: bool) -> Reading:
    """The state of an instance; a number of neither table is shown as it is, and ends with `endTime`."""
    known = STATES.get((code, ended)) if isinstance(code, int) and not isinstance(code, bool) else None
    shown = "" if code is None else str(code)
    if known is None:
        return Reading(shown, Phase.UNKNOWN, ended)
    return Reading(f"{shown} ({known.word})", known.phase, ended or known.phase in _OVER)
