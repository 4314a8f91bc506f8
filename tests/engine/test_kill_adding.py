"""SIGKILL at every boundary of add-jobs: whatever the next commands are told, the jobs are there once."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

from tests.engine.test_kill import applied, command, copied, prepare
from tests.killing import ran
from tests.promises import Truth

JOBS = """\
kind: Jobs
jobs:
  - job: eliminate
    sendTask: {title: Eliminate, assignee: ana, approver: ben, dueDate: 2024-12-20}
  - job: comment
    sendTask: {title: Comment, assignee: ben}
"""
TITLES = ("Eliminate", "Comment")
LEAST = 46
"""Boundaries that an add-jobs comes to."""


def words(home: Path, run: str = "first") -> tuple[str, ...]:
    place = ("--group", "review") if run == "first" else ()
    return ("add-jobs", run, str(home.parent / "more.yaml"), *place, "--auto-approve")


def sets(home: Path) -> int:
    """How often the jobs are in the run, by the emulator's own database."""
    with closing(sqlite3.connect(home / ".procspec" / "emulator.db")) as database:
        ((body,),) = database.execute("SELECT body FROM runs").fetchall()
    (number,) = {body.count(json.dumps(title)) for title in TITLES}
    return int(number)


def pending(home: Path) -> bool:
    """Whether the state has something that may have been carried out."""
    return any(run.act for record in Truth(home).records().values() for run in record.runs)


def is_there_once(home: Path, run: str = "first") -> None:
    """What a person does: the same command again, and `resolve` where it asks for that."""
    tell = partial(command, home)
    before = sets(home)
    code, said = tell(*words(home, run))
    if code == 4:
        assert before == 0, said  # what is there is found
        again, repeated = tell(*words(home, run))
        assert (again, sets(home)) == (4, 0), repeated
        settled, said = tell("resolve", run, "--not-done")
        assert settled == 0, said
        code, said = tell(*words(home, run))
    assert (code, sets(home)) == (0, 1), said
    assert not pending(home)
    code, said = tell("plan", "--detailed-exitcode")
    assert code == 0, said


def killed(ready: Path, tmp_path: Path, third: int, run: str = "first") -> None:
    """Kills the command at its boundaries, and looks what becomes of it."""
    whole = with_jobs(ready, tmp_path / "whole")
    boundaries = ran(whole, *words(whole, run), count=True).boundaries
    positions = range(1, len(boundaries) + 1)
    assert len(positions) >= LEAST
    for position in positions[::third]:
        home = with_jobs(ready, tmp_path / str(position))
        ended = ran(home, *words(home, run), kill_at=position)
        assert ended.code == -signal.SIGKILL, f"position {position}: not killed"
        assert sets(home) <= 1
        is_there_once(home, run)
        shutil.rmtree(home)
    print(f"add-jobs: killed at {len(positions[::third])} of {len(positions)} boundaries")


def with_jobs(ready: Path, to: Path) -> Path:
    home = copied(ready, to)
    (home.parent / "more.yaml").write_text(JOBS)
    return home


def started(ready: Path) -> None:
    """Two processes, the first of them with a run."""
    prepare(ready)
    applied(ready)
    assert ran(ready, "run", "first", "--auto-approve").code == 0


def test_the_jobs_are_there_once_wherever_it_is_killed(third: int, tmp_path: Path) -> None:
    ready = tmp_path / "ready" / "project"
    started(ready)
    killed(ready, tmp_path, third)


def test_a_run_that_no_record_knows_is_as_safe(third: int, tmp_path: Path) -> None:
    """Its record is made for the request."""
    ready = tmp_path / "ready" / "project"
    started(ready)
    (run,) = Truth(ready).runs()
    assert command(ready, "state", "rm", "first", "--auto-approve")[0] == 0
    (ready / "first.procspec.yaml").unlink()
    killed(ready, tmp_path, third, run)
