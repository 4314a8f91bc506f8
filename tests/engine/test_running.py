"""run: starts once, tells whom it reaches, and never a second time."""

from __future__ import annotations

import json
import os
import resource
import shlex
import subprocess
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


def test_what_policies_forbid_is_not_started(ready: Home, server: Server) -> None:
    """As in a plan: whoever may not apply it may not start it either."""
    waiver = "waivers: [{policy: no-approver, reason: Agreed., owner: ana, expires: 2024-10-31}]\n"
    ready.edit(FILE, "autoClose: true\n", f"autoClose: true\n{waiver}")
    ready.ok("plan", "--as-of", "2024-10-31")
    assert ready.run("plan", "--as-of", "2024-11-01").code == 3
    server.clear()
    result = ready.run("run", "close", "--auto-approve", "--as-of", "2024-11-01")
    assert result.code == 3 and "[expired-waiver]" in result.err
    assert server.requests() == [] and runs(server, ready) == []
    listed = ready.run("run", "close", "--auto-approve", "--as-of", "2024-11-01", "-o", "json")
    assert listed.code == 3 and [one["rule"] for one in listed.json["diagnostics"]] == ["expired-waiver"]
    ready.ok("run", "close", "--auto-approve", "--as-of", "2024-10-31")


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


def test_a_run_of_an_older_process_is_in_nobodys_way(ready: Home, server: Server) -> None:
    """It stays with the process that was replaced; one of the process that would go now does count."""
    ready.ok("run", "close", "--auto-approve")
    (older,) = runs(server, ready)
    replaceable(ready)
    ready.ok("apply", "--auto-approve", "--allow-replace", "--allow-active-run")
    assert server.call("GET", f"/processRuns/{older}").json()["status"] == "running"
    ready.edit(FILE, "title: Costs, assignee: ana", "title: Costs, assignee: ben")
    ready.ok("apply", "--auto-approve", "--allow-replace")
    ready.ok("run", "close", "--auto-approve")
    (present,) = runs(server, ready)
    assert [known["id"] for known in ready.record("close")["runs"]] == [older, present]
    replaceable(ready)
    server.clear()
    refused = ready.run("apply", "--auto-approve", "--allow-replace")
    assert refused.code == 8
    assert f"close ({present})" in refused.err
    assert older not in refused.err
    assert {method for method, _ in server.requests()} == {"GET"}
    ready.ok("apply", "--auto-approve", "--allow-replace", "--allow-active-run")


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


def break_lock(home: Home) -> None:
    """What somebody does who takes the command that is under way for dead."""
    held = home.run("apply", "--auto-approve")
    id = held.err.rpartition("unlock ")[2].split()[0].strip("`")
    home.ok("state", "unlock", id.strip("`."))


def test_protection_that_cannot_be_kept_is_an_outcome_of_its_own(
    close: Home, server: Server, proxy: Proxy
) -> None:
    """The lock is broken at the last request, which is about another process: its outcome is told too."""
    close.write("procspec.yaml", PROJECT.format(url=proxy.url))
    text = (close.folder / FILE).read_text()
    close.write(
        "other.procspec.yaml", text.replace("key: close", "key: other").replace("2024-12-31", "2024-01-31")
    )
    assert close.run("apply", "--auto-approve").code == 3
    close.edit(FILE, "name: Close", "name: Close\nprotect: true")
    proxy.meanwhile = {"POST validation": lambda: break_lock(close)}
    result = close.run("apply", "--auto-approve", "-o", "json")
    proxy.meanwhile = {}
    outcomes = {one["key"]: one for one in result.json["outcomes"]}
    assert (result.code, outcomes["close"]["exit_code"], outcomes["other"]["exit_code"]) == (5, 5, 3)
    assert "was broken" in outcomes["close"]["error"]
    assert "protect" not in close.record("close")
    again = close.run("apply", "--auto-approve")
    assert (again.code, close.record("close")["protect"]) == (3, True)


