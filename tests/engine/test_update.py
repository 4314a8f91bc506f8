"""import --update: hand edits on the server come back into the file, and nothing else changes in it."""

from __future__ import annotations

import difflib
import stat
from typing import Any

import pytest

from tests.conftest import Home, Server
from tests.engine.conftest import PROJECT
from tests.engine.proxy import between

NAME = "close.procspec.yaml"
PROCESS = """\
# The close of a small company.
kind: Process
key: close
name: Close ${var.period}     # what people see
dueDate: 2024-12-31           # agreed with the board
autoClose: true
calendar: us

businessDateInclusions:       # weekends on which we work
  - 2024-12-28  # inventory
  - 2024-12-29

root:
  name: Steps
  children:
    # ---------------------------------------------------------------- ledger
    - job: reconcile
      sendTask:
        title: 'Reconcile'      # in single quotes
        assignee: ana
        approver: {id: user-7, type: user}
        dueDate: "2024-12-15"
        instructions: |
          First line.
          Second line.

          Third line.
    - job: accrue
      sendTask: {title: Accrue, assignee: ben, dueDate: 2024-12-16}

    # each entity for itself
    - job: match-${each.key}
      forEach: {us: {}, de: {}}
      sendTask:
        title: Match ${each.key}
        assignee: ana
        dueDate: &late 2024-12-20
    - job: report
      sendTask:
        title: Report
        assignee: ana
        instructions: Short.    # for the board
        dueDate: *late
"""


def project(url: str) -> str:
    return PROJECT.format(url=url) + "variables: {period: {default: Q4}}\n"


@pytest.fixture
def drifting(home: Home, server: Server) -> Home:
    """A commented process, applied."""
    home.write("procspec.yaml", project(server.url))
    home.write(NAME, PROCESS)
    home.ok("apply", "--auto-approve")
    return home


def hand(home: Home, server: Server, *patches: tuple[str, Any]) -> None:
    """Somebody edits the process on the server; None removes."""
    id = home.record("close")["id"]
    edits = [
        {"op": "remove", "path": path} if value is None else {"op": "add", "path": path, "value": value}
        for path, value in patches
    ]
    server.control("POST", f"processes/{id}/edit", edits)


def job(number: int, field: str) -> str:
    return f"/root/children/{number}/job/arguments/sendTaskArgs/{field}"


def lines(home: Home, before: str = PROCESS) -> list[str]:
    """What `git diff` would show, without its heads."""
    after = (home.folder / NAME).read_bytes().decode()
    diff = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in diff if not line.startswith(("---", "+++", "@@"))]


def causes(home: Home) -> dict[str, str]:
    """Why each field differs."""
    found = home.pending()
    return {
        ".".join(part for part in (change["node"].replace("/", "root"), change["field"]) if part): change.get(
            "cause", "spec"
        )
        for change in found
    }


def test_values_come_back_and_nothing_else_changes(drifting: Home, server: Server) -> None:
    hand(
        drifting,
        server,
        ("/dueDate", "2025-01-20T00:00:00Z"),
        ("/root/name", "All steps"),
        (job(0, "title"), "Reconcile: all of it"),
        (job(0, "assignee"), {"id": "user-2", "type": "user"}),
        (job(0, "dueDate"), "2024-12-17"),
        (job(1, "title"), "Accrue, and check"),
    )
    shown = drifting.ok("import", "--update", "close")
    assert lines(drifting) == [
        "-dueDate: 2024-12-31           # agreed with the board",
        "+dueDate: 2025-01-20           # agreed with the board",
        "-  name: Steps",
        "+  name: All steps",
        "-        title: 'Reconcile'      # in single quotes",
        "-        assignee: ana",
        "+        title: 'Reconcile: all of it'      # in single quotes",
        "+        assignee: ben",
        '-        dueDate: "2024-12-15"',
        '+        dueDate: "2024-12-17"',
        "-      sendTask: {title: Accrue, assignee: ben, dueDate: 2024-12-16}",
        '+      sendTask: {title: "Accrue, and check", assignee: ben, dueDate: 2024-12-16}',
    ]
    assert "close: 6 values brought back into close.procspec.yaml." in shown.out
    assert "reconcile.assignee  Ana Ruiz -> Ben Cole  close.procspec.yaml:20:19" in shown.out
    assert "dueDate  2024-12-31 -> 2025-01-20  close.procspec.yaml:5:10" in shown.out
    assert "close: the plan is empty, and the next apply asks the server whether" in shown.out
    assert "1 not valid on the server, or not asked to the end." in drifting.ok("plan").out
    assert drifting.pending() == []
    again = drifting.ok("import", "--update").out
    assert "nothing to bring back" in again


