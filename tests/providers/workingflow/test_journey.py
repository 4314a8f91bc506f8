"""The example from end to end: planned, applied, looked at; and what goes wrong on the way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from procspec.providers.workingflow.emulator import TOKEN
from tests import faults
from tests.conftest import Home, Server
from tests.faults import Served
from tests.providers.workingflow.emulator.caller import EXPENSE, Caller

EXAMPLE = Path(__file__).parents[3] / "examples" / "expense-reimbursement"
PROJECT = """\
kind: Project
name: expenses
environments:
  served: {{provider: workingflow, url: "{url}"}}
"""
RUN = """\
kind: Run
key: engineering
process: {process}
inputs: {{department: Engineering}}
"""
LIST, START = ("GET", "/processapi/list"), ("POST", EXPENSE)


def test_the_example(home: Home) -> None:
    shutil.copytree(EXAMPLE, home.folder, dirs_exist_ok=True)
    assert "Plan: 3 to start." in home.ok("plan").out
    done = home.ok("apply", "--auto-approve")
    assert "3 of 3 carried out" in done.out
    assert "3 runs were started already" in home.ok("plan").out
    home.ok("apply", "--auto-approve")
    assert "Plan: 3 to start." in home.ok("plan", "--period", "2026-05").out
    status = home.ok("status", "expenses-2026-04-sales").out
    assert "Expense Reimbursement Demo" in status and "ACTIVE" in status
    assert '"Submit Expense Report"' in status and "2026-05-01" in status
    database = home.folder / ".procspec" / "emulator-workingflow.db"
    emulator = Caller(database)
    assert len(emulator.control("GET", "instances")) == 3
    emulator.upload("52413", "flight.pdf", b"%PDF", variable="receipt")
    home.ok("files", "expenses-2026-04-sales", "--out", str(home.folder / "receipts"))
    assert (home.folder / "receipts" / "flight.pdf").read_bytes() == b"%PDF"


@pytest.fixture
def project(home: Home, served: Server, monkeypatch: pytest.MonkeyPatch) -> Home:
    """One run of the expense process, on the served emulator."""
    monkeypatch.setenv("PROCSPEC_TOKEN", TOKEN)
    home.write("procspec.yaml", PROJECT.format(url=served.url))
    home.write("engineering.procspec.yaml", RUN.format(process="expense_reimbursement_demo"))
    return home


def test_requests_are_the_least_possible(project: Home, served: Server) -> None:
    project.ok("plan")
    assert served.requests() == [LIST]
    project.ok("plan", "--out", str(project.folder / "plan.json"))
    served.clear()
    project.ok("apply", str(project.folder / "plan.json"))
    assert served.requests().count(START) == 1
    assert set(served.requests()) <= {LIST, START}
    served.clear()
    project.ok("plan")
    assert served.requests() == []
    project.ok("status", "engineering")
    assert served.requests() == [("GET", "/processapi/52407/status")]


@pytest.mark.parametrize(
    ("process", "said"),
    [
        ("leave_request_demo", "start form"),
        ("expense_reimbursement", 'Did you mean "expense_reimbursement_demo"?'),
    ],
)
def test_what_cannot_be_started_is_found_while_planning(
    project: Home, served: Server, process: str, said: str
) -> None:
    project.write("engineering.procspec.yaml", RUN.format(process=process))
    for command in (("plan",), ("apply", "--auto-approve")):
        result = project.run(*command)
        assert result.code == 3 and "engineering.procspec.yaml:3:10" in result.err and said in result.err
    assert START not in served.requests() and served.control("GET", "instances") == []


def test_a_suspended_process_is_refused_and_can_be_started_later(project: Home, served: Server) -> None:
    """003's list does not show it: the start does."""
    state = "definitions/expense_reimbursement_demo/state"
    served.control("PUT", state, {"suspended": True})
    result = project.run("apply", "--auto-approve")
    assert result.code == 1 and "PROCESS_SUSPENDED" in result.out and "Activate the process" in result.out
    served.control("PUT", state, {"suspended": False})
    project.ok("apply", "--auto-approve")
    assert len(served.control("GET", "instances")) == 1


def test_a_suspended_process_is_found_while_planning_where_the_list_shows_it(
    project: Home, served: Server
) -> None:
    served.control("PUT", "definitions/expense_reimbursement_demo/state", {"suspended": True})
    served.control("PUT", "quirks", {"quirks": ["suspended-flag"]})
    for command in (("plan",), ("apply", "--auto-approve")):
        result = project.run(*command)
        assert result.code == 3 and "engineering.procspec.yaml:3:10" in result.err
        assert 'The process "expense_reimbursement_demo" is suspended.' in result.err
    assert START not in served.requests()
    served.control("PUT", "definitions/expense_reimbursement_demo/state", {"suspended": False})
    project.ok("apply", "--auto-approve")


def test_a_lost_answer_is_never_followed_by_a_second_start(project: Home, served: Server) -> None:
    Served(served.control).set(faults.drop("POST"))
    assert project.run("apply", "--auto-approve").code == 4
    Served(served.control).clear()
    for command in (("plan",), ("apply", "--auto-approve"), ("files", "engineering")):
        assert project.run(*command).code == 4
    (only,) = served.control("GET", "instances")
    project.ok("resolve", "engineering", "--id", only["id"])
    assert "1 run was started already" in project.ok("plan").out
    assert served.requests().count(START) == 1


def test_the_key_is_shown_nowhere(project: Home, served: Server) -> None:
    served.control("PUT", "keys", {"key": TOKEN, "active": False})
    for command in (("plan",), ("status", "52407"), ("files", "52407", "-o", "json")):
        result = project.run(*command)
        assert result.code == 7 and TOKEN not in result.out + result.err
        assert "/admin/api-keys" in result.out + result.err


@pytest.mark.parametrize(
    ("command", "instead"),
    [
        (("add-jobs", "1", "jobs.yaml"), "deploy another one"),
        (("task", "1", "node", "--complete"), "task list of the web application"),
    ],
)
def test_what_the_system_cannot_do_is_said_before_any_request(
    project: Home, served: Server, command: tuple[str, ...], instead: str
) -> None:
    project.write("jobs.yaml", "[]")
    result = project.run(*command)
    assert result.code == 64 and instead in result.err
    assert served.requests() == []


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        ("COMPLETED", 0, "is complete"),
        ("ACTIVE", 0, "is complete (ACTIVE)"),
        ("ARCHIVED", 9, "is over, and nobody can tell how it ended (ARCHIVED)"),
        ("DELETED", 9, "was cancelled (DELETED)"),
    ],
)
def test_only_a_known_word_is_a_good_end(
    project: Home, served: Server, status: str, code: int, said: str
) -> None:
    project.ok("apply", "--auto-approve")
    served.control("POST", "instances/52407/end", {"status": status})
    result = project.run("watch", "engineering")
    assert (result.code, f"Run 52407 {said}" in result.out) == (code, True)


def test_an_unclaimed_task_says_so_until_somebody_takes_it(project: Home, served: Server) -> None:
    project.ok("apply", "--auto-approve")
    shown = project.ok("status", "engineering", "-o", "json").json["run"]["root"]["children"]
    assert shown[0]["detail"] == "nobody has claimed it yet"
    assert "active (nobody has claimed it yet)" in project.ok("status", "engineering").out
    served.control("POST", "instances/52407/claim", {"task": shown[0]["id"], "user": "ana.ruiz@example.com"})
    out = project.ok("status", "engineering").out
    assert "claimed" not in out and "ana.ruiz@example.com" in out
