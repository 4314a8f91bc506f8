"""SIGKILL while an apply starts what the files declare: nothing is started twice, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.test_kill import APPLY, Scenario, applied, copied, held, prepare
from tests.killing import ran


def declare(folder: Path) -> None:
    """A run of a process that the same apply creates."""
    (folder / "start.procspec.yaml").write_text("kind: Run\nkey: start\nprocess: first\n")


def declare_later(folder: Path) -> None:
    """A run of a process that is there already."""
    applied(folder)
    declare(folder)


SCENARIOS: dict[str, tuple[Callable[[Path], None], int]] = {
    "create-and-start": (declare, 140),
    "start": (declare_later, 50),
}
"""What is prepared, and how many boundaries the apply comes to at the least."""


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_is_promised_holds_wherever_it_is_killed(name: str, third: int, tmp_path: Path) -> None:
    ready = tmp_path / "ready" / "project"
    prepare(ready)
    made, least = SCENARIOS[name]
    made(ready)
    boundaries = ran(copied(ready, tmp_path / "whole"), *APPLY, count=True).boundaries
    positions = range(1, len(boundaries) + 1)
    assert len(positions) >= least
    for position in positions[::third]:
        held(copied(ready, tmp_path / str(position)), Scenario(made, APPLY, least), position)
    print(f"{name}: killed at {len(positions[::third])} of {len(positions)} boundaries; all promises held")
