"""task: finishes a human step once, says before what it sends, and never sends it a second time."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pexpect
import pytest

from procspec.providers.apptor.emulator import TOKEN, create_app
from procspec.providers.apptor.emulator.faults import rule
from procspec.providers.apptor.emulator.store import Store
from procspec.state import open_store
from tests import faults
from tests.conftest import Home, Result, Server
from tests.faults import Embedded, Rule, Served
from tests.killing import ran
from tests.serving import on_loopback

TODAY = date(2026, 2, 20)
FLOW = "twice"
NODES = [
    {"id": "start", "type": "startEvent"},
    {"id": "approval-step", "type": "inputNode", "inputType": "form", "loop": 2},
    {"id": "end", "type": "endEvent"},
]
"""A flow that comes to its human step twice: a second answer would be taken for another person's."""
PROJECT = """\
kind: Project
name: support
environments:
  local: {{provider: apptor, url: {url}}}
"""
RUN = f"""\
kind: Run
key: order-9981
process: {FLOW}
environment: DEVELOPMENT
correlationKey: order-9981
"""
TASK = ("task", "order-9981", "approval-step", "--complete", "--auto-approve")


@dataclass(frozen=True)
class World:
    """A project with a run that waits for a person, and the emulator that it runs in."""

    home: Home
    url: str

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(method, f"{self.url}/_emulator/{path}", json=body, trust_env=False)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    @property
    def faults(self) -> Served:
        return Served(self.control)

    @property
    def run(self) -> str:
        return str(self.home.record("order-9981")["runs"][0]["id"])

    def answers(self) -> list[Any]:
        """Everything that the run's person has answered."""
        return list(self.control("GET", f"instances/{self.run}")["answers"])

    def requests(self) -> list[tuple[str, str]]:
        return [(one["method"], one["path"]) for one in self.control("GET", "requests")]

    def bodies(self) -> list[Any]:
        return [one["body"] for one in self.control("GET", "requests") if one["method"] == "POST"]

    def task(self, *more: str) -> Result:
        return self.home.run(*TASK, *more)

    def pending(self) -> bool:
        records = self.home.ok("state", "list", "-o", "json").json["records"]
        return any("act" in run for record in records for run in record.get("runs", ()))


