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


def test_a_warning_about_the_files_is_told_once(close: Home) -> None:
    close.edit(
        "close.procspec.yaml", "  children:\n", "  children:\n    - {group: none, name: None, children: []}\n"
    )
    assert close.ok("roll", "2025-Q1").err.count("[empty-group]") == 1


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


def test_a_date_that_stays_behind_is_to_be_chosen_by_hand(close: Home) -> None:
    close.edit("close.procspec.yaml", "dueDate: WD+1}", "dueDate: 2025-01-10}")
    us = rolled(close, "2025-Q1")["processes"][0]
    assert [one["path"] for one in us["choices"]] == ["reconcile.dueDate", "report.document"]
    result = close.ok("roll", "2025-Q2")
    assert "by hand: reconcile.dueDate is still 2025-01-10; choose the one of the period" in result.out
    assert "`procspec validate --period 2025-Q2` shows" in result.err


def test_the_period_that_it_is_already(close: Home) -> None:
    for words in (("2024-Q4",), ("",), ("2025-Q2", "--period", "2025-Q2")):
        result = close.run("roll", *words)
        assert result.code == 64 and "already" in result.err


def test_back_to_a_period_that_is_applied(close: Home) -> None:
    close.ok("apply", "--auto-approve")
    back = close.run("roll", "2024-Q4", "--period", "2025-Q1", "-o", "json").json["processes"]
    assert [one["there"] for one in back] == [True, True]
    text = close.ok("roll", "2024-Q4", "--period", "2025-Q1").out
    assert "  close-us-2024-Q4  after close-us-2025-Q1, 2 tasks in both, applied already" in text


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


def test_what_roll_says_at_its_end_can_be_typed(close: Home) -> None:
    close.edit("procspec.yaml", "period: 2024-Q4", "period: 2024")
    told = close.ok("roll", "2025").out.rstrip()
    assert told.endswith('To go there, write "period: 2025" into procspec.yaml.')
    close.edit("procspec.yaml", "period: 2024", "period: 2025")
    assert [item["key"] for item in close.plan()["processes"]] == ["close-us-2025", "close-de-2025"]


PREVIOUS = """\
kind: Process
key: close-${each.key}
forEach: [{key: "of-${period.previous}"}, {key: "of-${period.name}"}]
name: Close
root:
  name: Steps
  children:
    - job: open-${period.start}
      sendTask: {title: Open, assignee: ana}
    - job: ready-2025-Q1
      sendTask: {title: Ready, assignee: ana}
    - group: compare-${period.previous}-${period.next}
      name: Compare
      children:
        - job: see-${each.key}
          forEach: [{key: "${period.previous}"}, {key: "${period.name}"}, {key: "${period.next}"}]
          sendTask: {title: "See ${each.key}", assignee: ana}
"""


def test_keys_with_anything_of_the_period_belong_together(close: Home) -> None:
    """Of three copies two have a key that another one has in the other period."""
    close.write("close.procspec.yaml", PREVIOUS)
    first, second = rolled(close, "2025-Q1")["processes"]
    assert (first["before"], first["after"]) == ("close-of-2024-Q3", "close-of-2024-Q4")
    assert (second["before"], second["after"], second["tasks"]) == ("close-of-2024-Q4", "close-of-2025-Q1", 5)
    assert fields(second) == {
        "see-2024-Q4.title": ("See 2024-Q3", "See 2024-Q4"),
        "see-2025-Q1.title": ("See 2024-Q4", "See 2025-Q1"),
        "see-2025-Q2.title": ("See 2025-Q1", "See 2025-Q2"),
    }


COPIED = """\
kind: Process
key: {key}
forEach: {entries}
name: Close
root:
  name: Steps
  children:
    - job: reconcile
      sendTask: {{title: Reconcile, assignee: ana, approver: ben, instructions: All of it.}}
    - job: report
      sendTask: {{title: Report, assignee: ben, approver: ana, instructions: All of it.}}
"""


