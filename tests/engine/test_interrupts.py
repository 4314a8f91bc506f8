"""Ctrl-C and SIGTERM: the first is a wish, the second an order; the next apply mends what either left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.conftest import Home, Server
from tests.engine.conftest import PROCESS, PROJECT
from tests.engine.proxy import Proxy, between
from tests.faults import Faults, too_many

MANY = 40


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with between(server.url) as proxy:
        yield proxy


@pytest.fixture
def many(home: Home, proxy: Proxy) -> Home:
    home.write("procspec.yaml", PROJECT.format(url=proxy.url))
    for number in range(MANY):
        home.write(f"{number:02}.procspec.yaml", PROCESS.replace("key: close", f"key: close-{number:02}"))
    return home


@contextmanager
def running(home: Home, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """An apply in a process of its own, one process after the other."""
    with begun(home, "apply", "--auto-approve", "--parallelism", "1", *arguments) as child:
        yield child


@contextmanager
def begun(home: Home, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "procspec", "-C", str(home.folder), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    ) as child:
        yield child
        child.kill()


def interrupt(child: subprocess.Popen[str], number: signal.Signals = signal.SIGINT) -> None:
    """Sends the first signal, and waits until it was heard."""
    child.send_signal(number)
    assert child.stderr
    until(lambda: "Interrupted" in child.stderr.readline())  # type: ignore[union-attr]


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.005)


def created(server: Server) -> int:
    return server.requests().count(("POST", "/processes"))


def is_free(home: Home) -> bool:
    """Nobody holds the lock: an apply of nothing is not turned away."""
    return home.run("apply", "--auto-approve", "close-00").code != 5


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("output", ["text", "json"])
def test_the_first_signal_finishes_what_is_under_way(
    many: Home, server: Server, number: signal.Signals, code: int, output: str
) -> None:
    with running(many, "-o", output) as child:
        until(lambda: created(server))
        child.send_signal(number)
        out, err = child.communicate()
    made = created(server)
    assert child.returncode == code
    assert 0 < made < MANY
    assert "Interrupted" in err
    if output == "json":
        document = json.loads(out)
        assert document["exit_code"] == code
        done = [one["key"] for one in document["outcomes"] if one.get("done")]
        assert len(done) == made
        assert len(document["outcomes"]) == MANY
    else:
        assert out.count("  created ") == made
        assert out.count("not created: interrupted") == MANY - made
        assert f"Interrupted: {made} of {MANY} carried out; not done: close-" in out
    plan = many.plan()
    assert [item["action"] for item in plan["processes"]].count("create") == MANY - made
    assert is_free(many)
    many.ok("apply", "--auto-approve")
    assert created(server) == MANY


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("output", ["text", "json"])
def test_the_second_signal_stops_at_once_and_leaves_an_intent(
    many: Home, server: Server, proxy: Proxy, number: signal.Signals, code: int, output: str
) -> None:
    proxy.faults = {"POST processes": "hold"}
    with running(many, "-o", output) as child:
        until(lambda: proxy.held)
        interrupt(child, number)
        child.send_signal(number)
        out, err = child.communicate()
    assert child.returncode == code
    assert "Stopped at once" in err
    if output == "json":
        assert json.loads(out)["exit_code"] == code
    proxy.release()
    until(lambda: created(server) == 1)
    plan = many.run("plan")
    assert plan.code == 4
    assert "The outcome of a create" in plan.out
    (made,) = [item["id"] for item in server.control("GET", "processes") if item["name"] == "Close"][-1:]
    many.ok("resolve", "close-00", "--id", made)
    proxy.faults = {}
    many.ok("apply", "--auto-approve")
    assert created(server) == MANY
    assert many.pending() == []


def test_nothing_that_changes_a_process_is_sent_after_a_signal(
    many: Home, server: Server, proxy: Proxy
) -> None:
    """The rename was under way, the patch was not: the one is recorded, the other left to do."""
    many.ok("apply", "--auto-approve", "close-00")
    many.edit("00.procspec.yaml", "title: Costs", "title: All costs")
    many.edit("00.procspec.yaml", "autoClose: true", "autoClose: false")
    server.clear()
    proxy.faults = {"POST batchUpdates": "hold"}
    with running(many, "close-00") as child:
        until(lambda: proxy.held)
        interrupt(child)
        proxy.release()
        out, _ = child.communicate()
    assert child.returncode == 130
    assert "not updated: interrupted" in out
    sent = [(method, path.rpartition("/")[2]) for method, path in server.requests() if method != "GET"]
    assert sent == [("POST", "batchUpdates"), ("POST", "validation")]
    assert [change["field"] for change in many.pending("close-00")] == ["autoClose"]


def test_a_wait_that_the_server_asked_for_ends_with_a_signal(
    many: Home, server: Server, proxy: Proxy
) -> None:
    proxy.faults = {"POST processes": "429"}
    with running(many, "close-00") as child:
        until(lambda: proxy.refused)
        child.send_signal(signal.SIGINT)
        child.communicate()
    assert child.returncode == 130
    assert created(server) == 0
    assert many.run("state", "list", "-o", "json").json["records"] == []


def test_nothing_is_sent_again_after_a_signal_in_a_pause_of_our_own(
    home: Home, server: Server, faults: Faults
) -> None:
    """The pauses grow: the third is one of two seconds, and the signal comes at its beginning."""
    home.write("procspec.yaml", PROJECT.format(url=server.url))
    home.write("close.procspec.yaml", PROCESS)
    faults.set(too_many(method="POST", path="/processes", says="nothing"))
    with running(home) as child:
        until(lambda: faults.fired() >= [3])
        child.send_signal(signal.SIGINT)
        out, err = child.communicate()
    assert child.returncode == 130
    assert (faults.fired(), created(server)) == ([3], 3)
    assert "Interrupted" in err
    assert "+ close  not created" in out
    assert "Apply incomplete: 0 of 1 carried out; not right: close." in out
    assert home.run("state", "list", "-o", "json").json["records"] == []
    faults.clear()
    home.ok("apply", "--auto-approve")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("output", ["text", "json"])
def test_a_run_that_is_under_way_at_the_first_signal_is_recorded(
    many: Home, server: Server, proxy: Proxy, number: signal.Signals, code: int, output: str
) -> None:
    """People get their tasks: the id is kept and told, and the exit code is the signal's."""
    many.ok("apply", "--auto-approve", "close-00")
    id = many.record("close-00")["id"]
    proxy.faults = {"POST run": "hold"}
    with begun(many, "run", "close-00", "--auto-approve", "-o", output) as child:
        until(lambda: proxy.held)
        interrupt(child, number)
        proxy.release()
        out, _ = child.communicate()
    (run,) = [run["id"] for run in server.control("GET", "processRuns") if run["process"] == id]
    assert child.returncode == code
    if output == "json":
        assert json.loads(out) == {"format_version": 1, "exit_code": code, "key": "close-00", "run": run}
    else:
        assert out.endswith(f"Started close-00: run {run}.\n")
    record = many.record("close-00")
    assert [known["id"] for known in record["runs"]] == [run]
    assert "intent" not in record


