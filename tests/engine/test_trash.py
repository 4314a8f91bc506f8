"""trash, restore: soft delete and back of one process that the state knows."""

from __future__ import annotations

import json
import sys
from contextlib import closing

import pexpect
import pytest

from procspec.state import open_store
from tests.conftest import Home, Server
from tests.engine.test_apply import sent
from tests.faults import Faults, Rule, act_status, drop, status

FILE = "close.procspec.yaml"


def trashed(server: Server, id: str) -> bool:
    return bool(next(item["trashed"] for item in server.control("GET", "processes") if item["id"] == id))


# ------------------------------------------------------------------------------------------------ trash


def test_trash_sends_one_delete(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    shown = applied.ok("trash", "close", "--auto-approve").out
    # A look for the plan, and one under the lock, as in an apply.
    assert sent(server) == ["GET process", "GET process", "DELETE process"]
    assert trashed(server, id)
    assert f"- process  trash {id}" in shown
    assert "The next apply brings close back: its file is there, close.procspec.yaml." in shown
    assert "Trash complete: 1 of 1 carried out." in shown
    record = applied.record("close")
    assert (record["id"], record["trashed"]) == (id, True)


def test_the_next_apply_brings_it_back(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    applied.ok("trash", "close", "--auto-approve")
    (change,) = applied.pending()
    assert (change["action"], change["reason"]) == ("restore", "its file is there")
    applied.ok("apply", "--auto-approve")
    assert applied.record("close")["id"] == id
    assert not trashed(server, id)


def test_a_process_without_a_file_is_trashed_too(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    (applied.folder / FILE).unlink()
    shown = applied.ok("trash", "close", "--auto-approve").out
    assert trashed(server, id)
    assert "brings close back" not in shown
    assert applied.ok("plan").out.count("close") == 1  # the project's name


def test_what_is_in_the_trash_stays_there(applied: Home, server: Server) -> None:
    applied.ok("trash", "close", "--auto-approve")
    server.clear()
    assert applied.ok("trash", "close").out == "close is in the trash already.\n"
    assert sent(server) == ["GET process"]


def test_a_process_that_somebody_trashed_is_recorded_so(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    server.call("DELETE", f"/processes/{id}")
    server.clear()
    assert "only the record changes" in applied.ok("trash", "close", "--auto-approve").out
    assert "DELETE process" not in sent(server)
    assert applied.record("close")["trashed"] is True


@pytest.mark.parametrize("output", ["text", "json"])
def test_without_a_terminal_nothing_is_done(applied: Home, server: Server, output: str) -> None:
    refused = applied.run("trash", "close", "-o", output)
    assert refused.code == 8
    assert "DELETE process" not in sent(server)
    told = refused.json["error"]["message"] if output == "json" else refused.err
    assert "there is no terminal to ask" in told


@pytest.mark.parametrize(("typed", "code"), [("yes", 0), ("y", 8)])
def test_yes_is_asked_for(applied: Home, server: Server, typed: str, code: int) -> None:
    id = applied.record("close")["id"]
    child = pexpect.spawn(sys.executable, ["-m", "procspec", "-C", str(applied.folder), "trash", "close"])
    child.expect_exact("Only 'yes' is accepted.")
    child.sendline(typed)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
    assert trashed(server, id) is (code == 0)


def test_json_is_alone_on_stdout(applied: Home) -> None:
    document = applied.ok("trash", "close", "--auto-approve", "-o", "json").json
    assert next(iter(document)) == "format_version"
    assert [one["action"] for one in document["outcomes"]] == ["trash"]
    assert document["plan"]["hints"]
    assert document["apply"] == {"id": document["apply"]["id"], "undoable": True}
    again = applied.ok("trash", "close", "--auto-approve", "-o", "json").json
    assert (again["exit_code"], again["outcomes"], again["apply"]) == (0, [], None)


@pytest.mark.parametrize(("key", "words"), [("nothing", "no record of"), ("new", "never applied")])
@pytest.mark.parametrize("command", ["trash", "restore"])
def test_a_process_that_the_state_does_not_know(
    applied: Home, server: Server, command: str, key: str, words: str
) -> None:
    text = (applied.folder / FILE).read_text()
    applied.write("new.procspec.yaml", text.replace("key: close", "key: new"))
    unknown = applied.run(command, key, "--auto-approve")
    assert (unknown.code, sent(server)) == (64, [])
    assert words in unknown.err


@pytest.mark.parametrize("where", ["file", "record"])
def test_what_is_protected_stays(applied: Home, server: Server, where: str) -> None:
    applied.edit(FILE, "name: Close", "name: Close\nprotect: true")
    applied.ok("apply", "--auto-approve")
    if where == "record":
        (applied.folder / FILE).unlink()
    refused = applied.run("trash", "close", "--auto-approve")
    assert refused.code == 8
    assert "Protected" in refused.err
    assert not trashed(server, applied.record("close")["id"])


def test_a_run_that_goes_on_is_not_pulled_away(applied: Home, server: Server) -> None:
    applied.ok("run", "close", "--auto-approve")
    refused = applied.run("trash", "close", "--auto-approve")
    assert refused.code == 8
    assert "--allow-active-run" in refused.err
    applied.ok("trash", "close", "--auto-approve", "--allow-active-run")


@pytest.mark.parametrize("command", ["trash", "restore"])
def test_an_unknown_outcome_blocks(close: Home, server: Server, faults: Faults, command: str) -> None:
    faults.set(drop("POST", "/processes"))
    assert close.run("apply", "--auto-approve").code == 4
    faults.clear()
    server.clear()
    blocked = close.run(command, "close", "--auto-approve")
    assert (blocked.code, sent(server)) == (4, [])
    assert "procspec resolve close" in blocked.out


@pytest.mark.parametrize("command", ["trash", "restore"])
def test_json_is_alone_on_stdout_when_it_ends_badly(
    close: Home, server: Server, faults: Faults, command: str
) -> None:
    faults.set(drop("POST", "/processes"))
    assert close.run("apply", "--auto-approve").code == 4
    faults.clear()
    blocked = close.run(command, "close", "--auto-approve", "-o", "json")
    assert (blocked.code, blocked.json["exit_code"], blocked.json["outcomes"]) == (4, 4, [])
    assert "procspec resolve close" in blocked.json["plan"]["processes"][0]["blocked"]
    with (
        closing(open_store(".procspec/state.db", close.folder)) as store,
        store.lock("served", "a long apply"),
    ):
        locked = close.run(command, "close", "--auto-approve", "-o", "json")
    assert (locked.code, locked.json["exit_code"]) == (5, 5)
    assert "a long apply" in locked.json["error"]["message"]


def test_the_lock_is_asked_for(applied: Home, server: Server) -> None:
    store = open_store(".procspec/state.db", applied.folder)
    with store.lock("served", "a long apply"):
        for command in ("trash", "restore"):
            locked = applied.run(command, "close", "--auto-approve")
            assert locked.code == 5
            assert "a long apply" in locked.err
            assert applied.run(command, "close", "--auto-approve", "--lock-timeout", "0.2").code == 5
    store.close()
    assert "DELETE process" not in sent(server)


@pytest.mark.parametrize(
    "fault", [drop("DELETE", "/processes/*", call=1), act_status(502, "DELETE", "/processes/*", call=1)]
)
def test_a_lost_answer_is_cleared_up_by_reading(
    applied: Home, server: Server, faults: Faults, fault: Rule
) -> None:
    id = applied.record("close")["id"]
    faults.set(fault)
    applied.ok("trash", "close", "--auto-approve")
    assert trashed(server, id)
    assert sent(server).count("DELETE process") == 1
    assert applied.record("close")["trashed"] is True


def test_what_the_server_refuses_is_told(applied: Home, server: Server, faults: Faults) -> None:
    faults.set(status(400, "DELETE", "/processes/*"))
    failed = applied.run("trash", "close", "--auto-approve")
    assert failed.code == 1
    assert "- close  not trashed" in failed.out
    assert "Trash incomplete: 0 of 1 carried out; not right: close." in failed.out
    assert applied.record("close").get("trashed", False) is False


def test_an_old_key_will_do(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    applied.edit("procspec.yaml", "name: close\n", "name: close\nmoved: [{from: close, to: shut}]\n")
    applied.edit(FILE, "key: close", "key: shut")
    applied.ok("trash", "close", "--auto-approve")
    assert trashed(server, id)
    assert applied.record("shut")["trashed"] is True


# ---------------------------------------------------------------------------------------------- restore


def test_restore_sends_one_restore(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    applied.ok("trash", "close", "--auto-approve")
    server.clear()
    shown = applied.ok("restore", "close", "--auto-approve").out
    assert sent(server) == ["GET process", "GET process", "POST restore", "GET process", "POST validation"]
    assert not trashed(server, id)
    assert f"^ close  restored {id}" in shown
    assert "--prune" not in shown
    assert applied.record("close").get("trashed", False) is False
    assert applied.pending() == []


def test_a_process_without_a_file_comes_back_too(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    applied.ok("trash", "close", "--auto-approve")
    (applied.folder / FILE).unlink()
    shown = applied.ok("restore", "close", "--auto-approve").out
    assert not trashed(server, id)
    assert "close has no file any more: `procspec apply --prune` would trash it again." in shown
    assert "close has no file any more" in applied.ok("plan").out


def test_what_its_file_says_otherwise_is_for_the_next_apply(applied: Home, server: Server) -> None:
    applied.ok("trash", "close", "--auto-approve")
    applied.edit(FILE, "autoClose: true", "autoClose: false")
    applied.ok("restore", "close", "--auto-approve")
    assert [change["field"] for change in applied.pending()] == ["autoClose"]


def test_what_is_on_the_server_stays_there(applied: Home, server: Server) -> None:
    assert applied.ok("restore", "close").out == "close is on the server already.\n"
    assert sent(server) == ["GET process"]


def test_a_process_that_somebody_restored_is_recorded_so(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    applied.ok("trash", "close", "--auto-approve")
    server.call("POST", f"/processes/{id}/restore")
    server.clear()
    applied.ok("restore", "close", "--auto-approve")
    assert "POST restore" not in sent(server)
    assert applied.record("close").get("trashed", False) is False


def test_what_is_not_valid_is_told_at_its_place(applied: Home, server: Server) -> None:
    applied.ok("trash", "close", "--auto-approve")
    server.control("PUT", "people/user-2", {"status": "suspended"})
    result = applied.run("restore", "close", "--auto-approve")
    server.control("PUT", "people/user-2", {"status": "active"})
    assert result.code == 3
    assert f"{FILE}:23:" in result.out
    assert not trashed(server, applied.record("close")["id"])


def test_what_is_gone_for_good_is_told(applied: Home, server: Server, faults: Faults) -> None:
    applied.ok("trash", "close", "--auto-approve")
    faults.set(status(404, "POST", "/processes/*/restore"))
    gone = applied.run("restore", "close", "--auto-approve")
    assert gone.code == 1
    assert "not in its trash" in gone.out


# --------------------------------------------------------------------------------------- other systems


@pytest.mark.parametrize("command", ["trash", "restore"])
def test_a_system_that_cannot_says_so_before_any_request(home: Home, command: str) -> None:
    home.write(
        "procspec.yaml",
        "kind: Project\nname: flows\nenvironments:\n  local: {provider: workingflow, url: emulator}\n",
    )
    cannot = home.run(command, "close", "--auto-approve", "-o", "json")
    assert cannot.code == 64
    error = json.loads(cannot.out)["error"]
    assert "cannot trash or restore processes" in error["message"]
    assert error["hint"]
