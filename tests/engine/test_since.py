"""`plan --since REV`: what the edits of the files explain, and what they do not."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

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
people: {ana: user-1, ben: user-2}
"""
PROCESS = """\
kind: Process
key: close
name: Close
dueDate: 2024-12-31
root:
  name: Steps
  children:
    - job: reconcile
      sendTask: {title: Reconcile, assignee: ana, approver: ben}
    - job: report
      sendTask: {title: Report, assignee: ben, approver: ana}
"""
APPLY = ("apply", "--auto-approve")


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main")
    subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x", "--allow-empty")


@pytest.fixture
def tracked(home: Home) -> Home:
    """A project in a folder of a repository, applied and committed."""
    git(home.folder, "init", "-q")
    inner = Home(home.folder / "audit" / "close")
    inner.write("procspec.yaml", PROJECT)
    inner.write("close.procspec.yaml", PROCESS)
    inner.ok(*APPLY)
    home.write(".gitignore", ".procspec/\n")
    commit(home.folder)
    return inner


def edit(home: Home, before: str, after: str) -> None:
    home.edit("close.procspec.yaml", before, after)


def by_hand(home: Home, path: str, value: str) -> None:
    store = Store(home.folder / ".procspec" / "emulator.db")
    with store.transaction():
        world = World(store, None, ())
        (id,) = {record["id"] for record in json.loads(home.ok("state", "list", "-o", "json").out)["records"]}
        edited(world, id, [{"op": "replace", "path": path, "value": value}])
    store.close()


def marked(plan: Any) -> dict[str, bool]:
    """Whether each pending change is unexplained, by node and field."""
    return {
        f"{change['node']}.{change['field']}": change.get("unexplained", False)
        for item in plan["processes"]
        for change in item.get("changes", [])
        if change["action"] != "no-op"
    }


def test_an_edit_is_explained_and_drift_is_not(tracked: Home) -> None:
    edit(tracked, "title: Report", "title: Write the report")
    by_hand(tracked, "/dueDate", "2025-01-15")
    result = tracked.run("plan", "--since", "HEAD", "-o", "json")
    assert result.code == 0
    assert result.json["since"] == "HEAD"
    assert marked(result.json) == {".dueDate": True, "report.title": False}
    text = tracked.ok("plan", "--since", "HEAD").out
    (line,) = [line for line in text.splitlines() if "not explained by the edits" in line]
    assert "dueDate" in line
    assert "changes that no edit explains: close (1)" in text


def test_it_can_fail(tracked: Home) -> None:
    assert tracked.run("plan", "--since", "HEAD", "--fail-on-unexplained").code == 0
    by_hand(tracked, "/dueDate", "2025-01-15")
    assert tracked.run("plan", "--since", "HEAD", "--fail-on-unexplained").code == 8
    assert tracked.run("plan", "--since", "HEAD", "--fail-on-unexplained", "-o", "json").code == 8


def test_what_was_edited_before_and_never_applied_is_not_explained(tracked: Home) -> None:
    edit(tracked, "dueDate: 2024-12-31", "dueDate: 2025-01-31")
    commit(tracked.folder)
    plan = tracked.run("plan", "--since", "HEAD", "-o", "json").json
    assert marked(plan) == {".dueDate": True}
    assert marked(tracked.run("plan", "--since", "HEAD~1", "-o", "json").json) == {".dueDate": False}


def test_a_person_whose_id_changed_explains_it(tracked: Home) -> None:
    tracked.write("procspec.yaml", PROJECT.replace("user-2", "user-3"))
    plan = tracked.run("plan", "--since", "HEAD", "-o", "json").json
    assert set(marked(plan).values()) == {False}


def test_a_new_process_and_a_new_job(tracked: Home) -> None:
    tracked.write("more.procspec.yaml", PROCESS.replace("key: close", "key: more"))
    edit(
        tracked,
        "    - job: report",
        "    - job: archive\n      sendTask: {title: Archive}\n    - job: report",
    )
    plan = tracked.run("plan", "--since", "HEAD", "-o", "json").json
    assert set(marked_nodes(plan).values()) == {False}