def test_a_replacement_whose_old_process_stays_for_now_is_told_as_done(
    many: Home, server: Server, proxy: Proxy
) -> None:
    """The signal comes while the new process is validated: the record points at it, the old one is left."""
    many.ok("apply", "--auto-approve", "close-00")
    old = many.record("close-00")["id"]
    many.edit("00.procspec.yaml", "title: Costs, assignee: ben", "title: Costs, assignee: ana")
    server.clear()
    proxy.faults = {"POST validation": "hold"}
    with running(many, "--allow-replace", "close-00") as child:
        until(lambda: proxy.held)
        interrupt(child)
        proxy.release()
        out, _ = child.communicate()
    record = many.record("close-00")
    assert child.returncode == 130
    assert (record["id"] != old, record["leftovers"]) == (True, [old])
    assert f"replaced {record['id']}, but not all is well" in out
    assert "DELETE" not in {method for method, _ in server.requests()}
    many.ok("apply", "--auto-approve", "close-00")
    assert "leftovers" not in many.record("close-00")
    assert many.pending("close-00") == []


def test_a_plan_ends_at_the_first_signal(many: Home, proxy: Proxy) -> None:
    many.ok("apply", "--auto-approve", "close-00")
    proxy.faults = {"GET process": "429"}
    command = [sys.executable, "-m", "procspec", "-C", str(many.folder), "plan"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:
        until(lambda: proxy.refused)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate()
    assert child.returncode == 130
    assert err.endswith("\nInterrupted.\n")


LOADING = """\
import os, signal, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "procspec.cli.main":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
from procspec.__main__ import main
sys.argv = ["procspec", "validate", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize("words", [[], ["-o", "json"]])
def test_ctrl_c_while_the_program_is_loaded_is_told_like_any_other(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADING, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 130
    assert done.stderr == "\nInterrupted.\n"
    assert (json.loads(done.stdout)["exit_code"] == 130) if words else done.stdout == ""
