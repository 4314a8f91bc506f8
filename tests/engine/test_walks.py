"""Random walks: edits, applies, kills, faults, other people's hands, and what is promised after every step.

`make check` walks a thousand steps, `make soak` twenty thousand (`pytest --walk 20000`).
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from procspec.engine.session import known_ids
from procspec.providers.workiva.emulator.edits import edited
from procspec.providers.workiva.emulator.store import Store
from procspec.providers.workiva.emulator.world import World
from tests import faults
from tests.conftest import Home
from tests.faults import Embedded
from tests.killing import ran
from tests.promises import Truth, carried_out, converges, nothing_lost, resolve, unsettled

PROJECT = """\
kind: Project
name: walk
environments:
  local: {provider: workiva, url: emulator, clock: 2024-09-30}
people: {ana: user-1, ben: user-2}
"""
PROCESS = """\
kind: Process
key: {key}
name: {name}
autoClose: {close}
dueDate: {due}
root:
  name: Steps
  children:
    - job: reconcile
      sendTask: {{title: {title}, assignee: {assignee}}}
    - group: review
      name: Review
      parallel: true
      children:
        - job: costs
          sendTask: {{title: Costs, assignee: ben}}
{more}"""
MORE = "        - job: sales\n          sendTask: {title: Sales, assignee: ana}\n"
NAMES = {"First": "first", "Second": "second", "Third": "third"}
FIELDS = {
    "close": ("true", "false"),
    "due": ("2024-12-31", "2025-01-15", "2024-01-15"),  # the last one is not valid: it has passed
    "title": ("Reconcile", "Reconcile all"),
    "assignee": ("ana", "ben"),
    "more": ("", MORE),
}
APPLY = ("apply", "--auto-approve", "--allow-replace", "--prune")
ENDINGS = {0, 1, 3, 4, 5, 6, 8}
"""Exit codes of an apply, whatever happens: no wrong usage, no permission, no signal."""

names = st.sampled_from(sorted(NAMES))
Change = tuple[str, str, int]
"""Whose file, which field, and which of its values."""
changes = st.tuples(names, st.sampled_from(sorted(FIELDS)), st.integers(0, 2))
writes = st.sampled_from(
    [
        ("POST", "/processes"),
        ("PATCH", "/processes/*"),
        ("DELETE", "/processes/*"),
        ("POST", "/processes/*/*"),
    ]
)
kinds = st.sampled_from(
    [faults.refuse, faults.drop, faults.truncate, faults.act_status, faults.no_id, faults.html]
)


class Walk(RuleBasedStateMachine):
    """One project, the emulator that it is applied to, and a second checkout on the same state."""

    steps: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="procspec-walk-"))
        self.home, self.other = Home(self.folder / "one"), Home(self.folder / "two")
        self.wanted: dict[str, dict[str, str]] = {}
        (self.folder / "shared").mkdir()
        for home in (self.home, self.other):
            home.write("procspec.yaml", PROJECT)
            (home.folder / ".procspec").symlink_to(self.folder / "shared")
        self.truth = Truth(self.home.folder)
        self.write("First")
        self.applied("begin", self.home.run(*APPLY).code)

    def teardown(self) -> None:
        """Whatever it was, it can be brought to its end."""
        self.mend()
        converges(self.truth, NAMES, self.command, APPLY, times=5)
        shutil.rmtree(self.folder)

    # ------------------------------------------------------------------------------------ the hands

    def write(self, name: str, **fields: str) -> None:
        """Writes a process file, as it was but for these fields, into both checkouts."""
        known = {field: values[0] for field, values in FIELDS.items()}
        self.wanted[name] = {**known, **self.wanted.get(name, {}), **fields}
        text = PROCESS.format(key=NAMES[name], name=name, **self.wanted[name])
        for home in (self.home, self.other):
            home.write(f"{NAMES[name]}.procspec.yaml", text)

    def command(self, *words: str) -> tuple[int, str]:
        result = self.home.run(*words)
        assert "Traceback" not in result.err
        return result.code, result.out + result.err

    def step(self, name: str, code: int) -> None:
        type(self).steps[name] += 1
        assert code in ENDINGS, f"{name} ended with {code}"

    def applied(self, name: str, code: int) -> None:
        """A step that was an apply of all that has a file, and nobody else at work."""
        self.step(name, code)
        for wanted in self.wanted if code == 0 else ():
            carried_out(self.truth, NAMES[wanted])

    @contextmanager
    def world(self) -> Iterator[World]:
        """The server, for somebody who does not use procspec."""
        with closing(Store(self.folder / "shared" / "emulator.db")) as store, store.transaction():
            yield World(store, None, ())

    def mend(self) -> None:
        """Every file is there and valid."""
        Embedded(self.folder / "shared" / "emulator.db").clear()
        for name in list(self.wanted):
            self.write(name, due="2024-12-31")

    def live(self, name: str) -> list[str]:
        return [id for id, called in self.truth.alive().items() if called == name]

    def change(self, change: Change) -> None:
        name, field, choice = change
        self.write(name, **{field: FIELDS[field][choice % len(FIELDS[field])]})

    # ------------------------------------------------------------------------------------ the steps

    @rule(change=changes)
    def edit(self, change: Change) -> None:
        self.change(change)
        self.step("edit", 0)

    @rule(name=names)
    def remove(self, name: str) -> None:
        for home in (self.home, self.other):
            (home.folder / f"{NAMES[name]}.procspec.yaml").unlink(missing_ok=True)
        self.wanted.pop(name, None)
        self.step("remove", 0)

    @rule(change=changes, prune=st.booleans(), replace=st.booleans())
    def apply(self, change: Change, prune: bool, replace: bool) -> None:
        self.change(change)
        options = [*["--prune"] * prune, *["--allow-replace"] * replace]
        self.applied("apply", self.command("apply", "--auto-approve", *options)[0])

    @rule(change=changes, position=st.integers(1, 70))
    def kill(self, change: Change, position: int) -> None:
        """An apply that dies on the way, if it comes that far."""
        self.change(change)
        ended = ran(self.home.folder, *APPLY, "--parallelism", "1", kill_at=position)
        self.step("kill", 0 if ended.code == -9 else ended.code)

    @rule(change=changes, kind=kinds, write=writes, call=st.integers(1, 2))
    def fault(self, change: Change, kind: Any, write: tuple[str, str], call: int) -> None:
        """An apply on a bad day."""
        self.change(change)
        emulator = Embedded(self.folder / "shared" / "emulator.db")
        emulator.set(kind(method=write[0], path=write[1], call=call))
        self.applied("fault", self.command(*APPLY)[0])
        emulator.clear()

    @rule(name=names, value=st.sampled_from(["2025-02-01", "2025-03-01"]))
    def hand_edit(self, name: str, value: str) -> None:
        patch = [
            {"op": "replace", "path": "/dueDate", "value": value},
            {"op": "replace", "path": "/root/name", "value": f"Edited {value}"},
        ]
        for id in self.live(name):
            with self.world() as world:
                edited(world, id, patch)
        self.step("hand edit", 0)

    @rule(name=names)
    def hand_trash(self, name: str) -> None:
        for id in self.live(name):
            with self.world() as world:
                world.store.trash(id, True)
        self.step("hand trash", 0)

    @rule()
    @precondition(lambda self: bool(unsettled(self.truth.records())))
    def resolve(self) -> None:
        resolve(self.truth, self.command, NAMES)
        self.step("resolve", 0)

    @rule(name=names)
    def forget_and_import(self, name: str) -> None:
        """Somebody forgets a record, and takes the process over again."""
        record = self.truth.records().get(NAMES[name])
        whole = record and not (record.intent or record.leftovers or record.trashed or record.runs)
        if not record or not whole or record.id not in self.truth.alive() or name not in self.wanted:
            return
        self.command("state", "rm", record.key, "--auto-approve")
        code, _ = self.command("import", str(record.id), "--key", record.key)
        if code and record.key not in self.truth.records():
            # The process has other groups and jobs than the file: then it is somebody else's business.
            with self.world() as world:
                world.store.trash(str(record.id), True)
        self.step("import", 0)

    @rule(change=changes)
    def two_clients(self, change: Change) -> None:
        """Two checkouts apply at once."""
        self.change(change)
        with ThreadPoolExecutor(2) as pool:
            one = pool.submit(ran, self.home.folder, *APPLY, notes="one")
            two = pool.submit(ran, self.other.folder, *APPLY, notes="two")
        for ended in (one.result(), two.result()):
            assert "Traceback" not in ended.out
            self.step("two clients", ended.code)

    # ------------------------------------------------------------------------------- what is promised

    @invariant()
    def nothing_is_lost(self) -> None:
        nothing_lost(self.truth, NAMES)

    @invariant()
    def nothing_is_doubled(self) -> None:
        """Beside the process of its record, a key has at most what an unfinished command is about."""
        records = self.truth.records()
        for name, key in NAMES.items():
            record = records.get(key)
            known = known_ids(record) if record else frozenset()
            unknown = [id for id in self.live(name) if id not in known]
            allowed = 1 if record and record.intent and record.intent.id is None else 0
            assert len(unknown) <= allowed, f"{key}: {unknown} beside {record}"


WALKERS = 20


@pytest.mark.parametrize("walker", range(WALKERS))
def test_a_random_walk_keeps_every_promise(walker: int, request: pytest.FixtureRequest) -> None:
    least = -(-int(request.config.getoption("--walk")) // WALKERS)
    machine: type[Walk] = type(f"Walk{walker}", (Walk,), {"steps": Counter()})
    walks = 0
    while (done := machine.steps.total()) < least:
        walks += 1
        walked = seed(walker * 100_000 + walks)(machine)
        run_state_machine_as_test(
            walked,
            settings=settings(
                max_examples=2,
                stateful_step_count=25,
                deadline=None,
                database=None,
                phases=(Phase.generate,),  # a walk that fails is told whole; shrinking it may take an hour
                suppress_health_check=list(HealthCheck),
            ),
        )
        assert machine.steps.total() > done
    print(f"walker {walker}: {machine.steps.total()} steps, {dict(machine.steps)}")
