"""`roll`: the next period against this one, and what becomes of the old period's processes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Home
from tests.promises import Truth

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "quarter-close"
PROJECT = """\
kind: Project
name: close
period: 2024-Q4
environments:
  local: {provider: workiva, url: emulator, clock: 2024-09-30}
variables:
  entities: {default: {us: {name: Acme Inc.}, de: {name: Acme GmbH}}}
people: {ana: user-1, ben: user-2}
calendars:
  work:
    businessDaysOfWeek: [monday, tuesday, wednesday, thursday, friday]
    businessDateExclusions: [2025-04-01]
"""
PROCESS = """\
kind: Process
key: close-${each.key}-${period.name}
forEach: ${var.entities}
name: ${each.value.name} ${period.name}
businessStartDate: ${period.start}
businessEndDate: ${period.end}
calendar: work
root:
  name: Steps
  children:
    - job: reconcile
      sendTask: {title: Reconcile, assignee: ana, approver: ben, dueDate: WD+1}
    - job: report
      sendTask: {title: Report, assignee: ben, approver: ana, dueDate: end+3d, document: doc-1}
"""


@pytest.fixture
def close(home: Home) -> Home:
    home.write("procspec.yaml", PROJECT)
    home.write("close.procspec.yaml", PROCESS)
    return home


def rolled(home: Home, period: str, *words: str) -> Any:
    return home.ok("roll", period, "-o", "json", *words).json


def fields(process: Any) -> dict[str, tuple[Any, Any]]:
    return {
        f"{change['node']}.{change.get('field', '')}": (change.get("before"), change.get("after"))
        for change in process.get("changes", [])
    }


def test_dates_and_names_move_and_nothing_else(close: Home) -> None:
    found = rolled(close, "2025-Q1")
    us, de = found["processes"]
    assert (us["before"], us["after"], us["tasks"]) == ("close-us-2024-Q4", "close-us-2025-Q1", 2)
    assert (de["before"], de["after"]) == ("close-de-2024-Q4", "close-de-2025-Q1")
    assert fields(us) == {
        ".name": ("Acme Inc. 2024-Q4", "Acme Inc. 2025-Q1"),
        ".businessStartDate": ("2024-10-01", "2025-01-01"),
        ".businessEndDate": ("2024-12-31", "2025-03-31"),
        "reconcile.dueDate": ("2025-01-01", "2025-04-02"),
        "report.dueDate": ("2025-01-03", "2025-04-03"),
    }


def test_what_is_left_to_do_by_hand(close: Home) -> None:
    us = rolled(close, "2025-Q1")["processes"][0]
    assert [(one["path"], one["id"]) for one in us["choices"]] == [("report.document", "doc-1")]
    assert "landings" not in us


def test_a_date_that_lands_on_no_business_day(close: Home) -> None:
    close.edit("close.procspec.yaml", "end+3d", "end+1d")
    us = rolled(close, "2025-Q1")["processes"][0]
    assert [(one["path"], one["day"]) for one in us["landings"]] == [("report.dueDate", "2025-04-01")]
    text = close.ok("roll", "2025-Q1").out
    assert "holiday: report.dueDate lands on Tue 2025-04-01, which is no business day" in text


def test_what_people_see(close: Home) -> None:
    text = close.ok("roll", "2025-Q1").out
    assert text.startswith("close: 2024-Q4 -> 2025-Q1 in local\n")
    assert "+ close-us-2025-Q1  after close-us-2024-Q4, 2 tasks in both  close.procspec.yaml:2:6 [us]" in text
    assert "WD+1  Wed 2025-01-01 -> Wed 2025-04-02  close.procspec.yaml:12:75 [us]" in text
    assert 'by hand: report.document is still "doc-1"' in text
    assert text.rstrip().endswith('To go there, write "period: 2025-Q1" into procspec.yaml.')


def test_an_entity_of_the_next_period_alone(close: Home) -> None:
    close.edit(
        "procspec.yaml",
        "{default: {us: {name: Acme Inc.}, de: {name: Acme GmbH}}}",
        "{default: {us: {name: A}}}",
    )
    (us,) = rolled(close, "2025-Q1")["processes"]
    assert us["after"] == "close-us-2025-Q1"


def test_a_process_without_a_period_in_its_key(close: Home) -> None:
    close.edit("close.procspec.yaml", "close-${each.key}-${period.name}", "close-${each.key}")
    assert "its key has no period in it" in close.ok("roll", "2025-Q1").out


def test_the_old_periods_processes_are_kept(close: Home) -> None:
    close.ok("apply", "--auto-approve")
    assert rolled(close, "2025-Q1")["kept"] == ["close-de-2024-Q4", "close-us-2024-Q4"]
    close.edit("procspec.yaml", "period: 2024-Q4", "period: 2025-Q1")
    plan = close.plan("--prune")
    assert plan["kept"] == ["close-de-2024-Q4", "close-us-2024-Q4"]
    assert {item["action"] for item in plan["processes"]} == {"create"}
    assert "orphans" not in plan
    close.ok("apply", "--auto-approve", "--prune")
    assert len(Truth(close.folder).alive()) == 4
    assert close.ok("plan", "--prune", "--detailed-exitcode").code == 0
    text = close.ok("plan").out
    assert (
        "kept: close-de-2024-Q4, close-us-2024-Q4 belong to another period; nothing happens to them." in text
    )


def test_what_was_removed_is_trashed_in_its_own_period(close: Home) -> None:
    close.ok("apply", "--auto-approve")
    close.edit("procspec.yaml", "period: 2024-Q4", "period: 2025-Q1")
    close.edit("procspec.yaml", ", de: {name: Acme GmbH}", "")
    assert len(close.plan("--prune")["processes"]) == 1
    old = close.plan("--prune", "--period", "2024-Q4")
    actions = {item["key"]: item["action"] for item in old["processes"]}
    assert actions == {"close-us-2024-Q4": "no-op", "close-de-2024-Q4": "trash"}


@pytest.mark.parametrize("period", ["2024-Q9", "x", " ", "2024-13"])
def test_a_period_that_there_is_not(close: Home, period: str) -> None:
    assert close.run("roll", period).code == 64


def test_a_project_without_a_period(home: Home) -> None:
    home.write("procspec.yaml", "kind: Project\nname: x\n")
    result = home.run("roll", "2025-Q1")
    assert result.code == 64 and "has no period" in result.err


def test_the_example_rolls_with_dates_and_names_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "quarter-close")
    shutil.copytree(EXAMPLE, home.folder, ignore=shutil.ignore_patterns(".procspec"))
    processes = rolled(home, "2025-Q1")["processes"]
    assert len(processes) == 3
    moved = {name.partition(".")[2] for process in processes for name in fields(process)}
    assert moved <= {
        *("name", "title", "instructions", "dueDate", "approverDueDate"),
        *("businessStartDate", "businessEndDate", "businessDateExclusions"),
    }
    for process in processes:
        for name, (before, after) in fields(process).items():
            if name.endswith((".name", ".title", ".instructions")):
                assert before.replace("2024-Q4", "2025-Q1").replace("2024-Q3", "2024-Q4") == after
        assert "landings" not in process
    assert sum(len(process.get("choices", [])) for process in processes) == 8


def test_kept_processes_do_not_hide_how_many_go(close: Home) -> None:
    """40 processes of four closed quarters are no reason to trash ten of this one without a word."""
    twelve = ", ".join(f"e{number:02}: {{name: E{number}}}" for number in range(12))
    close.edit("procspec.yaml", "us: {name: Acme Inc.}, de: {name: Acme GmbH}", twelve)
    for period in ("2024-Q4", "2025-Q1", "2025-Q2"):
        close.ok("apply", "--auto-approve", "--period", period)
    four = ", ".join(f"e{number:02}: {{name: E{number}}}" for number in range(8))
    close.edit("procspec.yaml", twelve, four)
    words = ("apply", "--auto-approve", "--prune", "--period", "2025-Q2")
    refused = close.run(*words)
    assert refused.code == 8 and "4 of 12 processes" in refused.err
    assert close.run(*words, "--allow-many").code == 0
