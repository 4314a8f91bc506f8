"""Causes in plans of whole projects: workdays, calendars and people behind what the files say."""

from __future__ import annotations

import pytest

from tests.conftest import Home

PROJECT = """\
kind: Project
name: close
environments:
  local: {provider: workiva, url: emulator, clock: 2024-09-30}
people:
  ana: {id: user-1, name: Ana Ruiz}
calendars:
  us:
    businessDaysOfWeek: [monday, tuesday, wednesday, thursday, friday]
    businessDateExclusions: [2024-12-25]
"""
PROCESS = """\
kind: Process
key: close
name: Close
businessEndDate: 2024-12-31
dueDate: WD+10
calendar: us
root:
  name: Steps
  children:
    - job: reconcile
      sendTask: {title: Reconcile, assignee: ana, dueDate: WD+3}
"""
FILE = "close.procspec.yaml"


@pytest.fixture
def workdays(home: Home) -> Home:
    """A process whose dates are workdays, applied."""
    home.write("procspec.yaml", PROJECT)
    home.write(FILE, PROCESS)
    home.ok("apply", "--auto-approve")
    assert home.pending() == []
    return home


def causes(home: Home) -> dict[str, str]:
    return {
        f"{change['node']}.{change['field']}".lstrip("."): change.get("cause", "spec")
        for change in home.pending()
    }


def test_a_holiday(workdays: Home) -> None:
    workdays.edit("procspec.yaml", "[2024-12-25]", "[2024-12-25, 2025-01-01]")
    assert causes(workdays) == {
        "businessDateExclusions": "calendar",
        "dueDate": "calendar",
        "reconcile.dueDate": "calendar",
    }
    shown = workdays.ok("plan").out
    assert shown.count("[calendar: its days changed]") == 3


def test_the_end_of_the_period(workdays: Home) -> None:
    workdays.edit(FILE, "businessEndDate: 2024-12-31", "businessEndDate: 2025-01-31")
    assert set(causes(workdays).values()) == {"spec"}


def test_another_workday(workdays: Home) -> None:
    workdays.edit(FILE, "WD+3", "WD+4")
    assert causes(workdays) == {"reconcile.dueDate": "spec"}


def test_a_day_in_the_place_of_a_workday(workdays: Home) -> None:
    workdays.edit(FILE, "WD+3", "2025-01-03")
    assert causes(workdays) == {}
    workdays.edit(FILE, "2025-01-03", "2025-01-06")
    assert causes(workdays) == {"reconcile.dueDate": "spec"}


def test_another_id_behind_a_name(workdays: Home) -> None:
    workdays.edit("procspec.yaml", "id: user-1,", "id: user-2,")
    assert causes(workdays) == {"reconcile.assignee": "person"}
    assert "[person: the id behind the name changed]" in workdays.ok("plan").out
