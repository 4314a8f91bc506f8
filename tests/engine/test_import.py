"""import, resolve and the state's commands."""

from __future__ import annotations

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
    assert applied.run("import", id, "--key", "close").code == 64
    applied.write("other.procspec.yaml.txt", "")
    assert applied.run("import", id, "--key", "other").code == 64
    assert applied.run("import", "0" * 32, "--key", "other").code == 1
    assert not (applied.folder / "other.procspec.yaml").exists()


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