def test_what_was_applied_is_the_new_value(drifting: Home, server: Server) -> None:
    hand(drifting, server, ("/dueDate", "2025-01-20"))
    drifting.ok("import", "--update")
    drifting.edit(NAME, "dueDate: 2025-01-20", "dueDate: 2025-01-21")
    (change,) = drifting.pending()
    assert (change["before"], change["after"]) == ("2025-01-20", "2025-01-21")
    assert causes(drifting) == {"dueDate": "spec"}
    drifting.ok("apply", "--auto-approve")
    assert drifting.pending() == []


def test_an_edit_of_the_file_that_waits_stays_one(drifting: Home, server: Server) -> None:
    hand(drifting, server, ("/dueDate", "2025-01-20"))
    drifting.edit(NAME, "autoClose: true", "autoClose: false")
    drifting.edit(NAME, "name: Steps", "name: Phases")
    shown = drifting.ok("import", "--update").out
    assert "What the plan has for close now:" in shown and "1 value brought back" in shown
    assert causes(drifting) == {"autoClose": "spec", "root.name": "spec"}


def test_a_value_that_both_sides_changed_is_left(drifting: Home, server: Server) -> None:
    """An edit that was not applied yet is nobody's to overwrite."""
    hand(drifting, server, ("/dueDate", "2025-02-02"), (job(0, "title"), "All of it"))
    drifting.edit(NAME, "dueDate: 2024-12-31", "dueDate: 2025-01-15")
    drifting.edit(NAME, "assignee: ben", "assignee: {id: user-8, type: user}")
    hand(drifting, server, (job(1, "assignee"), {"id": "user-9", "type": "user"}))
    shown = drifting.run("import", "--update")
    assert shown.code == 1
    assert (
        'dueDate is "2025-02-02" on the server. The file has "2025-01-15", which was not applied: both sides'
        " have changed it. Write the server's value into the file by hand, or apply to have the file's on the"
        " server."
    ) in shown.err
    assert 'The file has "{"id": "user-8", "type": "user"}", which was not applied' in shown.err
    assert f"{NAME}:5:10: error: " in shown.err
    text = (drifting.folder / NAME).read_text()
    assert "dueDate: 2025-01-15 " in text and "title: 'All of it'" in text and "assignee: user-9" not in text
    assert causes(drifting) == {"dueDate": "both", "accrue.assignee": "both"}
    drifting.edit(NAME, "dueDate: 2025-01-15", "dueDate: 2025-02-02")
    assert causes(drifting) == {"accrue.assignee": "both"}


def test_a_person_of_some_environments_is_not_named(drifting: Home, server: Server) -> None:
    """The file is read in all of them: with a name that one does not have it would be broken there."""
    text = (
        project(server.url)
        .replace(f'url: "{server.url}"}}', f'url: "{server.url}", people: {{zoe: user-8, yan: user-7}}}}')
        .replace(
            "people:\n  ana",
            "  local: {provider: workiva, url: emulator, people: {yan: user-6}}\npeople:\n  ana",
        )
    )
    drifting.write("procspec.yaml", f"{text}defaultEnvironment: served\n")
    hand(
        drifting,
        server,
        (job(0, "assignee"), {"id": "user-8", "type": "user"}),
        (job(1, "assignee"), {"id": "user-7", "type": "user"}),
    )
    shown = drifting.run("import", "--update")
    assert shown.code == 1
    assert lines(drifting) == [
        "-      sendTask: {title: Accrue, assignee: ben, dueDate: 2024-12-16}",
        "+      sendTask: {title: Accrue, assignee: yan, dueDate: 2024-12-16}",
    ]
    assert f"{NAME}:20:19: error: " in shown.err
    assert 'reconcile.assignee is "zoe" on the server. Not every environment has "zoe"' in shown.err
    drifting.ok("validate", "-e", "local")


