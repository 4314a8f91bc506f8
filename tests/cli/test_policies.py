"""Policies as commands meet them: what stops one, what is only told, and the waivers of a plan."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.conftest import Home

SCHEMA = Path(__file__).parent.parent.parent / "schemas" / "plan.schema.json"
FILE = "first.procspec.yaml"
OWN = ("assignee: ana", "assignee: ben")
WAIVER = "{policy: self-approval, reason: Ben is alone., owner: ana, expires: 2024-10-31}"
NOTE = "note: 1 warning of policies; `procspec validate` shows it.\n"


@pytest.fixture
def project(home: Home) -> Home:
    home.ok("init", ".")
    return home


def waived(home: Home) -> None:
    home.edit(FILE, *OWN)
    home.edit(FILE, "    - job: reconcile\n", f"    - job: reconcile\n      waivers: [{WAIVER}]\n")


@pytest.mark.parametrize("command", [("validate",), ("plan",), ("apply", "--auto-approve")])
def test_an_error_stops_a_command(project: Home, command: tuple[str, ...]) -> None:
    project.edit(FILE, *OWN)
    result = project.run(*command)
    assert (result.code, result.out) == (3, "")
    assert f"{FILE}:13:19: error: Assignee approves their own work [self-approval]" in result.err
    assert f"see also {FILE}:12:19" in result.err and result.err.endswith("1 error\n")
    data = project.run(*command, "-o", "json")
    assert data.code == 3 and data.json["exit_code"] == 3
    (one,) = data.json["diagnostics"]
    assert one["rule"] == "self-approval" and one["place"]["line"] == 13
    assert project.ok("state", "list").out.strip() == "No records."


def test_a_warning_is_shown_by_validate_and_counted_by_the_others(project: Home) -> None:
    project.edit(FILE, "        approver: ben\n", "")
    told = project.ok("validate")
    assert f"{FILE}:10:7: warning: Nobody approves the work [no-approver]" in told.err
    assert told.out == "Valid: 1 process for the environment local.\n"
    assert [one["rule"] for one in project.ok("validate", "-o", "json").json["diagnostics"]] == [
        "no-approver"
    ]
    assert project.ok("plan").err == NOTE
    assert project.ok("plan", "-o", "json").err == NOTE
    assert project.ok("apply", "--auto-approve").err == NOTE
    project.edit(FILE, "2024-12-15", "2024-09-15")
    assert project.ok("plan").err == "note: 2 warnings of policies; `procspec validate` shows them.\n"


def test_with_an_error_the_warnings_are_not_in_the_way(project: Home) -> None:
    project.edit(FILE, *OWN)
    project.edit(FILE, "2024-12-15", "2024-09-15")
    assert "past-due" not in project.run("plan").err
    assert "1 error, 1 warning" in project.run("validate").err


@pytest.mark.parametrize("form", ["sarif", "github", "junit"])
def test_other_programs_read_of_policies_too(project: Home, form: str) -> None:
    project.edit(FILE, *OWN)
    result = project.run("validate", "-o", form)
    assert result.code == 3 and "self-approval" in result.out


def test_waivers_in_force_are_in_the_plan(project: Home) -> None:
    waived(project)
    assert project.ok("validate").out.endswith("environment local. 1 waiver is in force.\n")
    (one,) = project.ok("validate", "-o", "json").json["waivers"]
    plan = project.plan()
    jsonschema.validate(plan, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert plan["waivers"] == [one]
    assert one == {
        "policy": "self-approval",
        "key": "first-close",
        "node": "reconcile",
        "reason": "Ben is alone.",
        "owner": "ana",
        "expires": "2024-10-31",
        "place": {"file": FILE, "line": 10, "column": 26, "width": 13},
    }
    done = project.ok("apply", "--auto-approve", "-o", "json").json
    assert done["plan"]["waivers"] == [one]


def test_a_plan_of_some_processes_has_their_waivers_alone(project: Home) -> None:
    waived(project)
    text = (project.folder / FILE).read_text().replace("key: first-close", "key: other")
    project.write("other.procspec.yaml", text)
    assert [one["key"] for one in project.plan()["waivers"]] == ["first-close", "other"]
    assert [one["key"] for one in project.plan("other")["waivers"]] == ["other"]


def test_a_waiver_ends_between_a_plan_and_its_apply(project: Home) -> None:
    waived(project)
    saved = str(project.folder / "plan.json")
    project.ok("plan", "--out", saved)
    late = project.run("apply", saved, "--as-of", "2024-11-01")
    assert late.code == 3 and "[expired-waiver]" in late.err
    assert project.ok("state", "list").out.strip() == "No records."
    project.ok("apply", saved, "--as-of", "2024-10-31")


def test_files_that_changed_since_a_plan_are_stale_first(project: Home) -> None:
    saved = str(project.folder / "plan.json")
    project.ok("plan", "--out", saved)
    project.edit(FILE, *OWN)
    assert project.run("apply", saved).code == 6


@pytest.mark.parametrize(
    ("flag", "variable", "clock", "fires"),
    [
        ("2024-12-15", None, "2024-09-30", True),
        ("2024-12-14", "2024-12-15", "2024-12-31", False),
        (None, "2024-12-15", "2024-09-30", True),
        (None, "2024-12-14", "2024-12-31", False),
        (None, None, "2024-12-15", True),
        (None, None, "2024-12-14", False),
    ],
)
def test_the_day_comes_from_the_flag_the_variable_or_the_clock(
    project: Home,
    monkeypatch: pytest.MonkeyPatch,
    flag: str | None,
    variable: str | None,
    clock: str,
    fires: bool,
) -> None:
    monkeypatch.delenv("PROCSPEC_AS_OF")
    if variable:
        monkeypatch.setenv("PROCSPEC_AS_OF", variable)
    project.edit("procspec.yaml", "clock: 2024-09-30", f"clock: {clock}")
    given = ("--as-of", flag) if flag else ()
    for command in ("validate", "plan"):
        assert ("warning" in project.ok(command, *given).err) == fires


@pytest.mark.parametrize("day", ["2024-13-01", "20240930", "2024-W01-1", "tomorrow", "", "2024-9-30"])
def test_a_day_that_is_none(project: Home, day: str) -> None:
    result = project.run("validate", "--as-of", day, "-o", "json")
    assert (
        result.code == 64 and "no day" not in result.out and "2024-12-31" in result.json["error"]["message"]
    )


def test_the_policies_of_a_team(project: Home) -> None:
    ours = {
        "x-procspec": {"id": "instructed", "on": "job", "message": "A task has instructions."},
        "title": "Task without instructions",
        "properties": {"arguments": {"properties": {"sendTaskArgs": {"required": ["instructions"]}}}},
    }
    project.write("policies/instructed.schema.json", json.dumps(ours))
    result = project.run("plan")
    assert result.code == 3
    assert f"{FILE}:9:12: error: Task without instructions [instructed]" in result.err
    assert "  A task has instructions.\n" in result.err
    project.edit(FILE, "        approver: ben\n", "        approver: ben\n        instructions: All of it.\n")
    assert project.ok("plan").err == ""


def test_a_policy_that_is_no_good_is_shown_in_its_line(project: Home) -> None:
    project.write("policies/instructed.schema.json", '{\n  "x-procspec": \x1b[31m\n}')
    result = project.run("validate")
    assert result.code == 3 and "\x1b" not in result.err
    assert "policies/instructed.schema.json:2:17: error: Policy file cannot be used" in result.err