def marked_nodes(plan: Any) -> dict[str, bool]:
    return {
        f"{item['key']}.{change['node']}": change.get("unexplained", False)
        for item in plan["processes"]
        for change in item["changes"]
        if change["action"] != "no-op"
    }


def test_a_folder_that_was_not_there_yet(tracked: Home) -> None:
    new = Home(tracked.folder.parent / "new")
    new.write("procspec.yaml", PROJECT)
    new.write("close.procspec.yaml", PROCESS)
    plan = new.run("plan", "--since", "HEAD", "-o", "json").json
    assert set(marked_nodes(plan).values()) == {False}


@pytest.mark.parametrize("revision", ["nothing", "--output=x", "-x", "HEAD~99", "a b", "\x1b[31m"])
def test_an_unknown_revision(tracked: Home, revision: str) -> None:
    result = tracked.run("plan", f"--since={revision}")
    assert result.code == 64
    assert "revision" in result.err and "\x1b" not in result.err


def test_files_that_were_wrong_at_the_revision(tracked: Home) -> None:
    edit(tracked, "dueDate: 2024-12-31", "dueDate: never")
    commit(tracked.folder)
    edit(tracked, "dueDate: never", "dueDate: 2024-12-31")
    result = tracked.run("plan", "--since", "HEAD")
    assert result.code == 64
    assert "at 'HEAD' are not valid: close.procspec.yaml:4:10" in result.err


def test_without_a_repository(home: Home) -> None:
    home.write("procspec.yaml", PROJECT)
    home.write("close.procspec.yaml", PROCESS)
    result = home.run("plan", "--since", "HEAD")
    assert result.code == 64 and "git rev-parse failed" in result.err


def test_the_flags_belong_together(home: Home) -> None:
    home.write("procspec.yaml", PROJECT)
    assert home.run("plan", "--fail-on-unexplained").code == 64


@pytest.mark.parametrize("more", [(), ("--fail-on-unexplained",)])
def test_an_empty_revision_is_refused(tracked: Home, more: tuple[str, ...]) -> None:
    """An unset variable of a pipeline is no wish for a plan without marks."""
    by_hand(tracked, "/dueDate", "2025-01-15")
    result = tracked.run("plan", "--since", "", *more)
    assert result.code == 64 and "--since" in result.err and result.out == ""


# --------------------------------------------------------------------------------------------- drift


def is_refused(home: Home, revision: str, *paths: str) -> None:
    """Exactly these changes are unexplained, and the plan fails for it."""
    result = home.run("plan", "--since", revision, "--fail-on-unexplained", "-o", "json")
    assert {path for path, alone in marked(result.json).items() if alone} == set(paths)
    assert result.code == 8


def test_drift_is_not_explained_by_what_was_edited_and_applied(tracked: Home) -> None:
    edit(tracked, "dueDate: 2024-12-31", "dueDate: 2025-01-31")
    tracked.ok(*APPLY)
    commit(tracked.folder)
    by_hand(tracked, "/dueDate", "2025-02-15")
    is_refused(tracked, "HEAD~1", ".dueDate")


def test_drift_of_a_process_that_was_not_there_is_not_explained(home: Home) -> None:
    git(home.folder, "init", "-q")
    home.write(".gitignore", ".procspec/\n")
    home.write("procspec.yaml", PROJECT)
    commit(home.folder)
    home.write("close.procspec.yaml", PROCESS)
    home.ok(*APPLY)
    by_hand(home, "/dueDate", "2025-01-15")
    is_refused(home, "HEAD", ".dueDate")


def test_what_both_sides_changed_is_explained_by_the_edit(tracked: Home) -> None:
    edit(tracked, "dueDate: 2024-12-31", "dueDate: 2025-01-31")
    by_hand(tracked, "/dueDate", "2025-02-15")
    text = tracked.ok("plan", "--since", "HEAD", "--fail-on-unexplained").out
    (line,) = [line for line in text.splitlines() if "dueDate" in line]
    assert "both: changed in the file and on the server" in line and "not explained" not in line
    commit(tracked.folder)
    is_refused(tracked, "HEAD", ".dueDate")


