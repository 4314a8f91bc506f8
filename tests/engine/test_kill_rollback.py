"""SIGKILL at every boundary of trash, restore and rollback: nothing is lost, and it can be done once more."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Home
from tests.engine import test_kill
from tests.engine.test_kill import APPLY, NAMES, applied, command, copied, prepare
from tests.killing import ran
from tests.promises import Truth, converges, nothing_doubled, nothing_lost

_STAMPS = ("revision", "modified", "created")


def world(home: Path) -> dict[str, Any]:
    """Every process that is alive, but for when and how often it was changed, by the emulator's database."""
    with closing(sqlite3.connect(home / ".procspec" / "emulator.db")) as database:
        rows = database.execute("SELECT id, body FROM processes WHERE NOT trashed").fetchall()
    return {id: _plain(json.loads(body)) for id, body in rows}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items() if name not in _STAMPS}
    return value


def last(home: Path) -> str:
    return str(Home(home).ok("history", "-o", "json").json["applies"][0]["id"])


def trashed(folder: Path) -> None:
    applied(folder)
    assert ran(folder, "trash", "first", "--auto-approve").code == 0


def made(folder: Path) -> None:
    """An apply that updates one process and creates the other."""
    (folder / "second.procspec.yaml").rename(folder / "second.later")
    test_kill.both(folder)
    (folder / "second.later").rename(folder / "second.procspec.yaml")


def pruned(folder: Path) -> None:
    test_kill.trash(folder)


@dataclass(frozen=True)
class Scenario:
    """`prepare` leads to where an apply is carried out, and then rolled back; or the words are carried out.

    `expected` is how many boundaries that has at the least.
    """

    prepare: Callable[[Path], None]
    expected: int
    words: tuple[str, ...] = ()


SCENARIOS = {
    "trash": Scenario(applied, 38, ("trash", "first", "--auto-approve")),
    "restore": Scenario(trashed, 50, ("restore", "first", "--auto-approve")),
    "update": Scenario(test_kill.both, 60),
    "create": Scenario(made, 80),
    "replace": Scenario(test_kill.replace, 70),
    "prune": Scenario(pruned, 60),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_is_promised_holds_wherever_it_is_killed(name: str, third: int, tmp_path: Path) -> None:
    """Every other time the same is done once more, and in between the files are applied."""
    scenario = SCENARIOS[name]
    ready = tmp_path / "ready" / "project"
    prepare(ready)
    scenario.prepare(ready)
    words, before = scenario.words, world(ready) if (ready / ".procspec").exists() else {}
    if not words:
        assert ran(ready, *APPLY).code == 0
        words = ("rollback", last(ready), "--auto-approve", "--parallelism", "1")
    whole = copied(ready, tmp_path / "whole")
    boundaries = ran(whole, *words, count=True).boundaries
    after = world(whole)
    assert scenario.words or after == before
    assert len(boundaries) >= scenario.expected, len(boundaries)
    for position in range(1, len(boundaries) + 1, third):
        home = copied(ready, tmp_path / str(position))
        assert ran(home, *words, kill_at=position).code == -signal.SIGKILL, f"position {position}: not killed"
        truth = Truth(home)
        nothing_lost(truth, NAMES)
        if position // third % 2:
            code, said = command(home, *words)
            assert (code, world(home)) == (0, after), f"position {position}: {said}"
            nothing_lost(truth, NAMES)
            nothing_doubled(truth)
        converges(truth, NAMES, partial(command, home), APPLY)
        shutil.rmtree(home)
    tried = len(range(1, len(boundaries) + 1, third))
    print(f"{name}: killed at {tried} of {len(boundaries)} boundaries; all promises held")