@pytest.fixture
def world(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("PROCSPEC_API_KEY", TOKEN)
    with on_loopback(create_app(tmp_path / "emulator.db", clock=TODAY)) as url:
        made = World(home, url)
        made.control("PUT", f"flows/{FLOW}", {"nodes": NODES})
        made.control("POST", f"flows/{FLOW}/publish")
        home.write("procspec.yaml", PROJECT.format(url=f'"{made.url}"'))
        home.write("order.procspec.yaml", RUN)
        home.ok("apply", "--auto-approve")
        made.control("DELETE", "requests")
        yield made


# ------------------------------------------------------------------------------------- what is sent


def test_one_look_and_one_request(world: World) -> None:
    """The look tells a run that is over from one that waits; the issue counts a start as one request."""
    result = world.task("--data", "decision=approved", "--data", "notes=Looks good, proceed")
    assert result.code == 0
    assert world.requests() == [("GET", f"/process/instance/{world.run}"), ("POST", "/process/task")]
    data = {"decision": "approved", "notes": "Looks good, proceed"}
    assert world.bodies() == [
        {"processInstanceId": world.run, "nodeId": "approval-step", "action": "COMPLETE", "data": data}
    ]
    assert world.answers() == [{"node": "approval-step", "action": "COMPLETE", "data": data}]
    assert not world.pending()


def test_what_is_sent_is_shown_before(world: World) -> None:
    shown = world.task("--data", "decision=\x1b[31mapproved").out
    assert "! approval-step  complete  of the run" in shown
    assert "correlation key order-9981: status 0 (running)" in shown
    assert 'decision  "\\x1b[31mapproved"' in shown
    assert f"approval-step completed; `procspec status {world.run}` shows what the run does now." in shown


def test_a_step_is_given_up(world: World) -> None:
    result = world.home.ok("task", world.run, "approval-step", "--cancel", "--auto-approve")
    assert "approval-step cancelled" in result.out
    assert [one["action"] for one in world.answers()] == ["CANCEL"]
    assert "data" not in world.bodies()[0]


def test_json_is_alone_on_stdout(world: World) -> None:
    result = world.task("-o", "json", "--data", "decision=approved")
    assert next(iter(result.json)) == "format_version"
    assert result.json | {"format_version": 1} == {
        "format_version": 1,
        "exit_code": 0,
        "run": world.run,
        "node": "approval-step",
        "action": "complete",
        "data": {"decision": "approved"},
    }
    assert "status 0 (running)" in result.err


# --------------------------------------------------------------------------------- where data is from


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("data.yaml", "decision: rejected\namount: 149.99\nitems: [1, two, true]\nday: 2026-02-20\n"),
        (
            "data.json",
            '{"decision": "rejected",\n\t"amount": 149.99, "items": [1, "two", true], "day": "2026-02-20"}',
        ),
    ],
)
def test_a_file_has_types_and_the_command_line_comes_first(world: World, name: str, text: str) -> None:
    file = world.home.write(name, text)
    assert world.task("--data-file", str(file), "--data", "decision=approved", "--data", "n=1").code == 0
    assert world.answers()[0]["data"] == {
        "decision": "approved",
        "amount": 149.99,
        "items": [1, "two", True],
        "day": "2026-02-20",
        "n": "1",
    }


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("decision: approved\ndecision: rejected\n", "2:1", "Duplicate key"),
        ("- decision\n", "1:1", "Wrong type"),
        ("decision: null\n", "1:11", "Empty value"),
        ('{"decision": "approved"', "", "Invalid YAML"),
        ('{"decision": "\\ud800"}', "", ""),
        ("decision: !!python/name:os.system\n", "1:11", "Tag not allowed"),
        ("", "1:1", "Empty file"),
    ],
)
def test_a_file_is_read_strictly(world: World, text: str, place: str, words: str) -> None:
    file = world.home.write("data.yaml", text)
    result = world.task("--data-file", str(file))
    assert result.code == 3 and f"{file}:{place}" in result.err and words in result.err
    as_json = world.task("--data-file", str(file), "-o", "json")
    assert as_json.code == 3 and as_json.json["diagnostics"]
    assert world.requests() == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--complete", "--cancel"),
        (),
        ("--complete", "--data", "decision"),
        ("--complete", "--data", "=approved"),
        ("--complete", "--data", "decision=\udcff"),
        ("--complete", "--data-file", "no-such-file"),
    ],
)
def test_a_command_line_that_says_no_step(world: World, arguments: tuple[str, ...]) -> None:
    result = world.home.run("task", "order-9981", "approval-step", "--auto-approve", *arguments)
    assert result.code == 64 and world.requests() == []


# ------------------------------------------------------------------------------------------- refusals


def test_without_approval_nothing_is_sent(world: World) -> None:
    result = world.home.run("task", "order-9981", "approval-step", "--complete")
    assert result.code == 8 and "--auto-approve" in result.err
    assert [method for method, _ in world.requests()] == ["GET"]
    assert world.answers() == [] and not world.pending()


@pytest.mark.parametrize(("typed", "code", "number"), [("y", 8, 0), ("yes", 0, 1)])
def test_a_yes_is_asked_for(world: World, typed: str, code: int, number: int) -> None:
    words = ["-m", "procspec", "-C", str(world.home.folder), "task", "order-9981", "approval-step"]
    child = pexpect.spawn(sys.executable, [*words, "--complete"])
    child.expect_exact("Only 'yes' is accepted.")
    child.sendline(typed)
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, len(world.answers())) == (code, number)


