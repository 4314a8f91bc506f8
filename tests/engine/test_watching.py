"""watch and status: one request a look, every change told once, and an end that says how it ended."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import IO, Any

import pexpect
import pytest

from procspec.cli import opening
from procspec.cli.screen import Globals, Screen
from procspec.engine.runtime.runs import keyed, maker, run_of, seen_run
from procspec.engine.runtime.watching import (
    LAST,
    MISREAD,
    SLOWEST,
    End,
    Pace,
    Sight,
    Until,
    changes,
    is_misread,
    passes,
    resting,
    slower,
    watch,
)
from procspec.engine.session import Session
from procspec.errors import Denied, ServiceError, Unanswered
from procspec.halt import Halt
from procspec.model import ROOT, Event, EventKind, Kind, Phase, Run, RunNode
from procspec.render.style import PLAIN
from tests import faults as fault
from tests.conftest import Home, Server
from tests.faults import Faults

FILE = "close.procspec.yaml"
RUNS = "/processRuns/*"
DAY = date(2024, 12, 1)


@dataclass
class Running:
    """A run of the close on the served emulator, and what people do to it."""

    home: Home
    server: Server
    id: str

    def show(self) -> Any:
        return self.server.call("GET", f"/processRuns/{self.id}").json()

    def do(self, what: str, **body: Any) -> None:
        self.server.control("POST", f"processRuns/{self.id}/{what}", body or None)

    def finish(self, title: str, status: str = "complete") -> None:
        self.do("finish", id=self.node(title)["id"], status=status)

    def node(self, title: str) -> Any:
        return next(node for node in _nodes(self.show()["root"]) if title in _names(node))

    def gets(self) -> int:
        """Looks at the run since the log was cleared; nothing else was asked for."""
        seen = self.server.requests()
        assert set(seen) <= {("GET", f"/processRuns/{self.id}")}
        return len(seen)


def _nodes(group: Any) -> Iterator[Any]:
    yield group
    for child in group.get("children", ()):
        yield from _nodes(child.get("jobRun") or child.get("groupRun"))


def _names(node: Any) -> tuple[Any, ...]:
    return node.get("name"), node.get("arguments", {}).get("sendTaskArgs", {}).get("title")


@pytest.fixture
def running(applied: Home, server: Server) -> Running:
    """A run of the close: Reconcile, and then Revenue and Costs at the same time."""
    answer = server.call("POST", f"/processes/{applied.record('close')['id']}/run", {})
    server.clear()
    return Running(applied, server, answer.json()["id"])


@pytest.fixture
def started(applied: Home, server: Server) -> Running:
    """As `running`, of a run that procspec has started."""
    id = applied.ok("run", "close", "--auto-approve", "-o", "json").json["run"]
    server.clear()
    return Running(applied, server, id)


@contextmanager
def opened(home: Home) -> Iterator[Session]:
    given = Globals(home.folder, Screen(PLAIN), False, os.environ, Halt())
    project, _ = opening.sound(given, None, {})
    with opening.session(given, project) as session:
        yield session


def pace(**more: Any) -> Pace:
    return Pace(today=lambda: DAY, now=lambda: datetime.now(UTC), interval=0.01, **more)


def told(sight: Sight) -> list[tuple[str, str, str, str]]:
    return [
        (
            event.kind.value,
            (event.node.key or event.node.title) if event.node else "",
            event.before,
            event.after,
        )
        for event in sight.events
    ]


# -------------------------------------------------------------------------------------------- looking


def test_every_look_is_one_request_and_tells_what_happened(running: Running) -> None:
    with opened(running.home) as session:
        looks = watch(session, running.id, pace())
        first = next(looks)
        assert (first.events, first.end, running.gets()) == ((), None, 1)
        assert [node.key for node in first.run.nodes()] == [ROOT, "reconcile", "review", "revenue", "costs"]
        assert told(next(looks)) == []
        running.server.clear()
        running.finish("Reconcile")
        running.server.clear()
        assert told(next(looks)) == [
            ("status", "reconcile", "running", "complete"),
            ("status", "review", "waiting", "running"),
            ("status", "revenue", "waiting", "running"),
            ("task", "revenue", "", ""),
            ("status", "costs", "waiting", "running"),
            ("task", "costs", "", ""),
        ]
        assert running.gets() == 1
        running.finish("Revenue")
        running.finish("Costs")
        running.server.clear()
        (last,) = looks
        assert told(last)[0] == ("status", "", "running", "complete")
        assert (last.end, last.end and last.end.exit_code, running.gets()) == (End.COMPLETE, 0, 1)


def test_a_run_that_is_over_is_looked_at_once(running: Running) -> None:
    running.do("close")
    running.server.clear()
    with opened(running.home) as session:
        (only,) = watch(session, running.id, pace())
    assert (only.end, only.end and only.end.exit_code) == (End.CANCELLED, 9)
    assert running.gets() == 1


def test_jobs_that_are_added_are_told(running: Running) -> None:
    with opened(running.home) as session:
        looks = watch(session, running.id, pace())
        next(looks)
        person = {"id": "user-1", "type": "user"}
        late = {"title": "Late work", "assignee": person, "dueDate": "2024-11-29"}
        arguments = {"type": "sendTask", "sendTaskArgs": late}
        added = [{"action": "sendTask", "triggerType": "whenEligible", "arguments": arguments}]
        running.server.call("POST", f"/processRuns/{running.id}/jobRuns", added)
        assert told(next(looks)) == [("added", "Late work", "", "waiting"), ("overdue", "Late work", "", "")]


def test_an_error_ends_the_watch_where_that_is_wanted(running: Running) -> None:
    running.finish("Reconcile", "errorHold")
    with opened(running.home) as session:
        (only,) = watch(session, running.id, pace(until=Until.ERROR))
        assert (only.end, only.end and only.end.exit_code) == (End.ERROR, 9)
        looks = watch(session, running.id, pace())
        assert next(looks).end is None  # errorHold may be retried (guide)
        assert next(looks).end is None
        running.finish("Reconcile", "error")
        *_, last = looks
        assert (last.end, last.end and last.end.exit_code) == (End.FAILED, 9)


def test_a_watch_without_a_change_times_out(running: Running) -> None:
    with opened(running.home) as session:
        *_, last = watch(session, running.id, pace(timeout=0.05))
        assert (last.end, last.end and last.end.exit_code, last.run.over) == (End.TIMEOUT, 9, False)
        running.server.clear()
        assert [look.end for look in watch(session, running.id, pace(timeout=0))] == [None, End.TIMEOUT]
        assert running.gets() == 1


# ------------------------------------------------------------------------------------------- trouble


def test_a_server_that_cannot_answer_is_asked_again_and_that_is_told_once(
    running: Running, faults: Faults
) -> None:
    """429 twice, a lost answer, then one that is none: one tale, one end of it, and 1 GET each."""
    with opened(running.home) as session:
        looks = watch(session, running.id, pace())
        before = next(looks)
        faults.set(
            fault.too_many(0, "GET", RUNS, start=1, times=2),
            fault.drop("GET", RUNS, start=3, times=1),
            fault.no_id("GET", RUNS, start=4, times=1),
        )
        running.server.clear()
        trouble = next(looks)
        assert [kind for kind, *_ in told(trouble)] == ["trouble"]
        assert "429" in trouble.events[0].detail and trouble.run == before.run
        more = [next(looks) for _ in range(3)]
        assert all(look.trouble and not look.events and look.end is None for look in more)
        assert "run id" in more[-1].trouble
        assert (running.gets(), faults.fired()) == (4, [2, 1, 1])
        running.finish("Reconcile")
        running.server.clear()
        back = next(looks)
        assert told(back)[:2] == [("recovered", "", "", ""), ("status", "reconcile", "running", "complete")]
        assert (back.trouble, back.wait, back.misread, running.gets()) == ("", 0.0, 0, 1)


def test_a_wait_that_the_server_asks_for_is_made_even_if_no_time_is_left_then(
    running: Running, faults: Faults
) -> None:
    with opened(running.home) as session:
        looks = watch(session, running.id, pace(timeout=0.5))
        next(looks)
        faults.set(fault.too_many(7200, "GET", RUNS, start=1))
        running.server.clear()
        *_, trouble, last = looks
    assert "asks to wait 7200 seconds" in trouble.trouble and trouble.wait == 7200
    assert last.end is End.TIMEOUT
    assert running.gets() == 1


def test_a_wait_within_the_time_is_made_without_a_second_request(running: Running, faults: Faults) -> None:
    with opened(running.home) as session:
        looks = watch(session, running.id, pace())
        next(looks)
        faults.set(fault.too_many(1, "GET", RUNS, times=1))
        running.server.clear()
        trouble, back = next(looks), next(looks)
    assert (trouble.wait, told(back)) == (1.0, [("recovered", "", "", "")])
    assert running.gets() == 2


@pytest.mark.parametrize(
    ("pause", "asked", "left", "rest"),
    [
        (10, 0, math.inf, 10),
        (10, 120, math.inf, 120),
        (10, 4, 60, 10),
        (10, 0, 5, 5 - LAST),
        (10, 4.5, 5, 4.5),
        (10, 5, 5, 5),
        (10, 120, 60, 60),
        (0.1, 0, LAST / 2, 0.1),
        (10, 0, LAST / 2, LAST / 2),
    ],
)
def test_the_rest_before_a_look(pause: float, asked: float, left: float, rest: float) -> None:
    """Not before the server wants to be asked, and in time for one more look, where there is time for one."""
    assert resting(pause, asked, left) == rest


def test_a_silent_server_does_not_outlast_the_timeout(running: Running, faults: Faults) -> None:
    """One attempt, which ends with the time of the watch."""
    with opened(running.home) as session:
        looks = watch(session, running.id, pace(timeout=1))
        next(looks)
        faults.set(fault.slow(5, "GET", RUNS))
        running.server.clear()
        *_, trouble, last = looks
        assert "no whole answer within" in trouble.trouble
        assert (last.end, running.gets()) == (End.TIMEOUT, 1)
        faults.clear()


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (fault.no_id("GET", RUNS), "no run id"),
        (fault.other("GET", RUNS), "another run than the one"),
        (fault.html("GET", RUNS), "an HTML page"),
    ],
)
def test_what_nobody_can_read_is_no_passing_trouble(
    running: Running, faults: Faults, rule: fault.Rule, said: str
) -> None:
    with opened(running.home) as session:
        looks = watch(session, running.id, pace())
        next(looks)
        for _ in range(2):  # in a row: a good answer between begins anew
            faults.set({**rule, "times": MISREAD - 1})
            assert [next(looks).misread for _ in range(MISREAD - 1)] == [*range(1, MISREAD)]
            assert told(next(looks)) == [("recovered", "", "", "")]
        faults.set(rule)
        running.server.clear()
        with pytest.raises(ServiceError, match=said) as caught:
            list(looks)
        assert (caught.value.exit_code, running.gets()) == (1, MISREAD)


def test_a_watch_says_why_it_ends_with_what_nobody_can_read(started: Running, faults: Faults) -> None:
    faults.set(fault.other("GET", RUNS, start=2))
    result = started.home.run("watch", started.id, "--interval", "0.01", "-o", "jsonl")
    rows = [json.loads(line) for line in result.out.splitlines()]
    assert result.code == 1
    assert [row["event"] for row in rows] == ["run", "trouble", "end"]
    assert "another run than the one asked for" in rows[-1]["error"]["message"]


@pytest.mark.parametrize("rule", [fault.drop("GET", RUNS), fault.refuse("GET", RUNS), fault.status(503)])
def test_trouble_passes_however_long_it_lasts(running: Running, faults: Faults, rule: fault.Rule) -> None:
    with opened(running.home) as session:
        looks = watch(session, running.id, pace())
        next(looks)
        faults.set(rule)
        for _ in range(MISREAD + 2):
            assert next(looks).trouble
        faults.clear()
        assert told(next(looks)) == [("recovered", "", "", "")]


@pytest.mark.parametrize(
    ("error", "passing", "misread"),
    [
        (Unanswered("reset"), True, False),
        (ServiceError("429", status=429), True, False),
        (ServiceError("408", status=408), True, False),
        (ServiceError("503", status=503), True, False),
        (ServiceError("no id"), False, True),
        (ServiceError("a page", status=200), False, True),
        (ServiceError("moved", status=302), False, False),
        (ServiceError("bad", status=400), False, False),
        (Denied("no token"), False, False),
        (Denied("no token", status=401), False, False),
    ],
)
def test_what_may_go_well_later(error: ServiceError, passing: bool, misread: bool) -> None:
    assert (passes(error), is_misread(error)) == (passing, misread)


def test_status_is_patient(started: Running, faults: Faults) -> None:
    """Only a watch looks again by itself."""
    faults.set(fault.too_many(0, "GET", RUNS, times=1))
    started.home.ok("status", started.id)
    assert faults.fired() == [1]


def test_a_timeout_ends_a_watch_of_a_server_in_trouble(running: Running, faults: Faults) -> None:
    with opened(running.home) as session:
        looks = watch(session, running.id, pace(timeout=0.3))
        next(looks)
        faults.set(fault.status(503, "GET", RUNS))
        *_, last = looks
    assert last.end is End.TIMEOUT


def test_the_first_look_has_to_go_well(running: Running, faults: Faults) -> None:
    faults.set(fault.too_many(120, "GET", RUNS))
    with opened(running.home) as session, pytest.raises(ServiceError, match="429"):
        next(watch(session, running.id, pace()))


@pytest.mark.parametrize("code", [400, 409])
def test_a_refusal_is_no_passing_trouble(running: Running, faults: Faults, code: int) -> None:
    with opened(running.home) as session:
        looks = watch(session, running.id, pace())
        next(looks)
        faults.set(fault.status(code, "GET", RUNS))
        with pytest.raises(ServiceError, match=str(code)):
            next(looks)


def test_tokens_that_expire_are_renewed(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROCSPEC_TOKEN")
    monkeypatch.setenv("PROCSPEC_CLIENT_ID", "id")
    monkeypatch.setenv("PROCSPEC_CLIENT_SECRET", "secret")
    with opened(running.home) as session:
        looks = watch(session, running.id, pace())
        next(looks)
        running.server.control("DELETE", "tokens")
        assert next(looks).trouble == ""
        running.server.control("DELETE", "tokens")
        assert next(looks).trouble == ""


def test_a_token_that_cannot_be_renewed_ends_it(running: Running, faults: Faults) -> None:
    with opened(running.home) as session:
        looks = watch(session, running.id, pace())
        next(looks)
        faults.set(fault.status(401, "GET", RUNS))
        with pytest.raises(Denied):
            next(looks)


def test_the_pause_grows_while_nothing_changes_and_falls_back() -> None:
    given = replace(pace(), interval=10.0)
    quiet = Sight(run=run_with(), day=DAY, at=datetime.now(UTC))
    pauses = [10.0]
    for _ in range(8):
        pauses.append(slower(pauses[-1], quiet, given))
    assert pauses[:4] == [10.0, 15.0, 22.5, 33.75]
    assert pauses[-1] == 10.0 * SLOWEST
    changed = replace(quiet, events=(Event(kind=EventKind.STATUS),))
    assert slower(60.0, changed, given) == 10.0
    trouble = replace(quiet, events=(Event(kind=EventKind.TROUBLE),), trouble="503")
    assert slower(10.0, trouble, given) == 15.0


# ------------------------------------------------------------------------------------------ two looks


def run_with(*jobs: RunNode, **members: Any) -> Run:
    root = RunNode(
        kind=Kind.GROUP, id="g", title="Steps", status="running", phase=Phase.RUNNING, children=jobs
    )
    given: dict[str, Any] = {"status": "running", "over": False, "phase": Phase.RUNNING, "root": root}
    return Run(id="r", process="p", **given | members)


def job(id: str = "j", **members: Any) -> RunNode:
    given = {"status": "running", "phase": Phase.RUNNING, **members}
    return RunNode(kind=Kind.JOB, id=id, title=id, **given)


def between(before: Run, after: Run, then: date = DAY, now: date = DAY) -> list[tuple[EventKind, str, int]]:
    found = changes(before, after, then=then, now=now)
    return [(event.kind, event.node.id if event.node else "", event.days) for event in found]


def test_two_equal_looks_have_nothing_between_them() -> None:
    late = run_with(job(due="2024-11-01"), due="2024-11-01")
    assert between(late, late) == []


def test_what_becomes_overdue_with_the_day_is_told_once() -> None:
    due = run_with(job(due="2024-12-01"), job("k", due="2024-12-01", phase=Phase.COMPLETE), due="2024-12-01")
    tomorrow = date(2024, 12, 2)
    assert between(due, due, DAY, tomorrow) == [(EventKind.OVERDUE, "", 1), (EventKind.OVERDUE, "j", 1)]
    assert between(due, due, tomorrow, date(2024, 12, 3)) == []


def test_another_case_of_a_word_is_no_change() -> None:
    """T3: the documents write one status in several ways."""
    assert between(run_with(job(), status="running"), run_with(job(status="Running"), status="RUNNING")) == []


def test_a_word_beside_the_status_is_a_change_too() -> None:
    (event,) = changes(run_with(job()), run_with(job(detail="Approval")), then=DAY, now=DAY)
    assert (event.before, event.after) == ("running", "running (Approval)")


def test_a_task_that_appears_is_told_and_one_that_stays_is_not() -> None:
    sent = run_with(job(task="t", permalink="https://x/t"))
    assert between(run_with(job()), sent) == [(EventKind.TASK, "j", 0)]
    assert between(sent, sent) == []


def test_tasks_of_the_moment_come_and_go() -> None:
    """Workingflow: the group above them is the run itself, whose status is told already."""
    flows = [replace(run_with(job(one)), id="g") for one in ("a", "b")]
    assert all(flow.is_momentary for flow in flows)
    assert between(flows[0], flows[1]) == [(EventKind.ADDED, "b", 0), (EventKind.GONE, "a", 0)]


def test_files_that_appear_are_told() -> None:
    (event,) = changes(run_with(files=("a",)), run_with(files=("a", "b")), then=DAY, now=DAY)
    assert (event.kind, event.detail) == (EventKind.FILE, "b")


# ------------------------------------------------------------------------------------------ which run


def test_a_key_means_its_last_run_and_anything_else_an_id(started: Running) -> None:
    with opened(started.home) as session:
        assert run_of(session, "close") == started.id
        assert run_of(session, "something") == "something"
        assert [node.key for node in seen_run(session, started.id).nodes()][1] == "reconcile"
        second = started.home.ok("run", "close", "--auto-approve", "-o", "json").json["run"]
        assert run_of(session, "close") == second != started.id


def test_a_key_of_which_nothing_was_started(applied: Home) -> None:
    result = applied.run("status", "close")
    assert result.code == 64
    assert "procspec run close" in result.err


def test_an_unknown_run(started: Running) -> None:
    for command in ("status", "watch"):
        result = started.home.run(command, "nope")
        assert result.code == 1
        assert "has no run nope" in result.err and "close" in result.err


def test_a_run_of_somebody_elses_process_has_no_keys() -> None:
    assert keyed(run_with(job()), maker([], run_with(job()))) == run_with(job())


# ---------------------------------------------------------------------------------------- the commands


def test_status_is_one_look(started: Running) -> None:
    shown = started.home.ok("status", "close", "--as-of", "2024-12-18")
    assert started.gets() == 1
    assert '"Reconcile" (reconcile)  overdue by 3 days, Ana Ruiz due 2024-12-15' in shown.out
    assert "0 of 3 done" in shown.out and "https://" in shown.out
    found = started.home.ok("status", started.id, "-o", "json", "--as-of", "2024-12-18")
    assert next(iter(found.json)) == "format_version"
    assert (found.json["done"], found.json["jobs"], found.json["as_of"]) == (0, 3, "2024-12-18")
    assert found.json["overdue"] == {started.node("Reconcile")["id"]: 3}


def test_status_of_a_run_that_failed_is_a_look_all_the_same(started: Running) -> None:
    started.do("close")
    assert "– cancelled" in started.home.ok("status", "close").out


def test_the_environments_clock_is_today(home: Home) -> None:
    home.ok("init", ".")
    home.ok("apply", "--auto-approve")
    home.ok("run", "first-close", "--auto-approve")
    assert "overdue" not in home.ok("status", "first-close").out
    found = home.ok("status", "first-close", "-o", "json").json
    assert (found["as_of"], found["overdue"]) == ("2024-09-30", {})
    assert "overdue by 17 days" in home.ok("status", "first-close", "--as-of", "2025-01-01").out


@contextmanager
def watching(home: Home, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """The command in a process of its own, and its lines as they come."""
    command = [sys.executable, "-m", "procspec", "-C", str(home.folder), "watch"]
    with subprocess.Popen(
        [*command, "--interval", "0.05", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        yield process, process.stdout
        process.kill()


def test_lines_of_json_for_machines(started: Running) -> None:
    with watching(started.home, "close", "-o", "jsonl", "--as-of", "2024-12-18") as (process, lines):
        first = json.loads(lines.readline())
        assert list(first)[:4] == ["format_version", "event", "time", "id"]
        assert (first["event"], first["id"], first["run"]["id"]) == ("run", started.id, started.id)
        started.finish("Reconcile")
        rows = [json.loads(lines.readline()) for _ in range(6)]
        assert rows[0]["node"]["key"] == "reconcile"
        assert (rows[0]["event"], rows[0]["before"], rows[0]["after"]) == ("status", "running", "complete")
        started.do("close")
        *rows, last = [json.loads(line) for line in lines]
        assert all(next(iter(row)) == "format_version" for row in rows)
        assert (last["event"], last["end"], last["exit_code"]) == ("end", "cancelled", 9)
        assert process.wait() == 9


def test_a_line_an_event_where_there_is_no_terminal(started: Running) -> None:
    with watching(started.home, "close") as (process, lines):
        head = [lines.readline() for _ in range(9)]
        assert head[0].startswith("Close  ● running")
        started.finish("Reconcile")
        assert 'running → complete  "Reconcile" (reconcile)  Ana Ruiz' in lines.readline()
        for title in ("Revenue", "Costs"):
            started.finish(title)
        *_, last = lines
        assert last.endswith(f"Run {started.id} is complete.\n") and "\x1b" not in last
        assert process.wait() == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_watch_at_once(started: Running, number: int, code: int) -> None:
    with watching(started.home, "close", "-o", "jsonl", "--interval", "60") as (process, lines):
        lines.readline()
        process.send_signal(number)
        (last,) = [json.loads(line) for line in lines]
        assert (last["event"], last["exit_code"]) == ("end", code)
        assert process.wait() == code


@pytest.mark.parametrize(
    ("arguments", "code"), [(("nope",), 1), (("close", "--timeout", "soon"), 64), (("close", "-x"), 64)]
)
def test_an_error_is_the_last_line_too(started: Running, arguments: tuple[str, ...], code: int) -> None:
    result = started.home.run("watch", *arguments, "-o", "jsonl")
    (last,) = [json.loads(line) for line in result.out.splitlines()]
    assert (result.code, last["exit_code"], last["event"]) == (code, code, "end")
    assert next(iter(last)) == "format_version" and last["error"]["message"]
    assert result.err == ""


def test_bad_files_are_the_last_line_too(started: Running) -> None:
    started.home.edit(FILE, "name: Close", "nam: Close")
    result = started.home.run("watch", "close", "-o", "jsonl")
    (last,) = [json.loads(line) for line in result.out.splitlines()]
    assert (result.code, last["exit_code"]) == (3, 3)
    assert last["diagnostics"]


@pytest.mark.parametrize("given", ["0.2", "0.2s", "0.0033m", "0.00005h"])
def test_durations(started: Running, given: str) -> None:
    result = started.home.run("watch", "close", "--interval", "0.05", "--timeout", given)
    assert result.code == 9
    assert f"Run {started.id} is not over in time (running)." in result.out


# -------------------------------------------------------------------------------------------- a terminal


def screen(home: Home, *arguments: str, term: str = "xterm", rows: int = 24) -> pexpect.spawn[str]:
    command = ["-m", "procspec", "-C", str(home.folder), "watch", "--interval", "0.1", *arguments]
    inherited = {name: value for name, value in os.environ.items() if name not in ("LINES", "COLUMNS")}
    environ = {**inherited, "TERM": term}
    return pexpect.spawn(
        sys.executable, command, timeout=30, encoding="utf-8", dimensions=(rows, 100), env=environ
    )


def test_on_a_terminal_the_tree_is_drawn_anew(started: Running) -> None:
    child = screen(started.home, "close")
    child.expect_exact("0 of 3 done")
    child.expect_exact("Ctrl-C ends the watch")
    started.finish("Reconcile")
    child.expect_exact("\x1b[")
    child.expect_exact("1 of 3 done")
    for title in ("Revenue", "Costs"):
        started.finish(title)
    child.expect_exact("3 of 3 done")
    child.expect_exact(f"Run {started.id} is complete")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_ctrl_c_leaves_a_sound_terminal(started: Running) -> None:
    child = screen(started.home, "close", "--interval", "60")
    child.expect_exact("Ctrl-C ends the watch")
    child.sendintr()
    child.expect_exact("\x1b[?25h")  # the cursor is back
    child.expect_exact("Interrupted.")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


def test_a_tree_that_is_too_long_is_cut_and_told_whole_at_the_end(started: Running) -> None:
    child = screen(started.home, "close", rows=8)
    child.expect_exact("more: ")
    started.do("close")
    child.expect_exact('"Costs" (costs)')
    child.expect_exact(f"Run {started.id} was cancelled")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 9


def test_a_dumb_terminal_gets_lines(started: Running) -> None:
    started.do("close")
    child = screen(started.home, "close", term="dumb")
    child.expect_exact(f"Run {started.id} was cancelled")
    assert "\x1b[?25" not in child.before and "\x1b[2K" not in child.before
    child.expect(pexpect.EOF)
