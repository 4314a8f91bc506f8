"""`procspec test`: what people, programs and CI servers see of it, and what it never touches."""

from __future__ import annotations

import pytest
from junitparser import Failure, JUnitXml

from tests.conftest import Home, Server
from tests.test_hostile import harmless

PROJECT = """\
kind: Project
name: test
environments:
  real: {{provider: workiva, url: "{url}"}}
people: {{ana: {{id: user-1, name: Ana Ruiz}}, ben: user-2}}
"""
PROCESS = """\
kind: Process
key: close
name: Close
dueDate: 2024-12-31
root:
  name: Steps
  children:
    - job: books
      sendTask: {title: Books, assignee: ana, approver: ben, dueDate: 2024-12-10}
    - job: report
      sendTask: {title: Report, assignee: ana}
"""
GOOD = """\
kind: Scenario
key: good
name: All goes well
process: close
today: 2024-12-01
steps:
  - complete: books
  - expect: {running: [report], overdue: []}
"""
BAD = """\
kind: Scenario
key: bad
process: close
today: 2024-12-01
steps:
  - submit: books
  - today: 2024-12-11
  - expect: {overdue: [books]}
  - complete: report
  - expect: {status: complete}
"""


@pytest.fixture
def close(home: Home) -> Home:
    """A close in an account that cannot be reached, without credentials."""
    home.write("procspec.yaml", PROJECT.format(url="https://api.example.com"))
    home.write("close.procspec.yaml", PROCESS)
    return home


@pytest.fixture
def both(close: Home) -> Home:
    """One scenario that goes well, and one that does not."""
    close.write("a.procspec.yaml", GOOD)
    close.write("b.procspec.yaml", BAD)
    return close


SHOWN = """\
ok      good  All goes well  2 steps
FAILED  bad  3 of 5 steps

b.procspec.yaml:8:24: error: Not as expected [not-as-expected]
    8 |   - expect: {overdue: [books]}
      |                        ^^^^^
  "books" is expected to be overdue on 2024-12-11. It is in approval, without a due date.

b.procspec.yaml:9:15: error: Step cannot be taken [step-not-taken]
    9 |   - complete: report
      |               ^^^^^^
  "report" cannot be completed on 2024-12-11: it is waiting. The steps after it were not taken.

  On 2024-12-11  ● running
    ● running             "Steps" (root)  one after another
      ● running (Approval)  "Books" (books)  Ana Ruiz due 2024-12-10, approved by ben
      ○ waiting             "Report" (report)  Ana Ruiz

2 scenarios: 1 ok, 1 failed.
"""


def test_what_people_see(both: Home) -> None:
    result = both.run("test")
    assert (result.code, result.err) == (1, "")
    assert result.out == SHOWN
    harmless(result.out)


def test_only_those_that_were_asked_for(both: Home) -> None:
    result = both.ok("test", "good")
    assert result.out == "ok      good  All goes well  2 steps\n\n1 scenario: 1 ok.\n"
    assert both.run("test", "bad").code == 1
    unknown = both.run("test", "nope")
    assert unknown.code == 64 and "There is no scenario with the key 'nope'." in unknown.err
    assert "Known: bad, good." in unknown.err


def test_nothing_but_files_is_needed_and_nothing_is_written(both: Home) -> None:
    before = sorted(path.name for path in both.folder.rglob("*"))
    both.run("test")
    assert sorted(path.name for path in both.folder.rglob("*")) == before


def test_the_account_of_the_environment_is_not_asked(both: Home, server: Server) -> None:
    both.write("procspec.yaml", PROJECT.format(url=server.url))
    both.run("test")
    assert server.requests() == []


def test_the_projects_own_emulator_is_not_touched(both: Home) -> None:
    project = PROJECT.format(url="emulator").replace('"emulator"}', '"emulator", clock: 2024-09-30}')
    both.write("procspec.yaml", project)
    both.ok("apply", "--auto-approve")
    kept = {name: (both.folder / ".procspec" / name).read_bytes() for name in ("emulator.db", "state.db")}
    both.run("test")
    assert kept == {name: (both.folder / ".procspec" / name).read_bytes() for name in kept}
    assert both.pending() == []


def test_json_says_all_of_it(both: Home) -> None:
    result = both.run("test", "-o", "json")
    assert result.code == 1 and result.err == ""
    assert list(result.json) == ["format_version", "exit_code", "scenarios"]
    assert result.json["exit_code"] == 1
    good, bad = result.json["scenarios"]
    assert (good["passed"], good["key"], good["title"], good["taken"]) == (True, "good", "All goes well", 2)
    assert "scenes" not in good
    assert [scene["today"] for scene in bad["scenes"]] == ["2024-12-11"] * 2
    (found,) = bad["scenes"][0]["diagnostics"]
    assert (found["rule"], found["place"]["line"], found["place"]["file"]) == (
        "not-as-expected",
        8,
        "b.procspec.yaml",
    )
    books, report = bad["scenes"][0]["run"]["root"]["children"]
    assert (books["key"], books["phase"], books["review"]) == ("books", "running", "approval")
    assert (report["key"], report["phase"]) == ("report", "waiting")


