"""What holds whatever happened between two requests, looked up where it is true: in the two databases.

"Nothing lost, nothing doubled": every process on the server is in the state, or its intent is; none is there
twice; and the next commands either bring everything to its end or say the same sentence until `resolve`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from procspec.engine.session import known_ids
from procspec.model import Action, Record
from procspec.state import open_store

ENVIRONMENT = "local"
Command = Callable[..., tuple[int, str]]
"""Runs the command line: exit code, and everything that it said."""


@dataclass(frozen=True)
class Truth:
    """A project on the embedded emulator, as its two databases have it."""

    folder: Path

    def records(self) -> dict[str, Record]:
        """The state; that it opens is the first promise."""
        with closing(open_store(".procspec/state.db", self.folder)) as store:
            return store.read(ENVIRONMENT)

    def _rows(self, query: str) -> list[tuple[str, ...]]:
        path = self.folder / ".procspec" / "emulator.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(path)) as database:
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
            return database.execute(query).fetchall() if "processes" in tables else []

    def alive(self) -> dict[str, str]:
        """Name by id of every process that is not in the trash."""
        rows = self._rows("SELECT id, body FROM processes WHERE NOT trashed")
        return {id: json.loads(body)["name"] for id, body in rows}

    def everything(self) -> dict[str, str]:
        """Name by id of every process that was ever made."""
        return {id: json.loads(body)["name"] for id, body in self._rows("SELECT id, body FROM processes")}

    def runs(self) -> dict[str, str]:
        """Process by id of every run."""
        return {id: json.loads(body)["process"] for id, body in self._rows("SELECT id, body FROM runs")}


def unsettled(records: dict[str, Record]) -> dict[str, Record]:
    """The records whose last create or run nobody knows the end of."""
    return {key: one for key, one in records.items() if one.intent is not None and one.intent.id is None}


def nothing_lost(truth: Truth, names: dict[str, str]) -> None:
    """Every process and run on the server is in the state or its intent is; `names` gives keys by name."""
    records = truth.records()
    known = {id for record in records.values() for id in known_ids(record)}
    for id, name in truth.alive().items():
        assert id in known or names[name] in unsettled(records), f"{id} ({name}) is lost: {records}"
    started = {run.id for record in records.values() for run in record.runs}
    begun = {_process(record) for record in records.values()}
    for run, process in truth.runs().items():
        assert run in started or process in begun, f"run {run} is lost"


def _process(record: Record) -> str | None:
    """Of which process a run was begun whose outcome is unknown."""
    if record.intent is None or record.intent.action is not Action.RUN:
        return None
    return record.intent.process or record.id


def nothing_doubled(truth: Truth) -> None:
    """At most one live process for each name, names being the tests' own marks of the keys."""
    names = list(truth.alive().values())
    assert len(names) == len(set(names)), f"twice on the server: {sorted(names)}"


def carried_out(truth: Truth, key: str | None = None) -> None:
    """What an apply that ended with 0 leaves behind, of one process or of all: no old process that is still
    to be trashed, and nobody in the trash who is alive.
    """
    alive = truth.alive()
    for record in truth.records().values():
        if key in (None, record.key):
            assert not record.leftovers, f"{record.key}: exit 0, and {record.leftovers} still to be trashed"
            assert not (record.trashed and record.id in alive), f"{record.key} is alive: {record}"


def resolve(truth: Truth, command: Command, names: dict[str, str]) -> None:
    """What a person does after exit 4: looks on the server, and tells procspec."""
    records = truth.records()
    known = {id for record in records.values() for id in known_ids(record)}
    started = {run.id for record in records.values() for run in record.runs}
    for key, record in records.items():
        if record.intent is None:
            continue
        if record.intent.action is Action.RUN:
            mine = _process(record)
            found = [run for run, of in truth.runs().items() if of == mine and run not in started]
        else:
            # One that was answered with an id and renamed since is known to a person all the same.
            there = {id: names[name] for id, name in truth.alive().items()}
            found = [id for id in there if there[id] == key and id not in known - {record.intent.id}]
        assert len(found) <= 1, f"{key} was made {len(found)} times"
        answer = ["--id", found[0]] if found else ["--not-created"]
        code, said = command("resolve", key, *answer)
        assert code == 0, said


def converges(
    truth: Truth, names: dict[str, str], command: Command, apply: tuple[str, ...], times: int = 3
) -> None:
    """At most so many more applies, with `resolve` where they ask for it, and nothing is left to do."""
    for _ in range(times):
        code, said = command(*apply)
        nothing_lost(truth, names)
        if code == 4:
            assert _sentences(said), said
            again, repeated = command(*apply)
            assert (again, _sentences(repeated)) == (4, _sentences(said))
            resolve(truth, command, names)
            nothing_lost(truth, names)
        elif code == 0:
            break
        else:
            # 3: what is not valid was trashed, and the old one stays; 1: restored, and still to be updated.
            assert code in (1, 3), said
    else:
        raise AssertionError(f"it does not converge: {said}")
    nothing_doubled(truth)
    carried_out(truth)
    code, said = command("plan", "--detailed-exitcode")
    assert code == 0, said


def _sentences(said: str) -> list[str]:
    """What is said of every unknown outcome; the last line counts what else was carried out."""
    return [line for line in said.splitlines() if "The outcome of a" in line]
