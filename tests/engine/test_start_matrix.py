"""A declared run on each of the three systems, under every fault of its start, and killed everywhere.

Whatever happens: nothing is started twice, nothing that was started is lost, and what the tool says to do
leads to exactly one run.
"""

from __future__ import annotations

import shutil
import signal
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from procspec.providers.apptor.emulator import faults as apptor_faults
from procspec.providers.apptor.emulator import store as apptor_store
from procspec.providers.emulator import store
from procspec.providers.emulator.checks import Check
from procspec.providers.workingflow.emulator import faults as workingflow_faults
from procspec.providers.workingflow.emulator import store as workingflow_store
from procspec.providers.workiva.emulator import faults as workiva_faults
from procspec.providers.workiva.emulator import store as workiva_store
from procspec.state import open_store
from tests import faults
from tests.conftest import Home
from tests.faults import Embedded, Rule
from tests.killing import ran

PROJECT = """\
kind: Project
name: starts
environments:
  local: {{provider: {provider}, url: emulator, clock: 2024-09-30}}
people: {{ana: user-1}}
"""
PROCESS = """\
kind: Process
key: close
name: Close
root: {name: Steps, children: [{job: one, sendTask: {title: One, assignee: ana}}]}
"""


@dataclass(frozen=True)
class System:
    """What a start is on one system: the run's file, its request, and where its emulator keeps it."""

    run: str
    path: str
    database: str
    query: str
    open: Callable[[Path], store.Store]
    check: Check
    boundaries: int
    """Kill positions that a start comes to, at the least."""

    def started(self, folder: Path) -> list[str]:
        """The ids of everything that was ever started."""
        path = folder / ".procspec" / self.database
        if not path.exists():
            return []
        with closing(sqlite3.connect(path)) as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
            if self.query.rpartition(" ")[2] not in tables:
                return []
            return [id for (id,) in database.execute(self.query)]


SYSTEMS: Mapping[str, System] = {
    "workiva": System(
        "process: close",
        "/processes/*/run",
        "emulator.db",
        "SELECT id FROM runs",
        workiva_store.Store,
        workiva_faults.rule,
        50,
    ),
    "workingflow": System(
        "process: expense_reimbursement_demo\ninputs: {department: Sales}",
        "/processapi/*/start",
        "emulator-workingflow.db",
        "SELECT id FROM instances",
        workingflow_store.Store,
        workingflow_faults.rule,
        30,
    ),
    "apptor": System(
        "process: 3f8a1c2d-0b7e-4c55-9a53-1d2f5a6b7c8d\nenvironment: DEVELOPMENT",
        "/process/exec",
        "emulator-apptor.db",
        "SELECT id FROM instances",
        apptor_store.Store,
        apptor_faults.rule,
        25,
    ),
}

Make = Callable[..., Rule]
HARMLESS: Mapping[str, Make] = {
    "refuse": faults.refuse,
    "slow": partial(faults.slow, 0.05),
    "extra": faults.extra,
    "429": partial(faults.too_many, 0),
}
"""After these everything is as it should be at once; without sockets a refusal is known to be one."""
REFUSED: Mapping[str, Make] = {
    "400": partial(faults.status, 400),
    "404": partial(faults.status, 404),
    "409": partial(faults.status, 409),
    "422": partial(faults.status, 422),
    "429 long": partial(faults.too_many, 3600),
    "redirect": partial(faults.redirect, "https://elsewhere.example/"),
}
"""After these nothing was started, and the next apply does it."""
DOUBTFUL: Mapping[str, Make] = {
    "drop": faults.drop,
    "truncate": faults.truncate,
    "503": partial(faults.status, 503),
    "500 acted": partial(faults.act_status, 500),
    "502 acted": partial(faults.act_status, 502),
    "html": faults.html,
    "html acted": partial(faults.html, act=True),
    "huge acted": partial(faults.huge, act=True),
    "no id": faults.no_id,
}
"""After these nobody knows."""
ROWS = [
    pytest.param(name, kind, make, id=f"{name}-{fault}")
    for name in SYSTEMS
    for kind, made in (("harmless", HARMLESS), ("refused", REFUSED), ("doubtful", DOUBTFUL))
    for fault, make in made.items()
]