def test_a_job_that_a_new_file_had_for_a_while(home: Home) -> None:
    """All that was ever asked for with it has come since."""
    git(home.folder, "init", "-q")
    home.write(".gitignore", ".procspec/\n")
    home.write("procspec.yaml", PROJECT)
    commit(home.folder)
    home.write(
        "close.procspec.yaml",
        f"{PROCESS}    - job: archive\n      sendTask: {{title: Archive, assignee: ana}}\n",
    )
    home.ok(*APPLY)
    home.write("close.procspec.yaml", PROCESS)
    home.ok("plan", "--since", "HEAD", "--fail-on-unexplained")


# --------------------------------------------------------------------------------------------- moves


def rekeyed(home: Home) -> None:
    home.write("procspec.yaml", f"{PROJECT}moved: [{{from: close, to: year-end}}]\n")
    edit(home, "key: close", "key: year-end")


def test_a_process_that_moved_is_held_against_what_it_was(tracked: Home) -> None:
    edit(tracked, "dueDate: 2024-12-31", "dueDate: 2025-01-31")
    commit(tracked.folder)  # and not applied
    rekeyed(tracked)
    is_refused(tracked, "HEAD", ".dueDate")


def test_a_move_that_was_applied_explains_no_drift(tracked: Home) -> None:
    rekeyed(tracked)
    tracked.ok(*APPLY)
    by_hand(tracked, "/dueDate", "2025-01-15")
    is_refused(tracked, "HEAD", ".dueDate")


def test_a_move_that_was_applied_explains_no_older_edit(tracked: Home) -> None:
    rekeyed(tracked)
    tracked.ok(*APPLY)
    edit(tracked, "key: year-end", "key: close")
    tracked.write("procspec.yaml", PROJECT)
    edit(tracked, "dueDate: 2024-12-31", "dueDate: 2025-01-31")
    commit(tracked.folder)  # edited under the old key; what is new is the move, which the state has already
    rekeyed(tracked)
    is_refused(tracked, "HEAD", ".dueDate")


def node_moved(home: Home) -> None:
    edit(home, "name: Close\n", "name: Close\nmoved: [{from: report, to: write}]\n")
    edit(home, "job: report", "job: write")


def turned(home: Home) -> None:
    """The two jobs in the other order."""
    text = (home.folder / "close.procspec.yaml").read_text()
    head, first, second = text.split("    - job: ")
    home.write("close.procspec.yaml", f"{head}    - job: {second}    - job: {first}")


@pytest.mark.parametrize("applied", [False, True])
def test_a_job_that_moved_does_not_explain_an_older_order(tracked: Home, applied: bool) -> None:
    if applied:
        node_moved(tracked)
        tracked.ok(*APPLY)
        edit(tracked, "job: write", "job: report")
        edit(tracked, "moved: [{from: report, to: write}]\n", "")
    turned(tracked)
    commit(tracked.folder)
    node_moved(tracked)
    is_refused(tracked, "HEAD", "/.children")


def test_a_group_that_moved_is_the_parent_that_it_was(tracked: Home) -> None:
    edit(
        tracked,
        "    - job: report\n",
        "    - group: later\n      name: Later\n      children: []\n    - job: report\n",
    )
    tracked.ok(*APPLY, "--allow-replace")
    text = (tracked.folder / "close.procspec.yaml").read_text()
    head, _, job = text.partition("    - job: report\n")
    job = "          ".join(["", "- job: report\n", "  " + job.strip() + "\n"])
    inside = head.replace("      children: []\n", f"      children:\n{job}")
    tracked.write("close.procspec.yaml", inside)
    commit(tracked.folder)  # into the group, and not applied
    edit(tracked, "name: Close\n", "name: Close\nmoved: [{from: later, to: end}]\n")
    edit(tracked, "group: later", "group: end")
    is_refused(tracked, "HEAD", "report.parent")


# --------------------------------------------------------------------------------- the tree at the time


def unapplied(home: Home) -> None:
    """An edit that is in the last commit and was not applied: no later one explains it."""
    edit(home, "dueDate: 2024-12-31", "dueDate: 2025-01-31")
    commit(home.folder)


