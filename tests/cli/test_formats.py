"""`validate -o sarif|github|junit`: stdout holds the format alone, complete at every exit code."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from jsonschema import Draft4Validator
from junitparser import JUnitXml

from procspec.cli.options import wanted
from tests.conftest import Home, Result
from tests.render.test_github import obeyed
from tests.test_hostile import NASTY, harmless

SCHEMA = Path(__file__).parent.parent / "data" / "sarif-2.1.0.schema.json"
FORMATS = ("sarif", "github", "junit")

PROJECT = "kind: Project\nname: p\npeople: {ana: user-1, ben: user-2}\n"
CLEAN = """\
kind: Process
key: first
name: First
root:
  name: Root
  children:
    - job: one
      sendTask: {title: One, assignee: ana, approver: ben}
"""
ERRORS = CLEAN.replace("assignee: ana", "assignee: anna").replace("name: First", "name: First\nnme: x")
WARNED = f"{CLEAN}    - group: none\n      name: None\n      children: []\n"
BROKEN = "kind: Process\nkey: [\n"


@dataclass(frozen=True)
class Told:
    """What any of the formats says: the problems in files as (level, file, line), and those of the whole."""

    placed: list[tuple[str, str, int]]
    whole: list[str]


def of_sarif(result: Result) -> Told:
    log = json.loads(result.out)
    assert [error.message for error in Draft4Validator(json.loads(SCHEMA.read_text())).iter_errors(log)] == []
    (run,) = log["runs"]
    found = []
    for one in run["results"]:
        where = one["locations"][0]["physicalLocation"]
        found.append((one["level"], where["artifactLocation"]["uri"], where["region"]["startLine"]))
    (call,) = run["invocations"]
    told = call.get("toolConfigurationNotifications", [])
    assert not (told and call["executionSuccessful"])
    return Told(found, [one["message"]["text"] for one in told])


def of_github(result: Result) -> Told:
    commands = obeyed(result.out)
    assert len(commands) == len(result.out.splitlines())
    placed = [(one.name, one.properties) for one in commands if "file" in one.properties]
    return Told(
        [(level, given["file"], int(given["line"])) for level, given in placed],
        [one.message for one in commands if "file" not in one.properties],
    )


def of_junit(result: Result) -> Told:
    suites = list(JUnitXml.fromstring(result.out.encode()))
    cases = [case for suite in suites for case in suite]
    failed = [
        ("error", str(case.classname), int(case._elem.get("line"))) for case in cases if case.is_failure
    ]
    warned = [case.system_out.split(":", 2) for case in cases if case.system_out]
    whole = [found.message for case in cases if case.is_error for found in case.result]
    return Told(failed + [("warning", file, int(line)) for file, line, _ in warned], whole)


READ: dict[str, Callable[[Result], Told]] = {"sarif": of_sarif, "github": of_github, "junit": of_junit}


def validated(home: Home, form: str, text: str, *more: str) -> tuple[Result, Told]:
    home.write("procspec.yaml", PROJECT)
    home.write("a/close.procspec.yaml", text)
    result = home.run("validate", "-o", form, *more)
    assert "Traceback" not in result.err
    return result, READ[form](result)


each = pytest.mark.parametrize("form", FORMATS)
FILE = "a/close.procspec.yaml"


@each
def test_a_clean_project(form: str, home: Home) -> None:
    result, told = validated(home, form, CLEAN)
    assert (result.code, told) == (0, Told([], []))
    assert result.err.startswith("Valid: 1 process")
    assert (result.out == "") == (form == "github")


@each
def test_a_project_with_errors(form: str, home: Home) -> None:
    result, told = validated(home, form, ERRORS)
    assert (result.code, told) == (3, Told([("error", FILE, 4), ("error", FILE, 9)], []))
    assert f"{FILE}:4:1: error: Unknown field" in result.err and "2 errors" in result.err


@each
def test_a_project_with_warnings(form: str, home: Home) -> None:
    result, told = validated(home, form, WARNED)
    assert result.code == 0 and told.whole == []
    assert [(level, file) for level, file, _ in told.placed] == [("warning", FILE)]
    assert "warning: Empty group" in result.err


@each
def test_a_policy_that_is_broken(form: str, home: Home) -> None:
    result, told = validated(home, form, CLEAN.replace("ben", "ana"))
    assert (result.code, told) == (3, Told([("error", FILE, 8)], []))
    if form == "sarif":
        rules = {rule["id"]: rule for rule in result.json["runs"][0]["tool"]["driver"]["rules"]}
        assert rules["self-approval"]["help"] == rules["self-approval"]["fullDescription"]
        assert rules["self-approval"]["defaultConfiguration"] == {"level": "error"}
        assert rules["no-approver"]["defaultConfiguration"] == {"level": "warning"}
        assert {"empty-group", "bad-date"} <= rules.keys()


@each
@pytest.mark.parametrize("text", [BROKEN, "", "kind: Process\nkey: \x07\n", "- a\n---\n- b\n"], ids=repr)
def test_a_file_that_is_no_yaml(form: str, text: str, home: Home) -> None:
    result, told = validated(home, form, text)
    assert result.code == 3 and told.whole == []
    assert {(level, file) for level, file, _ in told.placed} == {("error", FILE)}


@each
def test_a_project_file_that_is_no_yaml(form: str, home: Home) -> None:
    home.write("procspec.yaml", BROKEN)
    result = home.run("validate", "-o", form)
    told = READ[form](result)
    assert result.code == 3 and {(level, file) for level, file, _ in told.placed} == {
        ("error", "procspec.yaml")
    }


@each
def test_a_process_that_does_not_compile_is_found_too(form: str, home: Home) -> None:
    _, told = validated(home, form, CLEAN.replace("assignee: ana", "assignee: ana, sendTo: x"))
    assert [file for _, file, _ in told.placed] == [FILE]


@each
def test_what_is_wrong_outside_of_the_files(form: str, home: Home) -> None:
    checked = partial(validated, home, form, CLEAN)
    assert checked("--var", "x=1")[1].whole[0].startswith('--var names "x"')
    for arguments, code, words in (
        (("-e", "nowhere"), 64, "nowhere"),
        (("--nonsense",), 64, "--nonsense"),
        (("--var", "x"), 64, "NAME=VALUE"),
    ):
        result, told = checked(*arguments)
        assert (result.code, told.placed, len(told.whole)) == (code, [], 1)
        assert words in told.whole[0] and words in result.err


@each
def test_there_is_no_project(form: str, home: Home) -> None:
    result = home.run("validate", "-o", form)
    assert result.code == 64 and "There is no procspec.yaml" in READ[form](result).whole[0]


@each
def test_files_have_the_names_of_the_repository(form: str, home: Home) -> None:
    """Annotations and code scanning count from its folder, wherever a command was started."""
    (home.folder / ".git").mkdir()
    inside = Home(home.folder / "closes/q4")
    _, told = validated(inside, form, ERRORS)
    assert {file for _, file, _ in told.placed} == {f"closes/q4/{FILE}"}
    at_the_top, told = validated(home, form, ERRORS)
    assert (at_the_top.code, {file for _, file, _ in told.placed}) == (3, {FILE})


@each
@pytest.mark.parametrize("name", [name for name in NASTY if not name.startswith("long")])
def test_nothing_in_a_file_or_its_name_acts(form: str, name: str, home: Home) -> None:
    stem = NASTY[name].translate({0: "_", ord("/"): "_"}).lstrip(".")
    home.write("procspec.yaml", PROJECT)
    written = json.dumps(NASTY[name], ensure_ascii=False)
    home.write(f"a{stem}.procspec.yaml", f"kind: Process\nkey: {written}\n{written}: 1\n")
    result = home.run("validate", "-o", form)
    assert result.code == 3 and READ[form](result).placed
    harmless(result.err)
    if form != "github":
        harmless(result.out)
    else:
        assert {command.name for command in obeyed(result.out)} <= {"error", "warning"}


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("validate", "text"),
        ("validate -o sarif", "sarif"),
        ("validate -osarif", "sarif"),
        ("validate -o=json", "json"),
        ("validate --output=junit", "junit"),
        ("validate --output github -e x", "github"),
        ("validate -o json -o text", "text"),
        ("validate -o nothing", "text"),
        ("validate -o", "text"),
        ("validate -o sarif -o nothing", "sarif"),
    ],
)
def test_the_format_that_a_command_line_asks_for(line: str, form: str) -> None:
    assert wanted(line.split()) == form


def test_a_broken_file_is_no_all_clear_for_the_others(home: Home) -> None:
    """Policies look at a whole project: where one cannot be made, nobody said that the rest is right."""
    home.write("procspec.yaml", "kind: Project\nname: x\npeople: {ana: user-1}\n")
    job = "sendTask: {title: A, assignee: ana, approver: ana}"
    process = f"kind: Process\nkey: a\nname: A\nroot:\n  name: R\n  children:\n    - job: j\n      {job}\n"
    home.write("a.procspec.yaml", process)
    home.write("b.procspec.yaml", 'kind: Process\nname: "B\n')
    text = home.run("validate")
    assert text.code == 3 and "No policy was looked at, in any file: mend these first." in text.err
    assert "No policy was looked at" in home.run("validate", "-o", "json").json["error"]["hint"]
    assert "<skipped" in home.run("validate", "-o", "junit").out
    sarif = home.run("validate", "-o", "sarif").json["runs"][0]
    assert sarif["invocations"][0]["executionSuccessful"] is False
    home.write("b.procspec.yaml", process.replace("key: a", "key: b").replace("approver: ana", "document: d"))
    assert "self-approval" in home.run("validate").err
    assert "<skipped" not in home.run("validate", "-o", "junit").out
