"""Runs that the files declare: planned with the people they reach, started once for their key."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.conftest import Home, Server
from tests.engine.conftest import PROJECT
from tests.engine.proxy import Proxy, between
from tests.faults import Faults, slow

FILE = "close.procspec.yaml"
START = "start.procspec.yaml"
RUN = "kind: Run\nkey: start\nprocess: close\n"


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with between(server.url) as proxy:
        yield proxy


@pytest.fixture
def declared(close: Home, proxy: Proxy) -> Home:
    """The close and a run of it, neither applied yet, behind the proxy."""
    close.write("procspec.yaml", PROJECT.format(url=proxy.url))
    close.write(START, RUN)
    return close


def runs(server: Server, home: Home) -> list[str]:
    id = home.record("close")["id"]
    return [run["id"] for run in server.control("GET", "processRuns") if run["process"] == id]


def kinds(server: Server) -> list[str]:
    """Every request since the log was cleared, as one word."""
    return [path.rpartition("/")[2] if method == "POST" else method for method, path in server.requests()]


def test_a_plan_says_whom_a_run_reaches(declared: Home, server: Server) -> None:
    said = declared.run("plan", "--detailed-exitcode")
    assert said.code == 2
    assert '! start  run  "Close"  start.procspec.yaml:2:6' in said.out
    assert 'Ana Ruiz: "Reconcile", due 2024-12-15' in said.out
    assert "Plan: 1 to create, 1 to start. 2 requests; 1 person gets mail." in said.out
    assert server.requests() == []
    (run,) = declared.plan()["runs"]
    assert run["request"]["path"] == "/processes/{id}/run"
    assert run["tasks"] == [{"title": "Reconcile", "person": "user-1", "due": "2024-12-15"}]


def test_process_and_run_in_one_apply(declared: Home, server: Server) -> None:
    server.clear()
    said = declared.ok("apply", "--auto-approve").out
    assert kinds(server) == ["processes", "GET", "validation", "run"]
    (run,) = runs(server, declared)
    assert f"! start  started {run}" in said
    assert "Apply complete: 2 of 2 carried out." in said
    assert [one["id"] for one in declared.record("start")["runs"]] == [run]
    assert f"run {run}" in declared.ok("state", "list").out


def test_a_run_is_started_once(declared: Home, server: Server) -> None:
    declared.ok("apply", "--auto-approve")
    server.clear()
    said = declared.ok("apply", "--auto-approve").out
    assert "No changes." in said
    assert kinds(server) == ["GET"]
    assert declared.run("plan", "--detailed-exitcode").code == 0
    refused = declared.run("run", "start", "--auto-approve")
    assert refused.code == 8 and "a run is started once" in refused.err
    assert len(runs(server, declared)) == 1


def test_an_edit_after_the_start_is_told_and_changes_nothing(declared: Home, server: Server) -> None:
    declared.ok("apply", "--auto-approve")
    declared.write(START, f"{RUN}completeEmail: false\n")
    said = declared.run("plan", "--detailed-exitcode")
    assert said.code == 0
    assert "its file has changed since" in said.out
    (declared.folder / START).unlink()
    assert declared.run("plan", "--detailed-exitcode").code == 0
    declared.write(START, RUN)
    declared.ok("apply", "--auto-approve")
    assert len(runs(server, declared)) == 1


def test_a_process_that_is_there_is_looked_at_and_validated_before(declared: Home, server: Server) -> None:
    (declared.folder / START).unlink()
    declared.ok("apply", "--auto-approve")
    declared.write(START, f"{RUN}completeEmail: false\n")
    server.clear()
    declared.ok("plan")
    assert kinds(server) == ["GET"]
    server.clear()
    declared.ok("apply", "--auto-approve")
    assert kinds(server) == ["GET", "GET", "validation", "run"]
    body = next(entry["body"] for entry in server.bodies() if entry["path"].endswith("/run"))
    assert body == {"sendProcessCompleteEmail": False}


def test_run_starts_what_a_file_declares(declared: Home, server: Server) -> None:
    refused = declared.run("run", "start", "--auto-approve")
    assert refused.code == 8 and "procspec apply close" in refused.err
    declared.ok("apply", "close", "--auto-approve")
    assert runs(server, declared) == []
    server.clear()
    declared.ok("run", "start", "--auto-approve", "--no-complete-email")
    assert kinds(server) == ["GET", "validation", "run"]
    plan = declared.run("plan", "--detailed-exitcode")
    assert plan.code == 0 and "its file has changed" not in plan.out  # the option is no edit of the file


def test_who_asks_for_a_run_asks_for_its_process(declared: Home, server: Server) -> None:
    declared.ok("apply", "start", "--auto-approve")
    assert len(runs(server, declared)) == 1


def test_what_is_not_valid_on_the_server_is_not_started(declared: Home, server: Server) -> None:
    server.control("PUT", "people/user-2", {"status": "suspended"})
    said = declared.run("apply", "--auto-approve")
    server.control("PUT", "people/user-2", {"status": "active"})
    assert said.code != 0
    assert "! start  not started" in said.out
    assert runs(server, declared) == []
    declared.ok("apply", "--auto-approve")
    assert len(runs(server, declared)) == 1


def test_a_process_that_was_not_created_is_not_started(declared: Home, server: Server, proxy: Proxy) -> None:
    proxy.faults = {"POST processes": "400"}
    said = declared.run("apply", "--auto-approve")
    assert said.code == 1
    assert "Nothing was started: close was not carried out." in said.out
    assert server.requests() == []


def test_a_saved_plan_starts_what_was_reviewed(declared: Home, server: Server) -> None:
    saved = str(declared.folder / "plan.json")
    declared.ok("plan", "--out", saved)
    assert '! start  run  "Close"' in declared.ok("show", saved).out
    shown = declared.ok("show", saved, "--requests").out
    assert "POST /processes/{id}/run" in shown
    declared.ok("apply", saved)
    assert len(runs(server, declared)) == 1
    assert declared.run("apply", saved).code == 6


def test_a_plan_file_that_says_something_else_is_refused(declared: Home, server: Server) -> None:
    declared.ok("apply", "close", "--auto-approve")
    path = declared.folder / "plan.json"
    declared.ok("plan", "--out", str(path))
    plan = json.loads(path.read_text())
    plan["runs"][0]["request"]["body"] = {"sendProcessCompleteEmail": False}
    path.write_text(json.dumps(plan))
    assert declared.run("apply", str(path)).code == 6
    assert runs(server, declared) == []


def test_a_process_by_its_id(declared: Home, server: Server) -> None:
    declared.ok("apply", "close", "--auto-approve")
    id = declared.record("close")["id"]
    declared.write(START, RUN.replace("process: close", f"process: {id}"))
    server.clear()
    said = declared.ok("plan").out
    assert kinds(server) == ["GET", "GET"]
    assert 'Ana Ruiz: "Reconcile", due 2024-12-15' in said
    declared.ok("apply", "--auto-approve")
    assert len(runs(server, declared)) == 1


def test_a_process_by_its_id_is_validated_before(declared: Home, server: Server) -> None:
    declared.ok("apply", "close", "--auto-approve")
    id = declared.record("close")["id"]
    declared.write(START, RUN.replace("process: close", f"process: {id}"))
    server.clear()
    declared.ok("run", "start", "--auto-approve")
    assert kinds(server) == ["GET", "validation", "run"]
    declared.write(START, RUN.replace("process: close", f"process: {id}").replace("start", "again"))
    server.control("PUT", "people/user-1", {"status": "suspended"})
    said = declared.run("apply", "--auto-approve")
    server.control("PUT", "people/user-1", {"status": "active"})
    assert said.code == 3 and f"{START}:3:10" in said.out
    assert len(runs(server, declared)) == 1


def test_a_process_that_somebody_changed_since_the_plan_is_not_started(
    declared: Home, server: Server
) -> None:
    """By its id nothing else would notice: other people would get the mail than the plan says."""
    declared.ok("apply", "close", "--auto-approve")
    id = declared.record("close")["id"]
    declared.write(START, RUN.replace("process: close", f"process: {id}"))
    saved = str(declared.folder / "plan.json")
    declared.ok("plan", "--out", saved)
    at = "/root/children/0/job/arguments/sendTaskArgs/assignee/id"
    patch = [{"op": "replace", "path": at, "value": "user-9"}]
    server.control("POST", f"processes/{id}/edit", patch)
    assert declared.run("apply", saved).code == 6
    assert runs(server, declared) == []


def test_a_process_whose_key_moves_is_looked_at_before(declared: Home, server: Server) -> None:
    """Its record is written anew, which says nothing about the process on the server."""
    declared.ok("apply", "close", "--auto-approve")
    declared.edit(FILE, "key: close", "key: shut")
    declared.write(START, RUN.replace("process: close", "process: shut"))
    text = (declared.folder / "procspec.yaml").read_text()
    declared.write("procspec.yaml", f"{text}moved: [{{from: close, to: shut}}]\n")
    saved = str(declared.folder / "plan.json")
    declared.ok("plan", "--out", saved)
    server.clear()
    declared.ok("apply", saved)
    assert kinds(server)[-3:] == ["GET", "validation", "run"]


def test_what_a_plan_file_says_of_a_run_is_what_is_started(declared: Home, server: Server) -> None:
    declared.ok("apply", "close", "--auto-approve")
    path = declared.folder / "plan.json"
    declared.ok("plan", "--out", str(path))
    for name, value in (("tasks", []), ("title", "Another"), ("process", "another"), ("inputs", {"a": 1})):
        plan = json.loads(path.read_text())
        plan["runs"][0][name] = value
        other = declared.folder / "other.json"
        other.write_text(json.dumps(plan))
        assert declared.run("apply", str(other)).code == 6, name
    assert runs(server, declared) == []


def test_a_process_that_nobody_knows(declared: Home) -> None:
    declared.write(START, RUN.replace("process: close", "process: clsoe"))
    said = declared.run("plan")
    assert said.code == 3
    assert f"{START}:3:10" in said.err
    assert 'Did you mean "close"?' in said.err
    assert declared.run("plan", "-o", "json").json["diagnostics"][0]["rule"] == "unknown-definition"


def test_what_another_system_takes_is_not_silently_dropped(declared: Home) -> None:
    declared.write(START, f"{RUN}inputs: {{a: 1}}\nenvironment: DEVELOPMENT\n")
    said = declared.run("validate")
    assert said.code == 3
    assert f"{START}:4:1" in said.err and f"{START}:5:1" in said.err


def test_one_key_for_a_process_and_a_run(declared: Home) -> None:
    declared.write(START, RUN.replace("key: start", "key: close"))
    said = declared.run("validate")
    assert said.code == 3 and "[duplicate-process]" in said.err


def test_copies_of_a_run(declared: Home, server: Server) -> None:
    declared.write(START, "kind: Run\nforEach: {a: {}, b: {}}\nkey: start-${each.key}\nprocess: close\n")
    said = declared.ok("apply", "--auto-approve").out
    assert "! start-a  started" in said and "! start-b  started" in said
    assert len(runs(server, declared)) == 2


def test_a_declared_run_that_goes_on_guards_its_process(declared: Home, server: Server) -> None:
    declared.ok("apply", "--auto-approve")
    declared.edit(FILE, "title: Costs, assignee: ben", "title: Costs, assignee: ana")
    said = declared.run("apply", "--auto-approve", "--allow-replace")
    assert said.code == 8
    assert f"close ({runs(server, declared)[0]})" in said.err


def test_a_state_that_was_lost_starts_nothing_a_second_time(declared: Home, server: Server) -> None:
    declared.ok("apply", "--auto-approve")
    state = declared.folder / ".procspec" / "state.db"
    state.rename(state.with_name("state.db.bak"))
    said = declared.run("apply", "start", "--auto-approve")
    assert said.code == 8
    assert "close, start a second time" in said.err


@pytest.mark.parametrize("fault", ["before", "after", "502", "id"])
def test_a_start_of_unknown_outcome_is_settled_by_hand(
    declared: Home, server: Server, proxy: Proxy, fault: str
) -> None:
    declared.ok("apply", "close", "--auto-approve")
    proxy.faults = {"POST run": fault}
    assert declared.run("apply", "--auto-approve").code == 4
    proxy.faults = {}
    assert declared.run("apply", "--auto-approve").code == 4
    assert "blocked" in declared.run("plan").out
    made = runs(server, declared)
    assert len(made) == (fault != "before")
    for id in made:
        assert declared.run("resolve", "start", "--id", "no-such-run").code == 1
        declared.ok("resolve", "start", "--id", id)
    if not made:
        declared.ok("resolve", "start", "--not-started")
        declared.ok("apply", "--auto-approve")
    assert len(runs(server, declared)) == 1
    assert declared.run("plan", "--detailed-exitcode").code == 0


def test_what_a_file_declares_is_a_run_of_its_process(declared: Home, server: Server) -> None:
    declared.ok("apply", "--auto-approve")
    (run,) = runs(server, declared)
    assert run in declared.ok("status", "close").out
    declared.write(START, RUN.replace("key: start", "key: again"))
    assert "started before: " in declared.ok("plan").out and f"({run})" in declared.ok("plan").out
    assert f"({run})" in declared.ok("run", "close", "--auto-approve").out
    newest = next(id for id in runs(server, declared) if id != run)
    assert newest in declared.ok("status", "close").out


def test_an_unknown_start_leaves_its_process_alone(declared: Home, server: Server, proxy: Proxy) -> None:
    """Nobody knows whether people got mail already."""
    declared.ok("apply", "close", "--auto-approve")
    proxy.faults = {"POST run": "after"}
    declared.write("more.procspec.yaml", RUN.replace("key: start", "key: more"))
    said = declared.run("apply", "--auto-approve")
    assert said.code == 4
    proxy.faults = {}
    assert declared.run("run", "close", "--auto-approve").code == 4
    assert declared.run("apply", "--auto-approve").code == 4
    assert declared.run("status", "close").code == 4
    (run,) = runs(server, declared)
    key = "more" if declared.run("resolve", "more", "--id", run).code == 0 else "start"
    if key == "start":
        declared.ok("resolve", "start", "--id", run)
    declared.ok("apply", "--auto-approve")
    assert len(runs(server, declared)) == 2


def test_who_starts_just_now_is_waited_for(declared: Home, server: Server, faults: Faults) -> None:
    """The outcome is not unknown while somebody is at work."""
    declared.write("procspec.yaml", PROJECT.format(url=server.url))
    declared.ok("apply", "close", "--auto-approve")
    faults.set(slow(3, "POST", "/processes/*/run"))
    command = [sys.executable, "-m", "procspec", "-C", str(declared.folder), "run", "close", "--auto-approve"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as first:
        while not any(path.endswith("/run") for _, path in server.requests()):
            time.sleep(0.02)
        second = declared.run("run", "close", "--auto-approve")
        looked = declared.run("status", "close")
        assert first.wait() == 0
    assert (second.code, looked.code) == (5, 5), second.err
    assert "procspec run close" in second.err
    assert len(runs(server, declared)) == 1


def test_a_refused_start_leaves_nothing_behind(declared: Home, server: Server, proxy: Proxy) -> None:
    declared.ok("apply", "close", "--auto-approve")
    proxy.faults = {"POST run": "400"}
    assert declared.run("apply", "--auto-approve").code == 1
    assert declared.run("state", "show", "start").code == 64
    proxy.faults = {}
    declared.ok("apply", "--auto-approve")
    assert len(runs(server, declared)) == 1