def test_a_system_without_human_steps_says_so_before_any_request(
    home: Home, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.write(
        "procspec.yaml",
        f"kind: Project\nname: c\nenvironments:\n  e: {{provider: workiva, url: '{server.url}'}}\n",
    )
    result = home.run("task", "run-1", "step", "--complete", "--auto-approve")
    assert result.code == 64 and "workiva cannot finish a human step." in result.err
    assert server.requests() == []


@pytest.mark.parametrize("how", ["fail", "cancel"])
def test_a_run_that_is_over_is_not_resumed(world: World, how: str) -> None:
    world.control("POST", f"instances/{world.run}/{how}")
    result = world.task()
    assert result.code == 8 and f"the run {world.run} is over" in result.err
    assert world.bodies() == []


def test_a_run_that_there_is_not(world: World) -> None:
    result = world.home.run("task", "inst_none", "approval-step", "--complete", "--auto-approve")
    assert result.code == 1 and "inst_none" in result.err and world.bodies() == []


def test_a_key_of_which_nothing_was_started(world: World) -> None:
    world.home.write("other.procspec.yaml", RUN.replace("order-9981", "order-1"))
    result = world.home.run("task", "order-1", "approval-step", "--complete", "--auto-approve")
    assert result.code == 64 and world.requests() == []


def test_a_node_that_does_not_wait_is_refused_in_clear_words(world: World) -> None:
    result = world.home.run("task", "order-9981", "start", "--complete", "--auto-approve")
    assert result.code == 1 and "is not waiting" in result.err
    assert world.answers() == [] and not world.pending()
    assert world.task().code == 0


def test_a_run_of_others_leaves_no_record_when_it_is_refused(world: World) -> None:
    """One that procspec did not start gets a record of its own, under a key that no file can have."""
    headers = {"X-API-Key": TOKEN}
    made = httpx.post(f"{world.url}/process/exec", json={"processId": FLOW}, headers=headers, trust_env=False)
    id = made.json()["processInstanceId"]
    assert world.home.run("task", id, "start", "--complete", "--auto-approve").code == 1
    before = [one["key"] for one in world.home.ok("state", "list", "-o", "json").json["records"]]
    assert before == ["order-9981"]
    world.home.ok("task", id, "approval-step", "--complete", "--auto-approve")
    world.faults.set(faults.drop("POST"))
    assert world.home.run("task", id, "approval-step", "--complete", "--auto-approve").code == 4
    world.faults.clear()
    assert world.home.run("task", id, "approval-step", "--complete", "--auto-approve").code == 4
    world.home.ok("resolve", id, "--done")
    assert world.home.run("task", id, "approval-step", "--complete", "--auto-approve").code == 8
    world.home.ok("plan")


def test_somebody_elses_lock_is_respected(world: World) -> None:
    opened = closing(open_store(".procspec/state.db", world.home.folder))
    with opened as store, store.lock("local", "procspec apply", 0):
        assert world.task().code == 5
    assert world.bodies() == [] and world.task().code == 0


# ----------------------------------------------------------------------------- outcomes that are unknown

DOUBTFUL: dict[str, Callable[..., Rule]] = {
    "refuse": faults.refuse,
    "drop": faults.drop,
    "truncate": faults.truncate,
    "500": lambda *at: faults.status(500, *at),
    "503": lambda *at: faults.status(503, *at),
    "502 acted": lambda *at: faults.act_status(502, *at),
    "html": faults.html,
    "html acted": lambda *at: faults.html(*at, act=True),
    "303": lambda *at: faults.redirect("https://elsewhere.example/", *at, code=303),
    "no id": faults.no_id,
    "other": faults.other,
}
REFUSING: dict[str, Callable[..., Rule]] = {
    "400": lambda *at: faults.status(400, *at),
    "403": lambda *at: faults.status(403, *at),
    "409": lambda *at: faults.status(409, *at),
    "307": lambda *at: faults.redirect("https://elsewhere.example/", *at),
    "429 long": lambda *at: faults.too_many(3600, *at, says="body"),
    "expire": lambda *at: faults.expire(0, *at),
}
WAITING: dict[str, Callable[..., Rule]] = {
    "429": lambda *at: faults.too_many(0, *at, says="body", times=2),
    "slow": lambda *at: faults.slow(0.05, *at),
    "extra": faults.extra,
}


@pytest.mark.parametrize("fault", DOUBTFUL)
def test_nothing_is_sent_twice_whatever_became_of_it(world: World, fault: str) -> None:
    world.faults.set(DOUBTFUL[fault]("POST", "/process/task"))
    first = world.task("-o", "json")
    assert (first.code, first.json["exit_code"]) == (4, 4)
    assert world.faults.fired() == [1]
    world.faults.clear()
    done = len(world.answers())
    world.control("DELETE", "requests")
    for node in ("approval-step", "another-node"):
        again = world.home.run("task", "order-9981", node, "--complete", "--auto-approve")
        assert again.code == 4 and "finishing the step approval-step" in again.err
        assert f"procspec resolve {world.run} -e local --done" in again.err
    assert world.requests() == [] and len(world.answers()) == done
    world.home.ok("resolve", world.run, "--done" if done else "--not-done")
    assert world.task().code == 0
    assert len(world.answers()) == done + 1


@pytest.mark.parametrize("fault", REFUSING)
def test_a_refusal_leaves_nothing_behind(world: World, fault: str) -> None:
    world.faults.set(REFUSING[fault]("POST", "/process/task"))
    assert world.task().code in (1, 7)
    assert world.faults.fired() == [1]
    world.faults.clear()
    assert world.answers() == [] and not world.pending()
    assert world.task().code == 0 and len(world.answers()) == 1


@pytest.mark.parametrize("fault", WAITING)
@pytest.mark.parametrize("at", [("GET", "/process/instance/*"), ("POST", "/process/task")])
def test_what_is_only_slow_is_waited_for(world: World, fault: str, at: tuple[str, str]) -> None:
    world.faults.set(WAITING[fault](*at))
    assert world.task().code == 0
    assert len(world.answers()) == 1 and sum(world.faults.fired()) >= 1


@pytest.mark.parametrize("fault", ["drop", "other"])
def test_a_look_that_fails_sends_nothing(world: World, fault: str) -> None:
    """One that was lost is repeated, which takes eight seconds; one about another run is not."""
    world.faults.set(DOUBTFUL[fault]("GET", "/process/instance/*"))
    assert world.task().code == 1
    world.faults.clear()
    assert world.answers() == [] and world.bodies() == [] and not world.pending()


# -------------------------------------------------------------------------------------------- SIGKILL

LEAST = 40
"""Boundaries of the task alone; the test fails when it comes to fewer."""


def embedded(folder: Path) -> None:
    """A run that waits, in the emulator inside of the command line."""
    home = Home(folder)
    home.write("procspec.yaml", PROJECT.format(url="emulator, clock: 2026-02-20"))
    home.write("order.procspec.yaml", RUN)
    (folder / ".procspec").mkdir()
    with closing(Store(folder / ".procspec" / "emulator-apptor.db")) as store, store.transaction():
        active = {"DEVELOPMENT": "1"}
        flow = {"id": FLOW, "name": FLOW, "organization": "org_emulator", "active": active}
        store.put_flow({**flow, "published": {"1": NODES}, "draft": {"version": "2", "nodes": NODES}})
    home.ok("apply", "--auto-approve")


def answered(folder: Path) -> int:
    with closing(Store(folder / ".procspec" / "emulator-apptor.db")) as store, store.reading():
        (instance,) = store.instances()
        return len(instance["answers"])


def acts(folder: Path) -> list[Any]:
    with closing(open_store(".procspec/state.db", folder)) as store:
        return [run.act for record in store.read("local").values() for run in record.runs if run.act]


def copied(ready: Path, to: Path) -> Path:
    shutil.copytree(ready, to / "project")
    return to / "project"


def test_wherever_it_is_killed_no_step_is_sent_twice(tmp_path: Path, third: int) -> None:
    ready = tmp_path / "ready" / "project"
    ready.mkdir(parents=True)
    embedded(ready)
    boundaries = ran(copied(ready, tmp_path / "whole"), *TASK, count=True).boundaries
    positions = range(1, len(boundaries) + 1)
    assert len(positions) >= LEAST
    for position in positions[::third]:
        killed(copied(ready, tmp_path / str(position)), position)
    print(f"task: killed at {len(positions[::third])} of {len(positions)} boundaries")


def killed(folder: Path, position: int) -> None:
    ended = ran(folder, *TASK, kill_at=position)
    assert ended.code == -signal.SIGKILL, f"position {position}: not killed"
    home, done, begun = Home(folder), answered(folder), acts(folder)
    assert done <= 1
    if begun:
        again = home.run(*TASK)
        assert again.code in (4, 5), again.err  # a lock that nobody holds any more is broken by the next
        assert answered(folder) == done
        home.ok("resolve", "order-9981", "--done" if done else "--not-done")
    elif done:
        return  # recorded as done: another task is another answer
    if not done:
        home.ok(*TASK)
    assert answered(folder) == 1 and not acts(folder)
    shutil.rmtree(folder)


def test_an_embedded_emulator_that_loses_its_answer(tmp_path: Path) -> None:
    embedded(tmp_path)
    home = Home(tmp_path)
    rules = Embedded(tmp_path / ".procspec" / "emulator-apptor.db", Store, rule)
    rules.set(faults.drop("POST", "/process/task"))
    assert home.run(*TASK).code == 4
    assert rules.fired() == [1]
    rules.clear()
    assert home.run(*TASK).code == 4 and answered(tmp_path) == 1
    assert json.loads(home.ok("state", "show", "order-9981").out)["runs"][0]["act"]["node"] == "approval-step"
    wrong = home.run("resolve", "order-9981", "--not-started")
    assert wrong.code == 64 and "--done or --not-done" in wrong.err


# ------------------------------------------------------------- a run whose start lost its answer


def lost(folder: Path, *faulty: Rule) -> tuple[Home, str]:
    """A second run, started with an answer that was lost; then its step was finished by its id, or not."""
    embedded(folder)
    home, database = Home(folder), folder / ".procspec" / "emulator-apptor.db"
    home.write("another.procspec.yaml", RUN.replace("order-9981", "zeta"))
    rules = Embedded(database, Store, rule)
    rules.set(faults.act_status(502, "POST", "/process/exec"))
    assert home.run("apply", "--auto-approve").code == 4
    rules.set(*faulty)
    with closing(Store(database)) as store, store.reading():
        id = list(store.instances())[-1]["id"]
    home.run("task", id, "approval-step", "--complete", "--auto-approve")
    rules.clear()
    return home, str(id)


def records(home: Home) -> dict[str, Any]:
    return {one["key"]: one for one in home.ok("state", "list", "-o", "json").json["records"]}


def instances(folder: Path) -> int:
    with closing(Store(folder / ".procspec" / "emulator-apptor.db")) as store, store.reading():
        return len(list(store.instances()))


@pytest.mark.parametrize("faulty", [[], [faults.act_status(502, "POST", "/process/task")]])
def test_a_lost_run_is_adopted_after_its_step_was_finished(tmp_path: Path, faulty: list[Rule]) -> None:
    """Without that the only way out would be --not-started, and a second run."""
    home, id = lost(tmp_path, *faulty)
    assert home.run("resolve", "zeta", "--not-started").code == 8
    home.ok("resolve", "zeta", "--id", id)
    found = records(home)
    assert set(found) == {"order-9981", "zeta"}
    assert ("act" in found["zeta"]["runs"][0]) == bool(faulty)
    if faulty:
        assert home.run("task", "zeta", "approval-step", "--complete", "--auto-approve").code == 4
        home.ok("resolve", "zeta", "--done")
    home.ok("task", "zeta", "approval-step", "--complete", "--auto-approve")
    home.ok("apply", "--auto-approve")
    assert instances(tmp_path) == 2


def test_wherever_an_adoption_is_killed_nothing_is_lost(tmp_path: Path) -> None:
    ready = tmp_path / "ready" / "project"
    ready.mkdir(parents=True)
    _, id = lost(ready, faults.act_status(502, "POST", "/process/task"))
    adopt = ("resolve", "zeta", "--id", id)
    boundaries = ran(copied(ready, tmp_path / "whole"), *adopt, count=True).boundaries
    twins = 0
    for position in range(1, len(boundaries) + 1):
        folder = copied(ready, tmp_path / str(position))
        assert ran(folder, *adopt, kill_at=position).code == -signal.SIGKILL
        home = Home(folder)
        found = records(home)
        twins += "runs" in found["zeta"] and f"run:{id}" in found
        assert home.run("task", id, "approval-step", "--complete", "--auto-approve").code in (4, 5)
        if "intent" in found["zeta"]:
            home.ok(*adopt)
        home.ok("resolve", id, "--done")
        found = records(home)
        assert set(found) == {"order-9981", "zeta"}
        assert [one["id"] for one in found["zeta"]["runs"]] == [id] and not acts(folder)
        home.ok("apply", "--auto-approve")
        assert instances(folder) == 2
        shutil.rmtree(folder)
    assert twins
