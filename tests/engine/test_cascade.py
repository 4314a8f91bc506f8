"""The cascade: what the server moves with `businessStartDate` is planned, shown, and found again."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from tests.conftest import TODAY, Home, Server
from tests.faults import Faults, act_status, drop, status

PROJECT = """\
kind: Project
name: close
environments:
  served: {{provider: workiva, url: "{url}"}}
people:
  ana: {{id: user-1, name: Ana Ruiz}}
  ben: {{id: user-2, name: Ben Cole}}
"""

# 2025-01-01 is a Wednesday: the first is due one business day after the start, the second three and four.
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
      sendTask:
        title: Reconcile
        assignee: ana
        dueDate: 2025-01-02
    - group: review
      name: Review
      parallel: true
      children:
        - job: revenue
          sendTask:
            title: Revenue
            assignee: ana
            approver: ben
            dueDate: 2025-01-06
            approverDueDate: 2025-01-07
        - job: costs
          sendTask: {title: Costs, assignee: ben}
"""
FILE = "close.procspec.yaml"
START = ("businessStartDate: 2025-01-01", "businessStartDate: 2025-01-08")
FOLLOWING = {"2025-01-02": "2025-01-09", "2025-01-06": "2025-01-13", "2025-01-07": "2025-01-14"}
"""The dates of the file, and those that they are a week later."""


@pytest.fixture
def close(home: Home, server: Server) -> Home:
    """The close, applied; the server's log is empty."""
    home.write("procspec.yaml", PROJECT.format(url=server.url))
    home.write(FILE, PROCESS)
    home.ok("apply", "--auto-approve")
    server.clear()
    return home


def move(home: Home, *, follow: bool = True) -> None:
    """Moves the start by a week, and the dates in the file with it."""
    home.edit(FILE, *START)
    for before, after in FOLLOWING.items() if follow else ():
        home.edit(FILE, f"ueDate: {before}", f"ueDate: {after}")


def process(home: Home) -> Any:
    (item,) = home.plan("--as-of", TODAY)["processes"]
    return item


def shifts(home: Home) -> dict[str, list[Any]]:
    return {
        f"{shift['node']}.{shift['field']}": [shift["before"], shift.get("after")]
        for shift in process(home).get("shifts", ())
    }


def sent(server: Server) -> list[str]:
    return [method for method, _ in server.requests()]


def converges(home: Home, server: Server, *requests: str) -> None:
    """Applies, with these requests, and finds nothing left to do."""
    server.clear()
    home.ok("apply", "--auto-approve")
    assert sent(server) == list(requests)
    assert process(home)["action"] == "no-op"


ONE_PATCH = ("GET", "GET", "PATCH", "GET", "POST")
"""Plan, look whether it holds, patch, look what became of it, validate."""
MOVED = {
    "reconcile.dueDate": ["2025-01-02", "2025-01-09"],
    "revenue.dueDate": ["2025-01-06", "2025-01-13"],
    "revenue.approverDueDate": ["2025-01-07", "2025-01-14"],
}


# ------------------------------------------------------------------------------------ all land right


def test_dates_that_follow_the_start_take_one_patch(close: Home, server: Server) -> None:
    move(close)
    (change,) = close.pending()
    assert (change["action"], change["field"]) == ("update", "businessStartDate")
    assert shifts(close) == MOVED
    noted = [
        change for change in process(close)["changes"] if "the server moves it" in change.get("reason", "")
    ]
    assert {
        f"{change['node']}.{change['field']}": [change["before"], change["after"]] for change in noted
    } == MOVED
    assert {(change["action"], change["reason"]) for change in noted} == {
        ("no-op", "the server moves it with businessStartDate")
    }
    converges(close, server, *ONE_PATCH)


def test_workdays_of_the_start_take_one_patch(home: Home, server: Server) -> None:
    home.write("procspec.yaml", PROJECT.format(url=server.url))
    text = PROCESS
    for day, workday in (
        ("2025-01-02", "start+1wd"),
        ("2025-01-06", "start+3wd"),
        ("2025-01-07", "start+4wd"),
    ):
        text = text.replace(f"ueDate: {day}", f"ueDate: {workday}")
    home.write(FILE, text)
    home.ok("apply", "--auto-approve")
    home.edit(FILE, *START)
    assert [change["field"] for change in home.pending()] == ["businessStartDate"]
    assert shifts(home) == MOVED
    converges(home, server, *ONE_PATCH)


def test_business_days_may_change_in_the_same_patch(close: Home, server: Server) -> None:
    """Counted with the old ones, landed on the new ones."""
    close.edit(FILE, "monday, tuesday, ", "")
    move(close, follow=False)
    landing = {"2025-01-02": "2025-01-09", "2025-01-06": "2025-01-15", "2025-01-07": "2025-01-16"}
    for before, after in landing.items():
        close.edit(FILE, f"ueDate: {before}", f"ueDate: {after}")
    assert [days[1] for days in shifts(close).values()] == list(landing.values())
    converges(close, server, *ONE_PATCH)


