"""Runs the command line in a process of its own, and kills it where it stands at a chosen boundary.

A boundary is the moment after a statement of a transaction in a database (the state's, or that of the
embedded emulator, so that there is one after the server acted and before it answers), and before and after
an exchange with the server. Nothing durable happens between two of them. Python's profiler tells of each,
so nothing of our code is touched; SIGKILL leaves no time to clean up.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from procspec.cli import run

# Forked from a process that has everything loaded: a thousand runs are a thousand forks, not starts.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(
    [
        "tests.killing",
        "procspec.cli.apply",
        "procspec.cli.plan",
        "procspec.cli.resolve",
        "procspec.cli.restore",
        "procspec.cli.rollback",
        "procspec.cli.running",
        "procspec.cli.trash",
        "procspec.cli.task",
        "procspec.cli.carrying",
        "procspec.engine.resolve",
        "procspec.engine.undo.rollback",
        "procspec.engine.runtime.running",
        "procspec.engine.runtime.answering",
        "procspec.render.plan",
        "procspec.providers.workiva.connect",
        "procspec.providers.workiva.compiler",
        "procspec.providers.workiva.emulator.app",
        "procspec.providers.apptor.connect",
        "procspec.providers.apptor.emulator.app",
        "procspec.source.schemas",
        "procspec.state.sqlite",
        "jsonschema",
    ]
)
_EXCHANGE = {"call": "before an exchange", "return": "after an exchange"}
_STATEMENT = ("c_call", "c_return")


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code, negative for a signal, what it said, and the boundaries it came to."""

    code: int
    out: str
    boundaries: tuple[str, ...]


def ran(
    folder: Path, *arguments: str, kill_at: int | None = None, count: bool = False, notes: str = "notes"
) -> Ended:
    """Runs the command line on a project folder; `kill_at` counts boundaries from 1.

    What it says goes to files beside the folder, whose names begin with `notes`.
    """
    said, seen = folder.parent / f"{notes}-said.txt", folder.parent / f"{notes}-seen.txt"
    seen.write_text("")
    watch = count or kill_at is not None
    child = _PROCESSES.Process(
        target=_child, args=(str(said), str(seen), ["-C", str(folder), *arguments], watch, kill_at)
    )
    child.start()
    child.join()
    assert child.exitcode is not None
    return Ended(child.exitcode, said.read_text("utf-8"), tuple(seen.read_text().splitlines()))


def _child(said: str, seen: str, arguments: list[str], watch: bool, kill_at: int | None) -> None:
    handle = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    if watch:
        profile = _profile(os.open(seen, os.O_WRONLY | os.O_APPEND), kill_at)
        threading.setprofile(profile)
        sys.setprofile(profile)
    code = run(arguments)
    sys.stdout.flush()
    os._exit(code)


def _profile(notes: int, kill_at: int | None) -> Callable[[FrameType, str, Any], None]:
    reached = 0
    inside: dict[int, bool] = {}

    def meet(name: str) -> None:
        nonlocal reached
        reached += 1
        os.write(notes, f"{name}\n".encode())
        if reached == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        if event in _EXCHANGE and frame.f_code.co_qualname == "InProcess.handle_request":
            meet(_EXCHANGE[event])
        elif event in _STATEMENT and getattr(argument, "__name__", "") == "execute":
            connection = argument.__self__
            if isinstance(connection, sqlite3.Connection):
                thread = threading.get_ident()
                before, inside[thread] = inside.get(thread, False), connection.in_transaction
                # BEGIN is within afterwards, COMMIT was within before; what is neither only reads.
                if event == "c_return" and (before or inside[thread]):
                    meet("after a statement")

    return profile