# ----------------------------------------------------------------------------- the emergency file


def test_an_id_that_cannot_be_saved_goes_to_a_file(close: Home, server: Server, proxy: Proxy) -> None:
    """Somebody breaks the lock while the create is under way: the write of the id is refused."""
    close.write("procspec.yaml", PROJECT.format(url=proxy.url))
    proxy.meanwhile = {"POST processes": lambda: break_lock(close)}
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


HOMES = {"unknown": {"HOME": "~"}, "gone": {"HOME": "/nonexistent"}, "of the system": {}}
"""Of a user whom nobody knows, of one whose folder is gone, and the one that the system tells."""

KEEP = """
import resource, sys
from pathlib import Path
from procspec.state.emergency import keep
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
print(keep({"id": "p-1"}, Path(sys.argv[1])))
"""


def at(where: str) -> dict[str, str]:
    """The environment of a process with that home, and with no folder for temporary files of its own."""
    known = {name: value for name, value in os.environ.items() if name not in ("HOME", "TEMP", "TMP")}
    return {**known, "TMPDIR": "/nonexistent", **HOMES[where]}


@pytest.mark.parametrize("where", HOMES)
@pytest.mark.parametrize("folder", [".", "gone", "file/below"])
def test_no_place_for_the_file_is_no_error(tmp_path: Path, folder: str, where: str) -> None:
    """No file may hold a byte: as on a disk that is full, wherever one looks."""
    (tmp_path / "file").touch()
    ended = subprocess.run(
        [sys.executable, "-c", KEEP, str(tmp_path / folder)],
        env={**at(where), "PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "None\n", "")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="Linux alone can limit a process that runs")
@pytest.mark.parametrize("where", HOMES)
def test_an_id_that_no_place_takes_is_told_with_the_way_back(
    close: Home, server: Server, proxy: Proxy, where: str
) -> None:
    """Every disk is full by the time the create is answered; the command that recovers is whole."""
    variables = "variables:\n  period: {default: 2024-Q3}\n  final: {default: false}\n"
    lists = "  codes: {default: {}}\n  steps: {type: list}\nperiod: 2024-Q4\n"
    close.write("procspec.yaml", PROJECT.format(url=proxy.url) + variables + lists)
    close.edit(FILE, "name: Close", "name: Close ${var.period} ${period.name} ${var.codes.us}")
    before = {item["id"] for item in server.control("GET", "processes")}
    command = [sys.executable, "-m", "procspec", "-C", str(close.folder), "apply", "--auto-approve"]
    values = ["period=2024 Q4", "final=true", 'codes={"us": "it\'s 1"}', 'steps=[1, true, "x"]']
    given = [f"--var={value}" for value in values]
    children: list[subprocess.Popen[str]] = []

    def fill_up() -> None:
        resource.prlimit(children[0].pid, resource.RLIMIT_FSIZE, (0, 0))

    proxy.meanwhile = {"POST processes": fill_up}
    with subprocess.Popen(
        [*command, "-e", "served", "--period", "2025-Q1", *given],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=at(where),
    ) as child:
        children.append(child)
        out, err = child.communicate()
    assert child.returncode == 1, out + err
    (made,) = {item["id"] for item in server.control("GET", "processes")} - before
    assert f"close was created as {made}, and that could not be recorded" in out
    assert "No file could be written for it: note it down now." in out
    assert "Traceback" not in out + err
    recover = next(line for line in out.splitlines() if "procspec -C" in line).partition(": ")[2]
    way = ["resolve", "close", "--id", made, "-e", "served", "--period=2025-Q1", *given]
    assert shlex.split(recover) == ["procspec", "-C", str(close.folder), *way]
    assert close.run("plan", *given).code == 4
    close.ok(*shlex.split(recover)[3:])
    assert close.record("close", *given)["id"] == made
    close.ok("apply", "--auto-approve", *way[-5:])