def project(home: Home, name: str) -> None:
    """A declared run; for Workiva of a process that is applied."""
    home.write("procspec.yaml", PROJECT.format(provider=name))
    if name == "workiva":
        home.write("close.procspec.yaml", PROCESS)
        home.ok("apply", "--auto-approve")
    home.write("start.procspec.yaml", f"kind: Run\nkey: start\n{SYSTEMS[name].run}\n")


def known(folder: Path) -> list[str]:
    """The runs of which the state is sure."""
    with closing(open_store(".procspec/state.db", folder)) as opened:
        return [run.id for record in opened.read("local").values() for run in record.runs]


def is_in_doubt(folder: Path) -> bool:
    with closing(open_store(".procspec/state.db", folder)) as opened:
        record = opened.read("local").get("start")
    return record is not None and record.intent is not None


def resolve(home: Home, system: System) -> None:
    """What a person does after exit 4: looks on the server, and tells procspec."""
    found = [id for id in system.started(home.folder) if id not in known(home.folder)]
    assert len(found) <= 1
    home.ok("resolve", "start", *(["--id", found[0]] if found else ["--not-started"]))


def finished(home: Home, system: System) -> None:
    """However it stands now: what the tool says to do leads to one run, and to nothing more."""
    if is_in_doubt(home.folder):
        said = home.run("apply", "--auto-approve")
        assert said.code == 4 and "procspec resolve start" in said.out + said.err
        resolve(home, system)
    home.ok("apply", "--auto-approve")
    assert system.started(home.folder) == known(home.folder)
    assert len(known(home.folder)) == 1
    assert home.run("plan", "--detailed-exitcode").code == 0


def test_there_are_enough_rows() -> None:
    print(f"{len(ROWS)} rows of starts")
    assert len(ROWS) >= 57


@pytest.mark.parametrize(("name", "kind", "make"), ROWS)
def test_nothing_is_started_twice(home: Home, name: str, kind: str, make: Make) -> None:
    system = SYSTEMS[name]
    project(home, name)
    met = Embedded(home.folder / ".procspec" / system.database, system.open, system.check)
    met.set(make("POST", system.path, start=1) if kind != "harmless" else make("POST", system.path, call=1))
    said = home.run("apply", "--auto-approve")
    assert "Traceback" not in said.out + said.err
    assert met.fired() >= [1], "the row met no fault"
    met.clear()
    started = system.started(home.folder)
    assert len(started) <= 1
    assert kind != "harmless" or (said.code == 0 and started)
    assert kind != "refused" or (said.code not in (0, 4) and not started), said.out + said.err
    assert kind != "doubtful" or said.code == 4
    finished(home, system)


# --------------------------------------------------------------------------------------- the kill


@pytest.mark.parametrize("name", ["workingflow", "apptor"])
def test_killed_anywhere_nothing_is_started_twice(name: str, third: int, tmp_path: Path) -> None:
    system = SYSTEMS[name]
    ready = tmp_path / "ready" / "project"
    ready.mkdir(parents=True)
    project(Home(ready), name)
    command = ("apply", "--auto-approve")
    whole = ran(_copied(ready, tmp_path / "whole"), *command, count=True)
    assert whole.code == 0, whole.out
    positions = range(1, len(whole.boundaries) + 1)
    assert len(positions) >= system.boundaries
    for position in positions[::third]:
        home = Home(_copied(ready, tmp_path / str(position)))
        assert ran(home.folder, *command, kill_at=position).code == -signal.SIGKILL
        lost = [id for id in system.started(home.folder) if id not in known(home.folder)]
        assert not lost or is_in_doubt(home.folder), f"position {position}: {lost} is lost"
        finished(home, system)
        shutil.rmtree(home.folder)
    print(f"{name}: killed at {len(positions[::third])} of {len(positions)} boundaries of a start")


def _copied(ready: Path, to: Path) -> Path:
    shutil.copytree(ready, to / "project")
    return to / "project"