def test_a_person_without_a_name_is_written_in_full(drifting: Home, server: Server) -> None:
    hand(
        drifting,
        server,
        (job(0, "assignee"), {"id": "user-9", "type": "user"}),
        (job(0, "approver"), {"id": "team-3", "type": "group"}),
    )
    drifting.ok("import", "--update")
    assert lines(drifting) == [
        "-        assignee: ana",
        "-        approver: {id: user-7, type: user}",
        "+        assignee: {id: user-9, type: user}",
        "+        approver: {id: team-3, type: group}",
    ]
    assert drifting.pending() == []


def test_a_field_that_is_gone_goes_with_its_line(drifting: Home, server: Server) -> None:
    hand(drifting, server, (job(4, "instructions"), None), ("/dueDate", None), (job(0, "approver"), None))
    shown = drifting.ok("import", "--update").out
    assert lines(drifting) == [
        "-dueDate: 2024-12-31           # agreed with the board",
        "-        approver: {id: user-7, type: user}",
        "-        instructions: Short.    # for the board",
    ]
    assert 'report.instructions  "Short." -> (none)' in shown
    assert drifting.pending() == []


def test_lists_and_texts_of_several_lines_change_line_by_line(drifting: Home, server: Server) -> None:
    hand(
        drifting,
        server,
        ("/businessDateInclusions", ["2024-12-21T00:00:00Z", "2024-12-28T00:00:00Z"]),
        (job(0, "instructions"), "First line.\nAnother second line.\n\nThird line."),
    )
    drifting.ok("import", "--update")
    assert lines(drifting) == [
        "-  - 2024-12-29",
        "+  - 2024-12-21",
        "-          Second line.",
        "+          Another second line.",
    ]
    assert drifting.pending() == []


def test_a_short_text_that_became_long_is_a_block(drifting: Home, server: Server) -> None:
    hand(drifting, server, (job(4, "instructions"), "One ${x}.\r\nTwo."))
    drifting.ok("import", "--update")
    assert lines(drifting) == [
        "-        instructions: Short.    # for the board",
        "+        instructions: |-    # for the board",
        "+          One $${x}.",
        "+          Two.",
    ]
    assert drifting.pending() == []


def test_what_cannot_be_written_is_left_and_the_rest_is_not(drifting: Home, server: Server) -> None:
    hand(
        drifting,
        server,
        ("/name", "Year end"),
        ("/businessDaysOfWeek", ["monday"]),
        (job(0, "title"), "Reconcile all"),
        (job(2, "assignee"), {"id": "user-2", "type": "user"}),
        (job(4, "dueDate"), "2024-12-27"),
        (job(1, "title"), "Be\u0007ll"),
    )
    shown = drifting.run("import", "--update")
    assert shown.code == 1
    assert lines(drifting) == [
        "-        title: 'Reconcile'      # in single quotes",
        "+        title: 'Reconcile all'      # in single quotes",
    ]
    places = [line.split(": error:")[0] for line in shown.err.splitlines() if "[left-as-it-is]" in line]
    assert [place.removeprefix(f"{NAME}:") for place in places] == ["4:7", "7:11", "29:25", "36:19", "43:18"]
    assert 'name is "Year end" on the server. The file computes it from "Close ${var.period}".' in shown.err
    assert 'The file has it from calendar "us".' in shown.err
    assert "The file has it once, for all copies of a forEach." in shown.err
    assert "the file writes an alias (*) there" in shown.err
    assert "a file cannot say it" in shown.err
    assert set(causes(drifting).values()) == {"drift"}
    assert set(causes(drifting)) == {
        *("name", "businessDaysOfWeek", "match-us.assignee", "report.dueDate", "accrue.title"),
    }


def test_a_workday_is_left(home: Home, server: Server) -> None:
    home.write("procspec.yaml", project(server.url))
    dated = PROCESS.replace("dueDate: 2024-12-31 ", "businessEndDate: 2024-12-31\ndueDate: WD+5 ")
    home.write(NAME, dated)
    home.ok("apply", "--auto-approve")
    hand(home, server, ("/dueDate", "2025-01-31"))
    shown = home.run("import", "--update")
    assert shown.code == 1 and lines(home, dated) == []
    assert 'dueDate is "2025-01-31" on the server. The file computes it from "WD+5".' in shown.err