def test_turned_on_in_the_same_patch(close: Home, server: Server) -> None:
    close.edit(FILE, "relativeDates: true", "relativeDates: false")
    converges(close, server, *ONE_PATCH)
    close.edit(FILE, "relativeDates: false", "relativeDates: true")
    move(close)
    assert shifts(close) == MOVED
    converges(close, server, *ONE_PATCH)


def test_a_saved_plan_carries_it(close: Home, server: Server) -> None:
    move(close)
    plan = close.folder / "plan.json"
    close.ok("plan", "--out", str(plan))
    saved = json.loads(plan.read_text())
    assert len(saved["processes"][0]["shifts"]) == 3
    schema = Path(__file__).parents[2] / "schemas" / "plan.schema.json"
    Draft7Validator(json.loads(schema.read_text())).validate(saved)
    assert "Moved by the server with businessStartDate:" in close.ok("show", str(plan)).out
    close.ok("apply", str(plan))
    assert close.pending() == []


def test_a_saved_plan_whose_shifts_were_edited_is_refused(close: Home, server: Server) -> None:
    move(close)
    plan = close.folder / "plan.json"
    close.ok("plan", "--out", str(plan))
    plan.write_text(plan.read_text().replace('"after": "2025-01-14"', '"after": "2025-01-15"'))
    server.clear()
    assert close.run("apply", str(plan)).code in (6, 8)
    assert sent(server) == ["GET"]


# ----------------------------------------------------------------------------------- not all of them


def test_dates_that_stay_in_the_file_take_a_replacement(close: Home, server: Server) -> None:
    move(close, follow=False)
    item = process(close)
    assert item["action"] == "replace"
    assert "shifts" not in item  # with a replacement nothing shifts
    reasons = [change["reason"] for change in close.pending() if change["action"] == "replace"]
    assert reasons[0] == "businessStartDate moves it to 2025-01-09 on the server, the file wants 2025-01-02"
    assert len(reasons) == 3
    assert "because reconcile.dueDate stays 2025-01-02" in " ".join(close.ok("plan").out.split())
    close.ok("apply", "--auto-approve", "--allow-replace")
    assert process(close)["action"] == "no-op"
    assert due_dates(close, server)["Reconcile"] == "2025-01-02"


def test_one_that_lands_elsewhere_is_the_only_reason(close: Home) -> None:
    move(close)
    close.edit(FILE, "dueDate: 2025-01-09", "dueDate: 2025-01-10")
    changes = {change["field"] + change["node"]: change for change in close.pending()}
    assert {name: change["action"] for name, change in changes.items()} == {
        "businessStartDate": "update",
        "dueDatereconcile": "replace",
        "dueDaterevenue": "update",
        "approverDueDaterevenue": "update",
    }
    missed = changes["dueDatereconcile"]
    assert (missed["before"], missed["after"]) == ("2025-01-02", "2025-01-10")
    assert missed["reason"].endswith("moves it to 2025-01-09 on the server, the file wants 2025-01-10")
    close.ok("apply", "--auto-approve", "--allow-replace")
    assert close.pending() == []


def test_with_another_reason_to_replace_nothing_shifts(close: Home, server: Server) -> None:
    close.edit(FILE, "assignee: ana", "assignee: ben")
    move(close)
    item = process(close)
    because = [
        f"{change['node']}.{change['field']}" for change in item["changes"] if change["action"] == "replace"
    ]
    assert because == ["reconcile.assignee"]
    assert "shifts" not in item
    close.ok("apply", "--auto-approve", "--allow-replace")
    assert due_dates(close, server)["Reconcile"] == "2025-01-09"


def due_dates(home: Home, server: Server) -> dict[str, str | None]:
    body = server.call("GET", f"/processes/{home.record('close')['id']}").json()
    first, review = body["root"]["children"]
    jobs = [first["job"], *(child["job"] for child in review["group"]["children"])]
    payloads = [job["arguments"]["sendTaskArgs"] for job in jobs]
    return {payload["title"]: payload.get("dueDate") for payload in payloads}


