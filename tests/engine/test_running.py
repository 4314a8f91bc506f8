"""run: starts once, tells whom it reaches, and never a second time."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tests.conftest import Home, Server
from tests.engine.conftest import PROJECT
from tests.engine.proxy import Proxy, between

FILE = "close.procspec.yaml"


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with between(server.url) as proxy:
        yield proxy


@pytest.fixture
def ready(applied: Home, proxy: Proxy) -> Home:
    """The close, applied and valid, behind the proxy."""
    applied.write("procspec.yaml", PROJECT.format(url=proxy.url))
    return applied


def runs(server: Server, home: Home) -> list[str]:
    id = home.record("close")["id"]
    return [run["id"] for run in server.control("GET", "processRuns") if run["process"] == id]


def test_a_run_is_started_and_recorded(ready: Home, server: Server) -> None:
    server.clear()
    shown = ready.ok("run", "close", "--auto-approve").out
    sent = [(method, path.rpartition("/")[2]) for method, path in server.requests()]
    assert [kind if method == "POST" else method for method, kind in sent] == ["GET", "validation", "run"]
    (run,) = runs(server, ready)
    assert f"Started close: run {run}." in shown
    assert 'Ana Ruiz: "Reconcile", due 2024-12-15' in shown
    assert "Costs" not in shown  # the group comes second
    assert "1 person gets mail at once: 1 task." in shown
    assert [known["id"] for known in ready.record("close")["runs"]] == [run]
    assert ready.pending() == []


def test_json_is_alone_on_stdout(ready: Home, server: Server) -> None:
    result = ready.ok("run", "close", "--auto-approve", "-o", "json", "--no-complete-email")
    assert result.json["run"] == runs(server, ready)[0]
    body = next(entry["body"] for entry in server.bodies() if entry["path"].endswith("/run"))
    assert body == {"sendProcessCompleteEmail": False}


def test_what_is_not_applied_is_not_started(ready: Home, server: Server) -> None:
    ready.edit(FILE, "title: Costs", "title: All costs")
    result = ready.run("run", "close", "--auto-approve")
    assert result.code == 8
    assert "procspec apply close" in result.err
    assert runs(server, ready) == []


def test_what_is_not_valid_is_not_started(ready: Home, server: Server) -> None:
    server.control("PUT", "people/user-2", {"status": "suspended"})
    result = ready.run("run", "close", "--auto-approve")
    server.control("PUT", "people/user-2", {"status": "active"})
    assert result.code == 3
    assert f"{FILE}:23:" in result.err
    assert "assignee: ben" in result.err
    assert runs(server, ready) == []


def test_without_approval_nothing_is_started(ready: Home, server: Server) -> None:
    assert ready.run("run", "close").code == 8
    assert runs(server, ready) == []


@pytest.mark.parametrize(("typed", "code", "number"), [("yes", 8, 0), ("Close", 0, 1)])
def test_the_name_of_the_process_is_asked_for(
    ready: Home, server: Server, typed: str, code: int, number: int
) -> None:
    child = pexpect.spawn(sys.executable, ["-m", "procspec", "-C", str(ready.folder), "run", "close"])
    child.expect_exact("Only 'Close' is accepted.")
    child.sendline(typed)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    assert len(runs(server, ready)) == number


@pytest.mark.parametrize("fault", ["before", "after", "502", "id"])
def test_a_run_of_unknown_outcome_is_settled_by_hand(
    ready: Home, server: Server, proxy: Proxy, fault: str
) -> None:
    proxy.faults = {"POST run": fault}
    assert ready.run("run", "close", "--auto-approve").code == 4
    proxy.faults = {}
    assert ready.run("run", "close", "--auto-approve").code == 4
    assert "The outcome of a run" in ready.run("plan").out
    made = runs(server, ready)
    assert len(made) == (fault != "before")
    for id in made:
        assert ready.run("resolve", "close", "--id", ready.record("close")["id"]).code == 64
        assert ready.run("resolve", "close", "--id", "no-such-run").code == 1
        ready.ok("resolve", "close", "--id", id)
    if not made:
        ready.ok("resolve", "close", "--not-started")
    assert ready.pending() == []
    assert [known["id"] for known in ready.record("close").get("runs", ())] == made


def test_a_refused_run_leaves_nothing_behind(ready: Home, proxy: Proxy) -> None:
    proxy.faults = {"POST run": "400"}
    assert ready.run("run", "close", "--auto-approve").code == 1
    assert "intent" not in ready.record("close")


# ----------------------------------------------------------------------------- guards around runs


def replaceable(home: Home) -> None:
    home.edit(FILE, "title: Costs, assignee: ben", "title: Costs, assignee: ana")


def test_a_process_with_an_active_run_is_not_replaced(ready: Home, server: Server) -> None:
    ready.ok("run", "close", "--auto-approve")
    replaceable(ready)
    server.clear()
    result = ready.run("apply", "--auto-approve", "--allow-replace")
    assert result.code == 8
    assert f"close ({runs(server, ready)[0]})" in result.err
    assert {method for method, _ in server.requests()} == {"GET"}
    ready.ok("apply", "--auto-approve", "--allow-replace", "--allow-active-run")


def test_a_run_that_is_over_is_in_nobodys_way(ready: Home, server: Server) -> None:
    ready.ok("run", "close", "--auto-approve")
    (run,) = runs(server, ready)
    server.control("POST", f"processRuns/{run}/close")
    replaceable(ready)
    ready.ok("apply", "--auto-approve", "--allow-replace")


def test_a_process_with_an_active_run_is_not_trashed(ready: Home) -> None:
    ready.ok("run", "close", "--auto-approve")
    (ready.folder / FILE).unlink()
    assert ready.run("apply", "--auto-approve", "--prune").code == 8
    ready.ok("apply", "--auto-approve", "--prune", "--allow-active-run")


@pytest.mark.parametrize(("gone", "refused"), [(3, False), (4, True)])
def test_many_at_once_need_a_word(close: Home, gone: int, refused: bool) -> None:
    text = (close.folder / FILE).read_text()
    (close.folder / FILE).unlink()
    for number in range(10):
        close.write(f"{number}.procspec.yaml", text.replace("key: close", f"key: close-{number}"))
    close.ok("apply", "--auto-approve")
    for number in range(gone):
        (close.folder / f"{number}.procspec.yaml").unlink()
    result = close.run("apply", "--auto-approve", "--prune")
    assert result.code == (8 if refused else 0)
    if refused:
        assert "4 of 10 processes" in result.err
        close.ok("apply", "--auto-approve", "--prune", "--allow-many")


def test_under_ten_processes_no_further_word_is_needed(applied: Home) -> None:
    (applied.folder / FILE).unlink()
    applied.ok("apply", "--auto-approve", "--prune")


# ------------------------------------------------------------------------------ partial failure


def test_the_third_of_five_fails_and_the_others_are_carried_out(
    close: Home, server: Server, proxy: Proxy
) -> None:
    """The next apply does only the rest."""
    close.write("procspec.yaml", PROJECT.format(url=proxy.url))
    text = (close.folder / FILE).read_text()
    (close.folder / FILE).unlink()
    for number in range(1, 6):
        close.write(f"{number}.procspec.yaml", text.replace("key: close", f"key: close-{number}"))
    server.clear()
    proxy.numbered = {("POST processes", 3): "400"}
    result = close.run("apply", "--auto-approve", "--parallelism", "1")
    assert result.code == 1
    assert [line.split()[1] for line in result.out.splitlines() if "  created " in line] == [
        "close-1",
        "close-2",
        "close-4",
        "close-5",
    ]
    assert "+ close-3  not created\n    error: POST /processes was answered with 400 (400): No." in result.out
    assert "Apply incomplete: 4 of 5 carried out; not right: close-3." in result.out
    plan = close.plan()
    assert [item["key"] for item in plan["processes"] if item["action"] != "no-op"] == ["close-3"]
    server.clear()
    close.ok("apply", "--auto-approve")
    assert server.requests().count(("POST", "/processes")) == 1


# ----------------------------------------------------------------------------- the emergency file


def test_an_id_that_cannot_be_saved_goes_to_a_file(close: Home, server: Server, proxy: Proxy) -> None:
    """Somebody breaks the lock while the create is under way: the write of the id is refused."""
    close.write("procspec.yaml", PROJECT.format(url=proxy.url))

    def break_lock() -> None:
        held = close.run("apply", "--auto-approve")
        id = held.err.rpartition("unlock ")[2].split()[0].strip("`")
        close.ok("state", "unlock", id.strip("`."))

    proxy.meanwhile = {"POST processes": break_lock}
    result = close.run("apply", "--auto-approve")
    proxy.meanwhile = {}
    assert result.code == 1
    (note,) = close.folder.glob("procspec-lost-id-*.json")
    assert note.stat().st_mode & 0o777 == 0o600
    kept = json.loads(note.read_text())
    (made,) = [item["id"] for item in server.control("GET", "processes")][-1:]
    assert (kept["environment"], kept["key"], kept["id"]) == ("served", "close", made)
    assert made in result.out
    assert kept["recover"] in result.out
    assert str(note) in result.out
    words = kept["recover"].split()
    assert words[:2] == ["procspec", "-C"]
    assert Path(words[2]) == close.folder
    close.ok(*words[3:])
    close.ok("apply", "--auto-approve")
    assert close.pending() == []
    assert close.record("close")["id"] == made
