"""import, resolve and the state's commands."""

from __future__ import annotations

import pytest

from tests.conftest import Home, Server


def test_import_ends_with_an_empty_plan(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    applied.ok("state", "rm", "close", "--auto-approve")
    (applied.folder / "close.procspec.yaml").unlink()
    shown = applied.ok("import", id, "--key", "taken").out
    assert "the plan is empty" in shown
    text = (applied.folder / "taken.procspec.yaml").read_text()
    assert "assignee: ana" in text
    assert "2024-12-31" in text
    assert applied.pending() == []
    assert applied.record("taken")["id"] == id


def test_import_never_overwrites(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    before = (applied.folder / "close.procspec.yaml").read_text()
    assert applied.run("import", id, "--key", "close").code == 64
    assert applied.run("import", id, "--key", "other").code == 64
    assert applied.run("import", "0" * 32, "--key", "other").code == 1
    assert (applied.folder / "close.procspec.yaml").read_text() == before
    assert not (applied.folder / "other.procspec.yaml").exists()


@pytest.mark.parametrize("key", ["../evil", "", "a b", "a/b", "x" * 300, "-x", ".x"])
def test_import_takes_keys_alone(applied: Home, server: Server, key: str) -> None:
    id = applied.record("close")["id"]
    applied.ok("state", "rm", "close", "--auto-approve")
    before = sorted(path.name for path in applied.folder.parent.rglob("*.yaml"))
    assert applied.run("import", id, "--key", key).code == 64
    assert sorted(path.name for path in applied.folder.parent.rglob("*.yaml")) == before


def test_import_under_the_key_of_a_file_attaches_it(applied: Home, server: Server) -> None:
    """After a lost state: the file stays as it is, and only what really differs is planned."""
    id = applied.record("close")["id"]
    applied.ok("state", "rm", "close", "--auto-approve")
    before = (applied.folder / "close.procspec.yaml").read_text()
    assert "the plan is empty" in applied.ok("import", id, "--key", "close").out
    assert (applied.folder / "close.procspec.yaml").read_text() == before
    assert applied.pending() == []
    applied.ok("state", "rm", "close", "--auto-approve")
    applied.edit("close.procspec.yaml", "title: Costs", "title: All costs")
    assert applied.run("import", id, "--key", "close").code == 1
    assert [change["action"] for change in applied.pending()] == ["rename"]


def test_what_a_file_cannot_say_is_not_imported(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    applied.ok("state", "rm", "close", "--auto-approve")
    bell = [{"op": "replace", "path": "/name", "value": "Cl\u0007ose"}]
    server.control("POST", f"processes/{id}/edit", bell)
    refused = applied.run("import", id, "--key", "other")
    assert refused.code == 3
    assert "other.procspec.yaml was not kept" in refused.err
    assert not (applied.folder / "other.procspec.yaml").exists()
    applied.ok("validate")


def test_carriage_returns_are_imported(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    applied.ok("state", "rm", "close", "--auto-approve")
    path = "/root/children/0/job/arguments/sendTaskArgs/instructions"
    edit = [{"op": "replace", "path": path, "value": "One ${x}\r\nTwo"}]
    server.control("POST", f"processes/{id}/edit", edit)
    assert "the plan is empty" in applied.ok("import", id, "--key", "other").out


def test_state_list_and_show(applied: Home) -> None:
    id = applied.record("close")["id"]
    shown = applied.ok("state", "list").out
    assert "close" in shown and id in shown
    record = applied.ok("state", "show", "close").out
    assert "Reconcile" not in record and "user-1" not in record and "2024-12" not in record
    assert applied.run("state", "show", "nothing").code == 64


def test_state_rm_forgets_the_record_alone(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    applied.ok("state", "rm", "close", "--auto-approve")
    assert applied.ok("state", "list").out.strip() == "No records."
    assert server.call("GET", f"/processes/{id}").status_code == 200


def test_resolve_has_nothing_to_settle(applied: Home) -> None:
    assert applied.run("resolve", "close", "--not-created").code == 64
    assert applied.run("resolve", "close", "--id", "x", "--not-created").code == 64
    assert applied.run("resolve", "close").code == 64


def test_a_person_of_one_environment_is_imported_with_the_id(applied: Home, server: Server) -> None:
    """The file is for all environments: a name that another one does not know would break it there."""
    id = applied.record("close")["id"]
    applied.ok("state", "rm", "close", "--auto-approve")
    (applied.folder / "close.procspec.yaml").unlink()
    applied.edit("procspec.yaml", "  ana: {id: user-1, name: Ana Ruiz}\n", "")
    applied.edit("procspec.yaml", "provider: workiva", "people: {ana: user-1}, provider: workiva")
    applied.edit("procspec.yaml", "  served:", "  other: {provider: workiva, url: emulator}\n  served:")
    applied.run("import", id, "--key", "taken", "-e", "served")
    taken = (applied.folder / "taken.procspec.yaml").read_text()
    assert "id: user-1" in taken and "assignee: ana" not in taken and "assignee: ben" in taken