def linked(home: Home, name: str, target: str) -> None:
    """Moves a file of the project away, and leaves a link."""
    place = home.folder / target
    place.parent.mkdir(exist_ok=True)
    (home.folder / name).rename(place)
    (home.folder / name).symlink_to(target)


@pytest.mark.parametrize("target", ["shared/close.yaml", ".shared/close.yaml"])
@pytest.mark.parametrize("name", ["close.procspec.yaml", "procspec.yaml"])
def test_a_link_inside_of_the_project(tracked: Home, name: str, target: str) -> None:
    linked(tracked, name, target)
    unapplied(tracked)
    is_refused(tracked, "HEAD", ".dueDate")


def test_links_through_a_linked_folder_and_absolute_ones(tracked: Home) -> None:
    linked(tracked, "close.procspec.yaml", "shared/close.yaml")
    (tracked.folder / "other").symlink_to("shared/../shared")
    (tracked.folder / "close.procspec.yaml").unlink()
    (tracked.folder / "close.procspec.yaml").symlink_to("./other/close.yaml")
    (tracked.folder / "shared" / "project.yaml").write_text(PROJECT)
    (tracked.folder / "procspec.yaml").unlink()
    (tracked.folder / "procspec.yaml").symlink_to(tracked.folder / "other" / "project.yaml")
    unapplied(tracked)
    is_refused(tracked, "HEAD", ".dueDate")


@pytest.mark.parametrize(
    "target", ["../../../secret.yaml", "/etc/hostname", "close.procspec.yaml", "gone.yaml"]
)
def test_a_link_that_leads_nowhere(tracked: Home, target: str) -> None:
    path = tracked.folder / "close.procspec.yaml"
    text = path.read_text()
    path.unlink()
    path.symlink_to(target)
    commit(tracked.folder)
    path.unlink()
    path.write_text(text)
    result = tracked.run("plan", "--since", "HEAD")
    assert result.code == 64
    assert "'close.procspec.yaml' is a link at 'HEAD', and leads to no file of the project" in result.err


def test_what_archives_leave_out(tracked: Home) -> None:
    tracked.write(".gitattributes", "*.procspec.yaml export-ignore\nprocspec.yaml export-ignore\n")
    unapplied(tracked)
    is_refused(tracked, "HEAD", ".dueDate")


def test_what_is_no_file_of_the_project_is_not_looked_at(tracked: Home) -> None:
    """Hidden folders and projects inside of it, as when the files are loaded now."""
    unapplied(tracked)
    for name in (".hidden/x.procspec.yaml", "inner/x.procspec.yaml", "inner/deep/x.procspec.yaml"):
        tracked.write(name, "- wrong")
    tracked.write("inner/procspec.yaml", "- wrong")
    (tracked.folder / ".x.procspec.yaml").symlink_to("nowhere")
    commit(tracked.folder)
    is_refused(tracked, "HEAD", ".dueDate")


def test_a_file_that_was_too_large(tracked: Home) -> None:
    text = (tracked.folder / "close.procspec.yaml").read_text()
    tracked.write("close.procspec.yaml", text + "#" * (10 * 1024 * 1024))
    commit(tracked.folder)
    tracked.write("close.procspec.yaml", text)
    result = tracked.run("plan", "--since", "HEAD")
    assert result.code == 64 and "larger than 10 MB" in result.err


def test_an_environment_that_was_not_there_yet(tracked: Home) -> None:
    """The ordinary change that adds one: all of it is new."""
    before = tracked.plan("-e", "local", "--since", "HEAD")
    other = "  other: {provider: workiva, url: emulator, clock: 2024-09-30}\npeople:"
    tracked.write("procspec.yaml", PROJECT.replace("people:", other))
    plan = tracked.ok("plan", "-e", "other", "--since", "HEAD", "--fail-on-unexplained", "-o", "json").json
    assert set(marked_nodes(plan).values()) == {False}
    assert tracked.plan("-e", "local", "--since", "HEAD")["processes"] == before["processes"]