@pytest.mark.parametrize(
    ("key", "entries", "name"),
    [
        ("close-${each.key}", "[{key: 'us-${period.name}'}]", "close-us-2024-Q4"),
        ("close-${each.key}-${each.value.of}", "{us: {of: '${period.name}'}}", "close-us-2024-Q4"),
        ("close-${each.key}-${each.value}", "{us: '${period.end}'}", "close-us-2024-12-31"),
    ],
)
def test_a_period_that_comes_by_an_entry_keeps_its_processes(
    close: Home, key: str, entries: str, name: str
) -> None:
    close.write("close.procspec.yaml", COPIED.format(key=key, entries=entries))
    close.ok("apply", "--auto-approve")
    found = rolled(close, "2025-Q1")
    assert found["kept"] == [name]
    (process,) = found["processes"]
    assert (process["before"], process["tasks"], process.get("changes", [])) == (name, 2, [])
    plan = close.plan("--period", "2025-Q1")
    assert plan["kept"] == [name]
    assert "hints" not in plan and "orphans" not in plan
    close.ok("apply", "--auto-approve", "--period", "2025-Q1", "--prune")
    assert len(Truth(close.folder).alive()) == 2


WITH_VARIABLE = """\
kind: Process
key: close-${var.period}
name: Close
dueDate: 2024-12-31
root:
  name: Steps
  children:
    - job: reconcile
      sendTask: {title: Reconcile, assignee: ana}
"""


@pytest.fixture
def old(close: Home) -> Home:
    """A close of before there were periods, applied."""
    close.edit("procspec.yaml", "variables:\n", "variables:\n  period: {default: 2024-Q4}\n")
    close.write("close.procspec.yaml", WITH_VARIABLE)
    close.ok("apply", "--auto-approve")
    close.edit("close.procspec.yaml", "${var.period}", "${period.name}")
    return close


def test_a_key_that_is_made_from_the_period_from_now_on(old: Home) -> None:
    """The key is the same: the server has nothing to do, and the record learns whose it is."""
    assert old.ok("plan", "--detailed-exitcode").code == 0
    assert "No changes." in old.ok("apply", "--auto-approve").out
    assert old.record("close-2024-Q4")["period"] == "2024-Q4"
    assert "No changes." in old.ok("apply", "--auto-approve").out
    old.edit("procspec.yaml", "period: 2024-Q4", "period: 2025-Q1")
    assert old.plan("--prune")["kept"] == ["close-2024-Q4"]
    old.ok("apply", "--auto-approve", "--prune")
    assert len(Truth(old.folder).alive()) == 2
    assert old.record("close-2024-Q4").get("trashed", False) is False


def test_a_closed_period_is_no_move_to_the_next_one(old: Home) -> None:
    """Nothing was applied since the key is made from the period: the record does not know its own."""
    plan = old.plan("--period", "2025-Q1")
    assert plan["orphans"] == ["close-2024-Q4"] and "hints" not in plan
    old.edit("close.procspec.yaml", "key: close-", "key: closing-")
    (hint,) = old.plan()["hints"]
    assert "{from: close-2024-Q4, to: closing-2024-Q4}" in hint


def test_a_key_that_is_made_from_the_period_no_more(old: Home) -> None:
    old.ok("apply", "--auto-approve")
    old.edit("close.procspec.yaml", "${period.name}", "${var.period}")
    old.ok("apply", "--auto-approve")
    assert old.record("close-2024-Q4").get("period", "") == ""


@pytest.mark.parametrize("action", ["update", "replace", "restore", "recheck"])
def test_the_record_learns_the_period_whatever_is_done(old: Home, action: str) -> None:
    if action == "update":
        old.edit("close.procspec.yaml", "name: Close", "name: All closed")
    elif action == "replace":
        old.edit("close.procspec.yaml", "assignee: ana", "assignee: ben")
    elif action == "restore":
        text = (old.folder / "close.procspec.yaml").read_text()
        (old.folder / "close.procspec.yaml").unlink()
        old.ok("apply", "--auto-approve", "--prune")
        old.write("close.procspec.yaml", text)
    else:
        old.edit("close.procspec.yaml", "dueDate: 2024-12-31", "dueDate: 2024-01-31")
        old.edit("close.procspec.yaml", "${period.name}", "${var.period}")
        assert old.run("apply", "--auto-approve").code == 3
        old.edit("close.procspec.yaml", "${var.period}", "${period.name}")
    code = old.run("apply", "--auto-approve", "--allow-replace").code
    assert code == (3 if action == "recheck" else 0)
    assert old.record("close-2024-Q4")["period"] == "2024-Q4"
