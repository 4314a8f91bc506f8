"""SIGKILL at every boundary of every action, and what the next commands make of it."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import Home
from tests.killing import ran
from tests.promises import Truth, converges, nothing_lost

PROJECT = """\
kind: Project
name: close
environments:
  local: {provider: workiva, url: emulator, clock: 2024-09-30}
people: {ana: user-1, ben: user-2}
"""
PROCESS = """\
kind: Process
key: {key}
name: {name}
autoClose: true
dueDate: 2024-12-31
root:
  name: Steps
  children:
    - job: reconcile
      sendTask: {{title: Reconcile, assignee: ana, dueDate: 2024-12-15}}
    - group: review
      name: Review
      parallel: true
      children:
        - job: costs
          sendTask: {{title: Costs, assignee: ben}}
"""
NAMES = {"First": "first", "Second": "second"}
APPLY = ("apply", "--auto-approve", "--parallelism", "1", "--allow-replace", "--prune")


def prepare(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "procspec.yaml").write_text(PROJECT)
    for name, key in NAMES.items():
        (folder / f"{key}.procspec.yaml").write_text(PROCESS.format(key=key, name=name))


def edit(folder: Path, before: str, after: str) -> None:
    path = folder / "first.procspec.yaml"
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


def applied(folder: Path) -> None:
    assert ran(folder, *APPLY).code == 0


def patch(folder: Path) -> None:
    applied(folder)
    edit(folder, "autoClose: true", "autoClose: false")


def rename(folder: Path) -> None:
    applied(folder)
    edit(folder, "title: Costs", "title: All costs")


def both(folder: Path) -> None:
    patch(folder)
    edit(folder, "title: Costs", "title: All costs")


def replace(folder: Path) -> None:
    applied(folder)
    edit(folder, "title: Costs, assignee: ben", "title: Costs, assignee: ana")


def replace_invalid(folder: Path) -> None:
    """The new process is due before the emulator's today: it is trashed, and the old one stays."""
    applied(folder)
    edit(folder, "title: Costs, assignee: ben", "title: Costs, assignee: ben, dueDate: 2024-01-15")


def mend(folder: Path) -> None:
    edit(folder, ", dueDate: 2024-01-15", "")


def trash(folder: Path) -> None:
    applied(folder)
    (folder / "first.procspec.yaml").unlink()


def restore(folder: Path) -> None:
    trash(folder)
    assert ran(folder, *APPLY).code == 0
    (folder / "first.procspec.yaml").write_text(PROCESS.format(key="first", name="First"))


@dataclass(frozen=True)
class Scenario:
    """What is to be carried out when the kill comes, and how many boundaries that has at the least.

    `mend` makes the file right again where the action was not to succeed.
    """

    prepare: Callable[[Path], None]
    command: tuple[str, ...]
    expected: int
    mend: Callable[[Path], None] | None = None


SCENARIOS = {
    "create": Scenario(lambda folder: None, APPLY, 116),
    "patch": Scenario(patch, APPLY, 48),
    "rename": Scenario(rename, APPLY, 48),
    "rename-and-patch": Scenario(both, APPLY, 54),
    "replace": Scenario(replace, APPLY, 72),
    "replace-invalid": Scenario(replace_invalid, APPLY, 72, mend),
    "trash": Scenario(trash, APPLY, 38),
    "restore": Scenario(restore, APPLY, 55),
    "run": Scenario(applied, ("run", "first", "--auto-approve"), 50),
}
PARTS = 4
EXPECTED = sum(scenario.expected for scenario in SCENARIOS.values())
"""Kill positions, as tests/README.md reports them; each test fails when its action comes to fewer."""


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", SCENARIOS)
def test_what_is_promised_holds_wherever_it_is_killed(name: str, part: int, tmp_path: Path) -> None:
    scenario = SCENARIOS[name]
    ready = tmp_path / "ready" / "project"
    prepare(ready)
    scenario.prepare(ready)
    boundaries = ran(copied(ready, tmp_path / "whole"), *scenario.command, count=True).boundaries
    positions = range(1, len(boundaries) + 1)
    assert len(positions) >= scenario.expected
    for position in positions[part::PARTS]:
        held(copied(ready, tmp_path / str(position)), scenario, position)
    print(
        f"{name}: killed at {len(positions[part::PARTS])} of {len(positions)} boundaries; all promises held"
    )


def test_a_restore_that_was_killed_is_pruned_when_the_file_goes_again(tmp_path: Path) -> None:
    """Wherever it was: what may be alive is not held for trashed, or nobody would look for it again."""
    ready = tmp_path / "ready" / "project"
    prepare(ready)
    restore(ready)
    boundaries = ran(copied(ready, tmp_path / "whole"), *APPLY, count=True).boundaries
    for position in range(1, len(boundaries) + 1):
        home = copied(ready, tmp_path / str(position))
        assert ran(home, *APPLY, kill_at=position).code == -signal.SIGKILL
        (home / "first.procspec.yaml").unlink()
        truth = Truth(home)
        converges(truth, NAMES, partial(command, home), APPLY)
        assert set(truth.alive().values()) == {"Second"}, f"position {position}"
        shutil.rmtree(home)


def command(home: Path, *words: str) -> tuple[int, str]:
    result = Home(home).run(*words)
    return result.code, result.out + result.err


def copied(ready: Path, to: Path) -> Path:
    shutil.copytree(ready, to / "project")
    return to / "project"


def held(home: Path, scenario: Scenario, position: int) -> None:
    ended = ran(home, *scenario.command, kill_at=position)
    assert ended.code == -signal.SIGKILL, f"position {position}: not killed"
    truth = Truth(home)
    nothing_lost(truth, NAMES)

    if scenario.mend:
        command(home, *APPLY)
        nothing_lost(truth, NAMES)
        scenario.mend(home)
    converges(truth, NAMES, partial(command, home), APPLY)
    shutil.rmtree(home)
