"""The command line as a person and as a machine meet it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pexpect
import pytest

from procspec.cli.main import root
from tests.conftest import Home, Server

REPOSITORY = Path(__file__).parent.parent.parent
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    context = root.make_context("procspec", ["--help-not-asked"], resilient_parsing=True)
    return root.list_commands(context)


def test_every_command_is_in_the_readme_and_has_help(home: Home) -> None:
    for name in commands():
        assert re.search(rf"^\| `{name}\b", README, re.MULTILINE), f"{name} is not in the README's table"
        result = home.run(name, "--help")
        assert result.code == 0
        assert len(result.out.splitlines()) > 3


def test_every_exit_code_is_in_the_readme() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+)(?:, \d+)? \|", README, re.MULTILINE)}
    assert {0, 1, 2, 3, 4, 5, 6, 7, 8, 64, 130} <= told


def test_the_quickstart(home: Home) -> None:
    """`init`, `plan`, `apply`, an edit, and a plan again, as the README says."""
    home.ok("init", "hello")
    hello = Home(home.folder / "hello")
    assert hello.ok("validate").err == ""
    assert "1 to create" in hello.ok("plan").out
    hello.ok("apply", "--auto-approve")
    assert "No changes." in hello.ok("plan").out
    hello.edit("first.procspec.yaml", "2024-12-31", "2025-01-15")
    assert "~ dueDate" in hello.ok("plan").out
    hello.edit("first.procspec.yaml", "assignee: ana", "assignee: cleo")
    assert "Ana Ruiz -> Cleo Park" in hello.ok("plan").out
    assert hello.run("apply", "--auto-approve").code == 8
    hello.ok("apply", "--auto-approve", "--allow-replace")
    again = home.run("init", "hello")
    assert again.code == 64
    assert "Nothing was written" in again.err


def test_a_person_is_asked_and_only_yes_is_a_yes(home: Home) -> None:
    home.ok("init", ".")
    command = [sys.executable, "-m", "procspec", "-C", str(home.folder), "apply"]
    for answer, code in (("y", 8), ("", 8), ("yes", 0)):
        child = pexpect.spawn(command[0], command[1:], timeout=30, encoding="utf-8")
        child.expect_exact("Only 'yes' is accepted.")
        child.sendline(answer)
        child.expect(pexpect.EOF)
        child.close()
        assert child.exitstatus == code


def test_ctrl_c_at_the_question_sends_nothing(home: Home) -> None:
    home.ok("init", ".")
    child = pexpect.spawn(sys.executable, ["-m", "procspec", "-C", str(home.folder), "apply"], timeout=30)
    child.expect_exact("Only 'yes' is accepted.")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert home.ok("state", "list").out.strip() == "No records."


def test_colour_is_for_terminals_alone(home: Home) -> None:
    home.ok("init", ".")
    assert "\x1b" not in home.ok("plan").out
    assert "\x1b" in home.ok("--color", "always", "plan").out
    assert "\x1b" not in home.ok("--color", "never", "plan").out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["plan", "-o", "json", "--env", "nowhere"], 64),
        (["plan", "-o", "json", "nothing"], 64),
        (["apply", "-o", "json"], 8),
        (["apply", "-o", "json", "missing.json"], 1),
        (["plan", "-o", "json", "--no-such-option"], 64),
    ],
)
def test_json_is_complete_at_every_exit_code(home: Home, arguments: list[str], code: int) -> None:
    home.ok("init", ".")
    result = home.run(*arguments)
    assert result.code == code
    data = json.loads(result.out)
    assert next(iter(data)) == "format_version"
    assert data["exit_code"] == code
    assert data["error"]["message"]


def test_invalid_files_as_json(home: Home) -> None:
    home.ok("init", ".")
    home.edit("first.procspec.yaml", "assignee: ana", "asignee: ana")
    for command in ("validate", "plan", "apply"):
        result = home.run(command, "-o", "json")
        assert result.code == 3
        (problem,) = result.json["diagnostics"]
        assert problem["place"] == {"file": "first.procspec.yaml", "line": 12, "column": 9, "width": 7}
        assert "assignee" in problem["detail"]
        assert result.json["exit_code"] == 3


def test_the_plan_fits_its_schema(home: Home) -> None:
    schema = json.loads((REPOSITORY / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))
    home.ok("init", ".")
    jsonschema.validate(home.plan(), schema)
    home.ok("apply", "--auto-approve")
    home.edit("first.procspec.yaml", "assignee: ana", "assignee: cleo")
    jsonschema.validate(home.plan(), schema)
    home.ok("plan", "--out", str(home.folder / "plan.json"))
    jsonschema.validate(json.loads((home.folder / "plan.json").read_text()), schema)


def test_a_saved_plan_is_private_and_shown_without_the_files(home: Home) -> None:
    home.ok("init", ".")
    path = home.folder / "plan.json"
    planned = home.ok("plan", "--out", str(path)).out
    assert path.stat().st_mode & 0o777 == 0o600
    (home.folder / "first.procspec.yaml").unlink()
    assert home.ok("show", str(path)).out == planned
    shown = home.ok("show", str(path), "--requests").out
    assert shown.startswith("POST /processes\n")
    assert '"title": "Reconcile accounts receivable"' in shown
    assert home.run("apply", str(path)).code == 6


def test_variables_of_a_saved_plan_need_not_be_given_again(home: Home) -> None:
    home.ok("init", ".")
    home.edit("procspec.yaml", "kind: Project\n", "kind: Project\nvariables: {n: {type: integer}}\n")
    home.edit("first.procspec.yaml", "name: First Close", "name: Close ${var.n}")
    path = str(home.folder / "plan.json")
    assert home.run("plan").code == 3
    home.ok("plan", "--var", "n=7", "--out", path)
    home.ok("apply", path)
    assert home.run("apply", "--auto-approve").code == 3
    assert home.pending("--var", "n=7") == []


def test_credentials_are_asked_for_and_never_shown(
    home: Home, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.ok("init", ".")
    home.edit("procspec.yaml", "url: emulator, clock: 2024-09-30", f'url: "{server.url}"')
    monkeypatch.delenv("PROCSPEC_TOKEN")
    denied = home.run("apply", "--auto-approve")
    assert denied.code == 7
    assert "PROCSPEC_TOKEN" in denied.out + denied.err
    monkeypatch.setenv("PROCSPEC_TOKEN", "canary-token-1234")
    wrong = home.run("apply", "--auto-approve")
    assert wrong.code == 7
    assert "canary" not in wrong.out + wrong.err
    assert home.ok("state", "list").out.strip() == "No records."
    monkeypatch.delenv("PROCSPEC_TOKEN")
    monkeypatch.setenv("PROCSPEC_CLIENT_ID", "me")
    home.write("secret", "hush\n")
    monkeypatch.setenv("PROCSPEC_CLIENT_SECRET_FILE", str(home.folder / "secret"))
    home.ok("apply", "--auto-approve")


def test_the_module_runs_too(home: Home) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "procspec", "--version"],
        capture_output=True,
        text=True,
        env=os.environ,
        check=True,
    )
    assert re.fullmatch(r"procspec \d+\.\d+\.\d+\n", done.stdout)