def test_junit_has_a_case_a_scenario(both: Home) -> None:
    result = both.run("test", "-o", "junit")
    assert result.code == 1
    assert result.err == "ok      good  All goes well  2 steps\nFAILED  bad  3 of 5 steps\n"
    report = JUnitXml.fromstring(result.out.encode("ascii"))
    assert (report.tests, report.failures, report.errors, report.skipped) == (2, 1, 0, 0)
    good, bad = (case for suite in report for case in suite)
    assert good.is_passed and (good.classname, good.name) == ("a.procspec.yaml", "good")
    (failure,) = bad.result
    assert isinstance(failure, Failure) and failure.type == "not-as-expected"
    assert failure.message.endswith("It is in approval, without a due date. And 1 more.")
    assert "b.procspec.yaml:9:15: error: Step cannot be taken" in failure.text
    assert bad.system_out.count('"Books" (books)') == 1
    harmless(failure.text + bad.system_out)


def test_names_of_files_are_the_repositorys(both: Home) -> None:
    (both.folder.parent / ".git").mkdir()
    for suite in JUnitXml.fromstring(both.run("test", "-o", "junit").out.encode("ascii")):
        assert suite.name.startswith("project/")
        for case in suite:
            assert case.classname == suite.name


def test_without_scenarios_there_is_nothing_to_do(close: Home) -> None:
    assert close.ok("test").out == "No scenarios: a file `kind: Scenario` says what a process must do.\n"
    assert close.ok("test", "-o", "json").json == {"format_version": 1, "exit_code": 0, "scenarios": []}
    assert JUnitXml.fromstring(close.ok("test", "-o", "junit").out.encode()).tests == 0


def test_files_that_are_wrong_are_not_played(both: Home) -> None:
    both.edit("b.procspec.yaml", "complete: report", "complete: repord")
    result = both.run("test")
    assert result.code == 3 and result.out == ""
    assert "b.procspec.yaml:9:15: error: Unknown job or group [unknown-job]" in result.err
    assert both.run("validate").code == 3
    told = both.run("test", "-o", "json")
    assert told.code == 3 and [one["rule"] for one in told.json["diagnostics"]] == ["unknown-job"]
    report = JUnitXml.fromstring(both.run("test", "-o", "junit").out.encode("ascii"))
    assert report.failures == 1


@pytest.mark.parametrize("provider", ["workingflow", "apptor"])
def test_a_system_that_cannot_rehearse_says_so(close: Home, provider: str) -> None:
    (close.folder / "close.procspec.yaml").unlink()
    close.edit("procspec.yaml", "provider: workiva", f"provider: {provider}")
    result = close.run("test")
    assert result.code == 64 and result.out == ""
    assert f"{provider} cannot rehearse a process." in result.err


def test_a_process_that_is_not_valid_on_the_day(both: Home) -> None:
    both.edit("a.procspec.yaml", "today: 2024-12-01", "today: 2025-01-01")
    result = both.run("test", "good")
    assert result.code == 1
    assert "FAILED  good  All goes well  0 of 2 steps" in result.out
    assert "close.procspec.yaml:4:10: error: Not valid on the server [server-validation]" in result.out
    assert "  see also a.procspec.yaml:5:8" in result.out


def test_fmt_knows_scenarios(both: Home) -> None:
    both.write("a.procspec.yaml", GOOD.replace("  - ", "- ").replace("[report]", "[ report ]"))
    assert both.run("fmt", "--check").out == "a.procspec.yaml\n"
    both.ok("fmt")
    assert (both.folder / "a.procspec.yaml").read_text() == GOOD
    both.ok("test", "good")


def test_policies_look_at_processes_alone(both: Home) -> None:
    """A scenario adds nothing to what is found of a process, and no finding keeps it from being played."""
    with_them = both.run("validate", "-o", "json", "--as-of", "2025-06-01").json["diagnostics"]
    both.run("test", "good")
    for name in ("a.procspec.yaml", "b.procspec.yaml"):
        (both.folder / name).unlink()
    without = both.run("validate", "-o", "json", "--as-of", "2025-06-01").json["diagnostics"]
    assert with_them == without and without


def test_hidden_characters_are_shown(close: Home) -> None:
    close.write("a.procspec.yaml", BAD.replace("key: bad", 'key: bad\nname: "::error::a\\u200bb"'))
    for form in ("text", "json", "junit"):
        result = close.run("test", "-o", form)
        assert result.code == 1
        harmless(result.out + result.err)