def test_jobs_and_groups_are_told_and_not_written(drifting: Home, server: Server) -> None:
    extra = {"type": "job", "job": {"arguments": {"type": "sendTask", "sendTaskArgs": {"title": "Extra"}}}}
    hand(drifting, server, ("/root/children/-", extra), ("/dueDate", "2025-01-20"))
    shown = drifting.run("import", "--update")
    assert shown.code == 1
    assert "Extra was added on the server. The jobs and groups of a file are changed by hand" in shown.err
    assert [line[:20] for line in lines(drifting)] == ["-dueDate: 2024-12-31", "+dueDate: 2025-01-20"]


def test_a_job_that_is_gone_is_told(drifting: Home, server: Server) -> None:
    hand(drifting, server, ("/root/children/1", None), (job(0, "title"), "Reconcile all"))
    shown = drifting.run("import", "--update")
    assert shown.code == 1
    assert "accrue is gone from the server." in shown.err
    assert len(lines(drifting)) == 2


def test_a_job_in_a_group_that_nobody_knows_is_told(drifting: Home, server: Server) -> None:
    id = drifting.record("close")["id"]
    group = {"type": "group", "group": {"id": "g-new", "name": "New", "children": []}}
    edits = [
        {"op": "add", "path": "/root/children/-", "value": group},
        {"op": "replace", "path": job(1, "title"), "value": "Accrue all"},
        {"op": "move", "from": "/root/children/1", "path": "/root/children/4/group/children/0"},
    ]
    server.control("POST", f"processes/{id}/edit", edits)
    shown = drifting.run("import", "--update")
    assert shown.code == 1 and lines(drifting) == []
    assert "accrue was moved on the server." in shown.err and "New was added on the server." in shown.err
    assert "It stands in a group there that the file does not have." in shown.err


def test_a_process_whose_outcome_is_unknown_is_left_alone(home: Home, server: Server) -> None:
    home.write(NAME, PROCESS)
    with between(server.url) as proxy:
        home.write("procspec.yaml", project(proxy.url))
        proxy.faults = {"POST processes": "after"}
        assert home.run("apply", "--auto-approve").code == 4
        proxy.faults = {}
        told = home.run("import", "--update", "close")
    assert told.code == 4 and "procspec resolve close" in told.err
    assert lines(home) == []


def test_what_the_files_do_not_manage_stays_unmanaged(drifting: Home, server: Server) -> None:
    hand(drifting, server, ("/businessStartDate", "2024-10-01"), (job(4, "document"), "doc-1"))
    drifting.ok("import", "--update")
    assert lines(drifting) == [] and drifting.pending() == []


def test_a_field_that_the_file_has_removed_does_not_come_back(drifting: Home, server: Server) -> None:
    before = PROCESS.replace("dueDate: 2024-12-31           # agreed with the board\n", "")
    drifting.write(NAME, before)
    hand(drifting, server, ("/dueDate", "2025-01-20"))
    shown = drifting.run("import", "--update")
    assert shown.code == 1 and "The file has removed it since the last apply." in shown.err
    assert lines(drifting, before) == []