def test_the_edit_of_the_start_explains_dates_that_would_be_moved_away(close: Home) -> None:
    git = ["git", "-C", str(close.folder), "-c", "user.name=t", "-c", "user.email=t@example.com"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    move(close, follow=False)
    close.ok("plan", "--since", "HEAD", "--fail-on-unexplained")
    subprocess.run([*git, "commit", "-qam", "y"], check=True, capture_output=True)
    assert close.run("plan", "--since", "HEAD", "--fail-on-unexplained").code == 8


# ------------------------------------------------------------------------------------ nobody's dates


def test_dates_set_by_hand_are_listed_too(close: Home, server: Server) -> None:
    path = "/root/children/1/group/children/1/job/arguments/sendTaskArgs/dueDate"
    edit = [{"op": "add", "path": path, "value": "2025-01-03"}]
    server.control("POST", f"processes/{close.record('close')['id']}/edit", edit)
    move(close)
    assert shifts(close) == {**MOVED, "costs.dueDate": ["2025-01-03", "2025-01-10"]}
    converges(close, server, *ONE_PATCH)
    assert due_dates(close, server)["Costs"] == "2025-01-10"


@pytest.mark.parametrize(
    "edits",
    [
        [("relativeDates: true", "relativeDates: false"), START],
        [("dueDate: 2025-01-31", "dueDate: 2025-02-28")],
        [("businessDaysOfWeek: [monday, ", "businessDaysOfWeek: [")],
        [("businessStartDate: 2025-01-01\n", ""), ("relativeDates: true", "relativeDates: false")],
    ],
)
def test_nothing_else_shifts(close: Home, server: Server, edits: list[tuple[str, str]]) -> None:
    for edit in edits:
        close.edit(FILE, *edit)
    assert process(close)["action"] == "update"
    assert shifts(close) == {}
    converges(close, server, *ONE_PATCH)


# ------------------------------------------------------------------------------- what answers leave out


@pytest.mark.parametrize(
    "quirk", ["datetime-dates", "upper-case", "reordered-sets", "null-fields", "extra-fields"]
)
def test_other_spellings_land_the_same(close: Home, server: Server, quirk: str) -> None:
    server.control("PUT", "quirks", {"quirks": [quirk]})
    move(close)
    assert shifts(close) == MOVED
    converges(close, server, *ONE_PATCH)


def test_a_start_that_answers_leave_out_makes_the_landing_unknown(home: Home, server: Server) -> None:
    server.control("PUT", "quirks", {"quirks": ["sparse-get"]})
    home.write("procspec.yaml", PROJECT.format(url=server.url))
    home.write(FILE, PROCESS)
    home.ok("apply", "--auto-approve")
    move(home, follow=False)
    # The answers hide the date of the approval as well; it is what was last applied.
    assert shifts(home) == {path: [days[0], None] for path, days in MOVED.items()}
    assert "a day that cannot be said" in home.ok("plan").out
    # The server moves them away, which is seen afterwards and takes a replacement.
    assert home.run("apply", "--auto-approve").code == 1
    assert process(home)["action"] == "replace"
    home.ok("apply", "--auto-approve", "--allow-replace")
    assert home.pending() == []


# ----------------------------------------------------------------------------------------- what breaks


def test_what_breaks_is_told(close: Home) -> None:
    close.edit(FILE, "dueDate: 2025-01-31", "dueDate: 2025-01-13")
    move(close)
    broken = {shift["field"]: shift.get("breaks") for shift in process(close)["shifts"]}
    assert broken == {
        "dueDate": None,
        "approverDueDate": [
            "due-outside-window: 2025-01-14 is after 2025-01-13, when the whole process is due. Choose an"
            " earlier day, or move the process's."
        ],
    }


def test_the_text_of_a_plan(close: Home) -> None:
    close.edit(FILE, "dueDate: 2025-01-31", "dueDate: 2025-01-13")
    move(close)
    out = close.ok("plan", "--as-of", "2025-01-09").out
    assert (
        "    Moved by the server with businessStartDate:\n"
        "      reconcile.dueDate        Thu 2025-01-02 -> Thu 2025-01-09\n"
        "          past-due: 2025-01-09 is today. The server's validation refuses a new process with such a"
        " day. Choose a later one; in a process that runs already, leave it.\n"
        "      revenue.dueDate          Mon 2025-01-06 -> Mon 2025-01-13\n"
        "      revenue.approverDueDate  Tue 2025-01-07 -> Tue 2025-01-14\n"
        "          due-outside-window: 2025-01-14 is after 2025-01-13, when the whole process is due. Choose"
        " an earlier day, or move the process's.\n"
    ) in out
    assert "Plan: 1 to update. 1 request; nobody gets mail." in out
    assert "the server moves it with businessStartDate" not in out
    assert "the server moves it with businessStartDate" in close.ok("-v", "plan").out


# --------------------------------------------------------------------------------------------- faults


@pytest.mark.parametrize("fault", [drop, act_status, status])
def test_a_doubtful_patch_shifts_once(close: Home, server: Server, faults: Faults, fault: Any) -> None:
    move(close)
    given = (503,) if fault is status else ()
    faults.set(fault(*given, method="PATCH", call=1))
    result = close.run("apply", "--auto-approve")
    faults.clear()
    if result.code != 0:
        assert process(close)["action"] == "update"
        close.ok("apply", "--auto-approve")
    assert close.pending() == []
    assert due_dates(close, server)["Reconcile"] == "2025-01-09"


def test_a_patch_that_never_arrives_leaves_the_old_dates(close: Home, server: Server, faults: Faults) -> None:
    move(close)
    faults.set(status(503, method="PATCH"))
    assert close.run("apply", "--auto-approve").code == 1
    faults.clear()
    close.ok("drift", "--detailed-exitcode")  # what was not moved is not noted as moved
    assert shifts(close) == MOVED
    for before, after in (
        (START[1], START[0]),
        *((f"ueDate: {b}", f"ueDate: {a}") for a, b in FOLLOWING.items()),
    ):
        close.edit(FILE, before, after)
    assert close.pending() == []
    assert due_dates(close, server)["Reconcile"] == "2025-01-02"
