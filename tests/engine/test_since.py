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