def test_the_bytes_around_stay_what_they_are(drifting: Home, server: Server) -> None:
    path = drifting.folder / NAME
    path.write_bytes(b"\xef\xbb\xbf" + PROCESS.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    hand(drifting, server, ("/dueDate", "2025-01-20"), (job(4, "instructions"), "One.\nTwo."))
    drifting.ok("import", "--update")
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf# The close") and raw.count(b"\n") == raw.count(b"\r\n")
    assert b"dueDate: 2025-01-20           # agreed with the board\r\n" in raw
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(file.name for file in drifting.folder.iterdir() if file.is_file()) == [
        NAME,
        "procspec.yaml",
    ]
    assert drifting.pending() == []


def test_what_the_files_may_not_say_changes_nothing(drifting: Home, server: Server) -> None:
    """The value can be written, and the file that has it breaks the schema."""
    hand(drifting, server, ("/dueDate", "2025-01-20"), (job(0, "title"), ""))
    record = drifting.record("close")
    shown = drifting.run("import", "--update")
    assert shown.code == 3 and "No file was changed" in shown.err and "empty-text" in shown.err
    assert lines(drifting) == []
    assert drifting.record("close") == record


def test_keys_that_moved_are_followed(drifting: Home, server: Server) -> None:
    before = PROCESS.replace("job: reconcile", "job: reconcile-ar").replace(
        "autoClose: true", "moved: [{from: reconcile, to: reconcile-ar}]\nautoClose: true"
    )
    drifting.write(NAME, before)
    hand(drifting, server, (job(0, "title"), "Reconcile all"))
    drifting.ok("import", "--update")
    assert len(lines(drifting, before)) == 2
    assert drifting.pending() == []
    assert "reconcile-ar" in drifting.record("close")["ids"]


def test_several_processes_are_written_or_none(drifting: Home, server: Server) -> None:
    other = PROCESS.replace("key: close", "key: other")
    drifting.write("other.procspec.yaml", other)
    drifting.ok("apply", "--auto-approve")
    hand(drifting, server, ("/dueDate", "2025-01-20"))
    id = drifting.record("other")["id"]
    wrong = [{"op": "replace", "path": job(0, "title"), "value": ""}]
    server.control("POST", f"processes/{id}/edit", wrong)
    assert drifting.run("import", "--update").code == 3
    assert lines(drifting) == []
    assert (drifting.folder / "other.procspec.yaml").read_text() == other
    right = [{"op": "replace", "path": job(0, "title"), "value": "Other"}]
    server.control("POST", f"processes/{id}/edit", right)
    drifting.ok("import", "--update")
    assert len(lines(drifting)) == 2 and drifting.pending() == []
    assert "title: 'Other'" in (drifting.folder / "other.procspec.yaml").read_text()


def test_command_lines(drifting: Home, server: Server) -> None:
    assert drifting.run("import").code == 64
    assert drifting.run("import", "a", "b", "--key", "x").code == 64
    assert drifting.run("import", "--update", "--key", "close").code == 64
    assert drifting.run("import", "--update", "nobody").code == 64
    drifting.write("other.procspec.yaml", PROCESS.replace("key: close", "key: other"))
    assert drifting.run("import", "--update", "other").code == 1
    drifting.ok("import", "--update")


def test_a_process_that_is_not_settled_is_left_alone(drifting: Home, server: Server) -> None:
    server.call("DELETE", f"/processes/{drifting.record('close')['id']}")
    gone = drifting.run("import", "--update", "close")
    assert gone.code == 1 and "somebody trashed it" in gone.err
    assert lines(drifting) == []


def test_it_waits_for_the_lock(drifting: Home, server: Server) -> None:
    from procspec.state import open_store

    store = open_store(".procspec/state.db", drifting.folder)
    hand(drifting, server, ("/dueDate", "2025-01-20"))
    try:
        with store.lock("served", "somebody"):
            assert drifting.run("import", "--update").code == 5
    finally:
        store.close()
    assert lines(drifting) == []
    drifting.ok("import", "--update")


def test_one_that_cannot_be_compared_does_not_hide_the_others(drifting: Home, server: Server) -> None:
    other = PROCESS.replace("key: close", "key: other")
    drifting.write("a-other.procspec.yaml", other)
    drifting.ok("apply", "--auto-approve")
    server.call("DELETE", f"/processes/{drifting.record('other')['id']}")
    hand(drifting, server, ("/dueDate", "2025-01-15"))
    result = drifting.run("import", "--update")
    assert result.code == 1
    assert "other was skipped. other is not on the server; somebody trashed it." in result.err
    assert "close: 1 value brought back into close.procspec.yaml." in result.out
    assert drifting.record("close") and "dueDate: 2025-01-15" in (drifting.folder / NAME).read_text()


def test_what_was_left_is_counted(drifting: Home, server: Server) -> None:
    hand(drifting, server, ("/dueDate", "2025-01-15"), ("/name", "Edited by hand"))
    result = drifting.run("import", "--update")
    assert result.code == 1
    assert "close: 1 of 2 values brought back into close.procspec.yaml." in result.out
