"""What the dates that the server moves break where they land: by all policies that are in force."""

from __future__ import annotations

import json

import pytest

from procspec.providers.workiva.emulator.edits import edited
from procspec.providers.workiva.emulator.store import Store
from procspec.providers.workiva.emulator.world import World
from tests.conftest import Home

PROJECT = """\
kind: Project
name: close
environments:
  local: {provider: workiva, url: emulator, clock: 2024-09-30}
people:
  ana: {id: user-1, name: Ana Ruiz}
  ben: {id: user-2, name: Ben Cole}
"""

# Each date is so many business days after the start; a week later, so is each of those that follow.
PROCESS = """\
kind: Process
key: close
name: Close
relativeDates: true
businessStartDate: 2025-01-01
businessDaysOfWeek: [monday, tuesday, wednesday, thursday, friday]
dueDate: 2025-01-31
root:
  name: Steps
  children:
    - job: reconcile
      sendTask: {title: Reconcile, assignee: ana, approver: ben, dueDate: start+1wd}
    - job: revenue
      sendTask: {title: Revenue, assignee: ana, approver: ben, dueDate: start+3wd, approverDueDate: start+4wd}
    - job: costs
      sendTask: {title: Costs, assignee: ben, approver: ana}
"""
FILE = "close.procspec.yaml"
START = ("businessStartDate: 2025-01-01", "businessStartDate: 2025-01-08")
COSTS = 2
"""Where the job is among its siblings; its dates are nobody's in the file."""


@pytest.fixture
def close(home: Home) -> Home:
    home.write("procspec.yaml", PROJECT)
    home.write(FILE, PROCESS)
    return home


def moved(home: Home, before: dict[str, str] | None = None) -> dict[str, list[str]]:
    """What is told of every date that is moved, after an apply, edits by hand (`add`) and the new start."""
    home.ok("apply", "--auto-approve")
    by_hand(home, before or {})
    home.edit(FILE, *START)
    return told(home)


def told(home: Home, *arguments: str) -> dict[str, list[str]]:
    return {
        f"{shift['node']}.{shift['field']}": shift.get("breaks", [])
        for item in home.plan(*arguments)["processes"]
        for shift in item.get("shifts", ())
    }


def by_hand(home: Home, dates: dict[str, str]) -> None:
    """Sets fields of the job `costs` on the server."""
    store = Store(home.folder / ".procspec" / "emulator.db")
    with store.transaction():
        path = f"/root/children/{COSTS}/job/arguments/sendTaskArgs"
        edits = [{"op": "add", "path": f"{path}/{name}", "value": day} for name, day in dates.items()]
        edited(World(store, None, ()), home.record("close")["id"], edits)
    store.close()


def only(found: dict[str, list[str]], path: str) -> str:
    """The one thing that is told, of the date at the path."""
    assert {name: len(told) for name, told in found.items() if told} == {path: 1}
    return found[path][0]


def test_nothing_is_told_where_nothing_breaks(close: Home) -> None:
    assert moved(close) == {"reconcile.dueDate": [], "revenue.dueDate": [], "revenue.approverDueDate": []}


def test_the_project_may_turn_a_policy_off(close: Home) -> None:
    close.edit(FILE, "dueDate: 2025-01-31", "dueDate: 2025-01-13")
    one = only(moved(close), "revenue.approverDueDate")
    assert one.startswith("due-outside-window: 2025-01-14 is after 2025-01-13")
    close.write("procspec.yaml", f"{PROJECT}policies: {{due-outside-window: off}}\n")
    assert not any(told(close).values())


def test_a_waiver_covers_a_landing(close: Home) -> None:
    close.edit(FILE, "dueDate: 2025-01-31", "dueDate: 2025-01-13")
    waiver = "{policy: due-outside-window, reason: Agreed., owner: ana, expires: 2024-10-31}"
    close.edit(FILE, "    - job: revenue\n", f"    - job: revenue\n      waivers: [{waiver}]\n")
    assert not any(moved(close).values())


def test_somebody_is_away_on_the_day(close: Home) -> None:
    away = "name: Ana Ruiz, awayFrom: 2025-01-13, awayUntil: 2025-01-13"
    close.write("procspec.yaml", PROJECT.replace("name: Ana Ruiz", away))
    assert only(moved(close), "revenue.dueDate").startswith("person-away: Ana Ruiz is away")


def test_a_day_with_too_much_on_it(close: Home) -> None:
    """What moves meets what stays, in another process."""
    close.write("procspec.yaml", f"{PROJECT}policies: {{busy-day: {{most: 1}}}}\n")
    other = PROCESS.replace("key: close", "key: other").replace("relativeDates: true", "relativeDates: false")
    close.write("other.procspec.yaml", other.replace("start+1wd", "2025-01-09"))
    one = only(moved(close), "reconcile.dueDate")
    assert one.startswith("busy-day: Ana Ruiz has 2 tasks that are due on 2025-01-09")


def test_dates_that_the_file_does_not_have_are_judged_too(close: Home) -> None:
    found = moved(close, {"dueDate": "2025-01-10", "approverDueDate": "2025-01-09"})
    assert only(found, "costs.approverDueDate").startswith(
        "approver-due-before-assignee: The approval is due on 2025-01-16, before the work itself on"
    )


def test_the_order_of_a_serial_group(close: Home) -> None:
    found = moved(close, {"dueDate": "2025-01-03"})
    assert only(found, "costs.dueDate").startswith('serial-order: "Costs" is due on 2025-01-10')


def test_the_policies_of_a_team(close: Home) -> None:
    days = {"dueDate": {"not": {"const": "2025-01-13"}}}
    arguments = {"properties": {"sendTaskArgs": {"properties": days}}}
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "x-procspec": {"id": "no-monday", "on": "job", "message": "Not on a Monday.", "severity": "warning"},
        "properties": {"arguments": arguments},
    }
    close.write("policies/no-monday.schema.json", json.dumps(schema))
    assert only(moved(close), "revenue.dueDate") == "no-monday: Not on a Monday."


def test_every_copy_of_a_template_is_told(close: Home) -> None:
    """What policies say of copies they say once; each copy's own date lands on a day of its own."""
    close.edit(FILE, "key: close", "key: close-${each.key}\nforEach: {us: {}, uk: {}}")
    close.edit(FILE, "dueDate: 2025-01-31", "dueDate: 2025-01-13")
    close.ok("apply", "--auto-approve")
    close.edit(FILE, *START)
    items = close.plan()["processes"]
    broken = [shift for item in items for shift in item["shifts"] if shift.get("breaks")]
    assert [shift["field"] for shift in broken] == ["approverDueDate"] * 2
    assert all(len(shift["breaks"]) == 1 and "same rule" not in shift["breaks"][0] for shift in broken)


def test_a_year_whose_holidays_nobody_knows(close: Home) -> None:
    week = "businessDaysOfWeek: [monday, tuesday, wednesday, thursday, friday]"
    close.write("procspec.yaml", f"{PROJECT}calendars: {{india: {{holidays: IN, {week}}}}}\n")
    close.edit(FILE, week, "calendar: india")
    close.edit(FILE, START[0], "businessStartDate: 2024-10-01")
    close.ok("apply", "--auto-approve")
    by_hand(close, {"dueDate": "2035-12-20"})
    close.edit(FILE, "businessStartDate: 2024-10-01", "businessStartDate: 2024-11-04")
    (one,) = (text for text in told(close)["costs.dueDate"] if text.startswith("no-business-day: "))
    assert "Nobody knows whether 2036-" in one
    assert "Nobody knows" in close.ok("plan").out
