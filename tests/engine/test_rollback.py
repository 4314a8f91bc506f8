"""rollback: what an apply did is undone, as far as the world is where the apply left it."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing
from typing import Any

import pytest

from procspec.state import open_store
from tests.conftest import Home, Server
from tests.engine.conftest import PROCESS
from tests.engine.test_apply import sent
from tests.engine.test_cascade import FOLLOWING, START
from tests.engine.test_cascade import PROCESS as RELATIVE
from tests.faults import Faults, act_status, drop, status

FILE = "close.procspec.yaml"
_STAMPS = ("revision", "modified", "created")


def applies(home: Home) -> list[str]:
    """The ids of the applies, newest first."""
    return [one["id"] for one in home.ok("history", "-o", "json").json["applies"]]


def apply(home: Home, *arguments: str) -> str:
    """Applies; the id under which it was recorded."""
    document = home.ok("apply", "--auto-approve", "-o", "json", *arguments).json
    return str(document["apply"]["id"])


def rollback(home: Home, id: str, *arguments: str) -> str:
    """Rolls back; what it said."""
    return home.ok("rollback", id, "--auto-approve", *arguments).out


def stored(server: Server, id: str) -> Any:
    """A process as the server has it, in the trash or not, but for when and how often it was changed."""
    return _plain(server.control("GET", f"processes/{id}"))


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items() if name not in _STAMPS}
    return value


def alive(server: Server, *ids: str) -> list[bool]:
    trashed = {item["id"]: item["trashed"] for item in server.control("GET", "processes")}
    return [not trashed[id] for id in ids]


def edit(home: Home, *pairs: tuple[str, str]) -> None:
    for before, after in pairs:
        home.edit(FILE, before, after)


# ------------------------------------------------------------------------------------ updates, renames


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ("name: Close", "name: Big close", "name"),
        ("autoClose: true", "autoClose: false", "autoClose"),
        ("dueDate: 2024-12-31", "dueDate: 2025-01-31", "dueDate"),
        ("autoClose: true", "autoClose: true\ncertAutoApprove: true", "certAutoApprove"),
        ("name: Steps", "name: Steps\n  parallel: true", "root.parallel"),
        ("name: Steps", "name: Steps\n  triggerType: manual", "root.triggerType"),
        ("name: Steps", "name: All steps", "root.name"),
        ("name: Review", "name: Reviews", "review.name"),
        ("title: Costs", "title: All costs", "costs.title"),
    ],
)
def test_an_update_is_undone(applied: Home, server: Server, before: str, after: str, path: str) -> None:
    id = applied.record("close")["id"]
    was, marks = stored(server, id), applied.record("close")["marks"]
    edit(applied, (before, after))
    (change,) = applied.pending()
    done = apply(applied)
    assert stored(server, id) != was
    server.clear()
    shown = rollback(applied, done)
    assert stored(server, id) == was
    assert [line.partition(" ")[0] for line in sent(server)] == [
        *("GET", "GET", sent(server)[2].partition(" ")[0]),
        *("GET", "POST"),
    ]
    assert path in shown and "Rollback complete: 1 of 1 carried out." in shown
    # The file's difference is there again, and it is the file that made it.
    (again,) = applied.pending()
    assert again == change
    assert again.get("cause", "spec") == "spec"
    # A field that this apply was the first to manage has a mark still: the value from before was put there.
    assert {node: {*fields} for node, fields in marks.items()} == {
        node: {*fields} - ({change["field"]} if change["field"] not in marks[node] else set())
        for node, fields in applied.record("close")["marks"].items()
    }


def test_renames_and_a_patch_are_undone_together(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    was = stored(server, id)
    edit(applied, ("title: Costs", "title: All costs"), ("title: Reconcile", "title: Reconcile all"))
    edit(applied, ("autoClose: true", "autoClose: false"))
    applied.edit("procspec.yaml", "[2024-11-28]", "[2024-11-28, 2024-12-25]")
    done = apply(applied)
    server.clear()
    rollback(applied, done)
    assert stored(server, id) == was
    assert sent(server) == [
        *("GET process", "GET process", "POST batchUpdates", "PATCH process", "GET process"),
        "POST validation",
    ]


def test_a_field_that_was_removed_stays_removed_and_that_is_told_first(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    was = stored(server, id)
    edit(applied, ("dueDate: 2024-12-31\n", ""), ("autoClose: true", "autoClose: false"))
    done = apply(applied)
    shown = rollback(applied, done)
    assert shown.index("Not undone:") < shown.index("~ autoClose")
    assert "close.dueDate  update: the server has no value" in shown
    now = stored(server, id)
    assert "dueDate" not in now
    assert {**now, "dueDate": was["dueDate"]} == was


def test_what_nothing_undoes_is_refused(applied: Home, server: Server) -> None:
    edit(applied, ("dueDate: 2024-12-31\n", ""))
    shown = applied.ok("apply", "--auto-approve").out
    assert "recorded;" not in shown
    (done, _) = applies(applied)
    server.clear()
    refused = applied.run("rollback", done, "--auto-approve")
    assert (refused.code, sent(server)) == (8, [])
    assert "close.dueDate" in refused.out


def test_dates_that_the_server_moved_come_back_with_the_start(home: Home, server: Server) -> None:
    from tests.engine.test_cascade import PROJECT

    home.write("procspec.yaml", PROJECT.format(url=server.url))
    home.write(FILE, RELATIVE)
    home.ok("apply", "--auto-approve")
    id = home.record("close")["id"]
    was = stored(server, id)
    edit(home, START, *((f"ueDate: {day}", f"ueDate: {later}") for day, later in FOLLOWING.items()))
    pending = home.pending()
    done = apply(home)
    shown = rollback(home, done)
    assert "businessStartDate" in shown
    assert stored(server, id) == was
    assert home.pending() == pending
    assert {change.get("cause", "spec") for change in home.pending()} == {"spec"}


def test_a_date_that_would_take_a_new_process_stays(home: Home, server: Server) -> None:
    """Due on a Saturday by hand in the first place: no shifting leads there again."""
    from tests.engine.test_cascade import PROJECT

    home.write("procspec.yaml", PROJECT.format(url=server.url))
    home.write(FILE, RELATIVE.replace("dueDate: 2025-01-02", "dueDate: 2025-01-04"))
    home.ok("apply", "--auto-approve")
    id = home.record("close")["id"]
    edit(home, START, ("dueDate: 2025-01-04", "dueDate: 2025-01-10"))
    edit(home, *((f"ueDate: {day}", f"ueDate: {later}") for day, later in list(FOLLOWING.items())[1:]))
    done = apply(home)
    shown = rollback(home, done)
    assert "reconcile.dueDate" in shown and "does not come back" in shown
    now = stored(server, id)
    assert now["businessStartDate"] == "2025-01-01"
    assert json.dumps(now).count("2025-01-03") == 1


def test_what_the_server_hides_has_no_inverse(close: Home, server: Server) -> None:
    """The guide's answer to a GET leaves the business days out."""
    server.control("PUT", "quirks", {"quirks": ["sparse-get"]})
    apply(close)
    close.edit("procspec.yaml", "[2024-11-28]", "[2024-11-28, 2024-12-25]")
    edit(close, ("autoClose: true", "autoClose: false"))
    done = apply(close)
    shown = rollback(close, done)
    assert "close.businessDateExclusions  update: the server does not show what the value was before" in shown
    now = stored(server, close.record("close")["id"])
    assert (now["autoClose"], now["businessDateExclusions"]) == (True, ["2024-11-28", "2024-12-25"])
    assert [change["field"] for change in close.pending()] == ["autoClose"]


def test_dates_in_the_servers_spelling_go_back(close: Home, server: Server) -> None:
    server.control(
        "PUT", "quirks", {"quirks": ["datetime-dates", "upper-case", "reordered-sets", "null-fields"]}
    )
    apply(close)
    id = close.record("close")["id"]
    was = stored(server, id)
    edit(close, ("dueDate: 2024-12-31", "dueDate: 2025-01-31"))
    close.edit("procspec.yaml", "[monday, tuesday]", "[monday, friday]")
    done = apply(close)
    rollback(close, done)
    assert stored(server, id) == was


# ------------------------------------------------------------------- created, replaced, trashed, restored


def test_a_create_is_undone(close: Home, server: Server) -> None:
    done = apply(close)
    id = close.record("close")["id"]
    server.clear()
    shown = rollback(close, done)
    assert f"{done} made it" in shown
    assert sent(server) == ["GET process", "GET process", "DELETE process"]
    assert alive(server, id) == [False]
    (change,) = close.pending()
    assert change["action"] == "restore"


def test_a_replacement_is_undone(applied: Home, server: Server) -> None:
    old = applied.record("close")
    was = stored(server, old["id"])
    edit(applied, ("assignee: ben", "assignee: ana"), ("autoClose: true", "autoClose: false"))
    pending = applied.pending()
    done = apply(applied, "--allow-replace")
    new = applied.record("close")["id"]
    server.clear()
    shown = rollback(applied, done)
    assert sent(server) == [
        *(["GET process"] * 4),
        *("POST restore", "GET process", "DELETE process", "POST validation"),
    ]
    assert "The old process comes back as it was, with its ids" in shown
    assert alive(server, old["id"], new) == [True, False]
    assert stored(server, old["id"]) == was
    now = applied.record("close")
    assert {name: now.get(name) for name in ("id", "ids", "marks", "order", "salt", "digest")} == {
        name: old.get(name) for name in ("id", "ids", "marks", "order", "salt", "digest")
    }
    assert "leftovers" not in now
    assert applied.pending() == pending


def test_a_prune_is_undone_although_the_file_is_gone(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    was = stored(server, id)
    (applied.folder / FILE).unlink()
    done = apply(applied, "--prune")
    rollback(applied, done)
    assert alive(server, id) == [True]
    assert stored(server, id) == was
    assert applied.record("close").get("trashed", False) is False


def test_a_restore_is_undone(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    applied.ok("trash", "close", "--auto-approve")
    applied.ok("restore", "close", "--auto-approve")
    restored, trashed, created = applies(applied)
    rollback(applied, restored)
    assert alive(server, id) == [False]
    rollback(applied, trashed)
    assert alive(server, id) == [True]
    rollback(applied, created)
    assert alive(server, id) == [False]


@pytest.mark.parametrize("what", ["update", "replace", "trash"])
def test_a_rollback_is_rolled_back(applied: Home, server: Server, what: str) -> None:
    old = applied.record("close")["id"]
    if what == "update":
        edit(applied, ("autoClose: true", "autoClose: false"), ("title: Costs", "title: All costs"))
    elif what == "replace":
        edit(applied, ("assignee: ben", "assignee: ana"))
    else:
        (applied.folder / FILE).unlink()
    done = apply(applied, "--allow-replace", "--prune")
    new = applied.record("close")["id"]
    was, there = stored(server, new), alive(server, old, new)
    rollback(applied, done)
    assert (stored(server, new), alive(server, old, new)) != (was, there)
    undone = applies(applied)[0]
    assert applied.ok("history", undone, "-o", "json").json["apply"]["undoes"] == done
    rollback(applied, undone)
    assert (stored(server, new), alive(server, old, new)) == (was, there)
    assert applied.plan()["processes"] == [] or applied.pending() == []


def test_many_processes_are_undone_at_once(applied: Home, server: Server) -> None:
    for number in range(4):
        applied.write(f"{number}.procspec.yaml", PROCESS.replace("key: close", f"key: close-{number}"))
    edit(applied, ("autoClose: true", "autoClose: false"))
    done = apply(applied)
    was = server.control("GET", "processes")
    refused = applied.run("rollback", done, "--auto-approve")
    assert refused.code == 0, refused.err  # fewer than ten: no guard
    assert "4 to trash" in refused.out and "1 to update" in refused.out
    assert len(was) == len(server.control("GET", "processes"))
    assert [change["action"] for change in applied.pending()].count("restore") == 4


def test_what_is_undone_is_not_undone_twice(applied: Home, server: Server) -> None:
    edit(applied, ("autoClose: true", "autoClose: false"))
    done = apply(applied)
    rollback(applied, done)
    server.clear()
    known = applies(applied)
    assert rollback(applied, done).endswith("Nothing is left to undo.\n")
    assert sent(server) == ["GET process"]
    assert applies(applied) == known


# --------------------------------------------------------------------------------------- what has moved


def hand(server: Server, id: str, *operations: dict[str, Any]) -> None:
    server.control("POST", f"processes/{id}/edit", list(operations))


def replaced(path: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": path, "value": value}


def refuses(home: Home, server: Server, done: str, *words: str) -> None:
    """Exit 6, saying so, and nothing is sent but reads."""
    server.clear()
    stale = home.run("rollback", done, "--auto-approve")
    assert stale.code == 6, stale.out + stale.err
    assert all(word in stale.err for word in words), stale.err
    assert {line.partition(" ")[0] for line in sent(server)} <= {"GET"}


def test_a_field_that_was_changed_by_hand_since_is_refused(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    edit(applied, ("dueDate: 2024-12-31", "dueDate: 2025-01-31"))
    done = apply(applied)
    hand(server, id, replaced("/dueDate", "2025-02-28"))
    refuses(applied, server, done, "close was changed since", "dueDate")


def test_other_fields_may_have_been_changed_since(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    edit(applied, ("dueDate: 2024-12-31", "dueDate: 2025-01-31"))
    done = apply(applied)
    hand(server, id, replaced("/name", "By hand"))
    edit(applied, ("autoClose: true", "autoClose: false"))
    apply(applied, "--parallelism", "1")
    hand(server, id, replaced("/name", "By hand again"))
    rollback(applied, done)
    now = stored(server, id)
    assert (now["dueDate"], now["name"], now["autoClose"]) == ("2024-12-31", "By hand again", False)


def test_a_later_apply_of_the_same_field_is_undone_first(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    was = stored(server, id)
    edit(applied, ("title: Costs", "title: All costs"))
    first = apply(applied)
    edit(applied, ("title: All costs", "title: Every cost"))
    second = apply(applied)
    refuses(applied, server, first, "costs.title")
    rollback(applied, second)
    rollback(applied, first)
    assert stored(server, id) == was


@pytest.mark.parametrize("by", ["hand", "apply"])
@pytest.mark.parametrize("what", ["create", "replace"])
def test_a_new_process_that_was_changed_since_is_not_trashed(
    close: Home, server: Server, what: str, by: str
) -> None:
    done = apply(close)
    if what == "replace":
        edit(close, ("assignee: ben", "assignee: ana"))
        done = apply(close, "--allow-replace")
    if by == "hand":
        hand(server, close.record("close")["id"], replaced("/name", "By hand"))
    else:
        edit(close, ("autoClose: true", "autoClose: false"))
        apply(close)
    refuses(close, server, done, "close was changed since")


@pytest.mark.parametrize("by", ["hand", "apply"])
@pytest.mark.parametrize("restored", [("restore", "close"), ("apply",)])
def test_a_restored_process_that_was_changed_since_is_not_trashed(
    applied: Home, server: Server, restored: tuple[str, ...], by: str
) -> None:
    id = applied.record("close")["id"]
    applied.ok("trash", "close", "--auto-approve")
    applied.ok(*restored, "--auto-approve")
    done = applies(applied)[0]
    if by == "hand":
        hand(server, id, replaced("/name", "By hand"))
    else:
        edit(applied, ("autoClose: true", "autoClose: false"))
        apply(applied)
    refuses(applied, server, done, "close was changed since")
    assert alive(server, id) == [True]


@pytest.mark.parametrize("restored", [("restore", "close"), ("apply",)])
def test_what_was_changed_before_a_restore_does_not_keep_it(
    applied: Home, server: Server, restored: tuple[str, ...]
) -> None:
    """By hand, and never seen by an apply: it came back so."""
    id = applied.record("close")["id"]
    hand(server, id, {"op": "add", "path": "/certAutoApprove", "value": True})
    applied.ok("trash", "close", "--auto-approve")
    applied.ok(*restored, "--auto-approve")
    rollback(applied, applies(applied)[0])
    assert alive(server, id) == [False]


def test_a_restore_without_a_known_end_is_not_undone(applied: Home, server: Server, faults: Faults) -> None:
    """Whoever restored it afterwards, it was not ours to trash."""
    id = applied.record("close")["id"]
    applied.ok("trash", "close", "--auto-approve")
    faults.set(status(502, "POST", "/processes/*/restore"))
    assert applied.run("restore", "close", "--auto-approve").code == 1
    faults.clear()
    done = applies(applied)[0]
    assert rollback(applied, done).endswith("Nothing is left to undo.\n")
    server.call("POST", f"/processes/{id}/restore")
    refuses(applied, server, done, "nobody knows whether", "procspec trash close")


def test_a_new_process_whose_replacement_was_cut_short_is_not_trashed(
    close: Home, server: Server, faults: Faults
) -> None:
    done = apply(close)
    edit(close, ("assignee: ben", "assignee: ana"))
    faults.set(status(400, "GET", "/processes/*", start=3))
    assert close.run("apply", "--auto-approve", "--allow-replace").code == 1
    faults.clear()
    assert close.record("close")["intent"]["id"] != close.record("close")["id"]
    server.clear()
    refused = close.run("rollback", done, "--auto-approve")
    assert (refused.code, sent(server)) == (8, [])
    assert "was interrupted" in refused.err


def test_a_process_that_was_replaced_since_is_another_one(applied: Home, server: Server) -> None:
    edit(applied, ("autoClose: true", "autoClose: false"))
    done = apply(applied)
    edit(applied, ("assignee: ben", "assignee: ana"))
    apply(applied, "--allow-replace")
    refuses(applied, server, done, "another process")


def test_a_process_that_is_gone_since_is_refused(applied: Home, server: Server) -> None:
    edit(applied, ("autoClose: true", "autoClose: false"))
    done = apply(applied)
    server.call("DELETE", f"/processes/{applied.record('close')['id']}")
    refuses(applied, server, done, "not on the server")


def test_a_process_that_the_state_forgot_is_refused(applied: Home, server: Server) -> None:
    edit(applied, ("autoClose: true", "autoClose: false"))
    done = apply(applied)
    applied.ok("state", "rm", "close", "--auto-approve")
    refuses(applied, server, done, "knows nothing of close")


def test_the_old_process_was_restored_by_somebody(applied: Home, server: Server) -> None:
    old = applied.record("close")["id"]
    edit(applied, ("assignee: ben", "assignee: ana"))
    done = apply(applied, "--allow-replace")
    server.call("POST", f"/processes/{old}/restore")
    refuses(applied, server, done, old, "restored by somebody")


def test_all_that_moved_are_named_and_nothing_is_undone(applied: Home, server: Server) -> None:
    for key in ("one", "two", "three"):
        applied.write(f"{key}.procspec.yaml", PROCESS.replace("key: close", f"key: {key}"))
    done = apply(applied)
    for key in ("one", "three"):
        hand(server, applied.record(key)["id"], replaced("/name", "By hand"))
    refuses(applied, server, done, "one was changed", "three was changed")


def test_keys_that_moved_since_are_found(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    was = stored(server, id)
    edit(applied, ("title: Costs", "title: All costs"))
    done = apply(applied)
    applied.edit("procspec.yaml", "name: close\n", "name: close\nmoved: [{from: close, to: shut}]\n")
    edit(
        applied,
        ("key: close", "key: shut\nmoved: [{from: costs, to: spending}]"),
        ("job: costs", "job: spending"),
    )
    shown = rollback(applied, done)
    assert "spending.title" in shown
    assert stored(server, id) == was
    assert [(change["node"], change["field"]) for change in applied.pending()] == [("spending", "title")]


def test_somebody_elses_account_is_not_touched(applied: Home, server: Server) -> None:
    edit(applied, ("autoClose: true", "autoClose: false"))
    done = apply(applied)
    applied.edit("procspec.yaml", server.url, server.url.replace("127.0.0.1", "localhost"))
    refuses(applied, server, done, "another account")


# ------------------------------------------------------------------------------------------- the guards


def test_without_a_terminal_nothing_is_undone(applied: Home, server: Server) -> None:
    edit(applied, ("autoClose: true", "autoClose: false"))
    done = apply(applied)
    server.clear()
    refused = applied.run("rollback", done)
    assert (refused.code, sent(server)) == (8, ["GET process"])
    assert "Use rollback with --auto-approve." in refused.err


@pytest.mark.parametrize("what", ["create", "replace"])
def test_what_is_protected_is_not_trashed(close: Home, server: Server, what: str) -> None:
    edit(close, ("name: Close", "name: Close\nprotect: true")) if what == "create" else None
    done = apply(close)
    if what == "replace":
        edit(close, ("assignee: ben", "assignee: ana"))
        done = apply(close, "--allow-replace")
        edit(close, ("name: Close", "name: Close\nprotect: true"))
    refused = close.run("rollback", done, "--auto-approve")
    assert refused.code == 8
    assert "Protected" in refused.err


def test_many_at_once_need_consent(close: Home) -> None:
    for number in range(10):
        close.write(f"{number}.procspec.yaml", PROCESS.replace("key: close", f"key: close-{number}"))
    done = apply(close)
    refused = close.run("rollback", done, "--auto-approve")
    assert refused.code == 8
    assert "run it again with --allow-many" in refused.err
    rollback(close, done, "--allow-many")


def test_an_unknown_outcome_blocks(applied: Home, server: Server, faults: Faults) -> None:
    edit(applied, ("autoClose: true", "autoClose: false"))
    done = apply(applied)
    edit(applied, ("assignee: ben", "assignee: ana"))
    faults.set(drop("POST", "/processes"))
    assert applied.run("apply", "--auto-approve", "--allow-replace").code == 4
    faults.clear()
    server.clear()
    blocked = applied.run("rollback", done, "--auto-approve")
    assert (blocked.code, sent(server)) == (4, [])
    assert "procspec resolve close" in blocked.out


def test_an_unknown_apply(applied: Home) -> None:
    for command in ("rollback", "history"):
        unknown = applied.run(command, "20000101-000000-0000")
        assert unknown.code == 64
        assert "There is no apply" in unknown.err


def test_json_is_alone_on_stdout(applied: Home) -> None:
    edit(applied, ("dueDate: 2024-12-31\n", ""), ("autoClose: true", "autoClose: false"))
    done = apply(applied)
    document = applied.ok("rollback", done, "--auto-approve", "-o", "json").json
    assert next(iter(document)) == "format_version"
    assert document["rollback"] == done
    ((key, field),) = [(one["key"], one["field"]) for one in document["no_inverse"]]
    assert (key, field) == ("close", "dueDate")
    assert [one["action"] for one in document["outcomes"]] == ["update"]
    assert document["apply"]["undoable"] is True


@pytest.mark.parametrize("code", [4, 5, 6, 8, 64])
def test_json_is_alone_on_stdout_when_it_ends_badly(
    applied: Home, server: Server, faults: Faults, code: int
) -> None:
    edit(applied, ("dueDate: 2024-12-31", "dueDate: 2025-01-31"))
    words = ["rollback", apply(applied), "-o", "json", "--auto-approve"]
    with ExitStack() as held:
        if code == 4:
            edit(applied, ("assignee: ben", "assignee: ana"))
            faults.set(drop("POST", "/processes"))
            assert applied.run("apply", "--auto-approve", "--allow-replace").code == 4
            faults.clear()
        elif code == 5:
            store = held.enter_context(closing(open_store(".procspec/state.db", applied.folder)))
            held.enter_context(store.lock("served", "a long apply"))
        elif code == 6:
            hand(server, applied.record("close")["id"], replaced("/dueDate", "2025-02-28"))
        elif code == 8:
            words.pop()
        else:
            words[1] = "20000101-000000-0000"
        ended = applied.run(*words)
    assert (ended.code, ended.json["exit_code"]) == (code, code)
    assert next(iter(ended.json)) == "format_version"
    told = ended.json["plan"]["processes"][0]["blocked"] if code == 4 else ended.json["error"]["message"]
    assert told


# ------------------------------------------------------------------------------------ when things go wrong


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (drop("PATCH", "/processes/*", call=1), 0),
        (act_status(502, "PATCH", "/processes/*", call=1), 0),
        (status(502, "PATCH", "/processes/*", call=1), 0),
        (status(400, "PATCH", "/processes/*", call=1), 1),
    ],
)
def test_a_patch_whose_answer_is_lost(
    applied: Home, server: Server, faults: Faults, fault: Any, code: int
) -> None:
    id = applied.record("close")["id"]
    was = stored(server, id)
    edit(applied, ("autoClose: true", "autoClose: false"))
    done = apply(applied)
    faults.set(fault)
    assert applied.run("rollback", done, "--auto-approve").code == code
    faults.clear()
    if code:
        rollback(applied, done)
    assert stored(server, id) == was
    assert [change["field"] for change in applied.pending()] == ["autoClose"]


@pytest.mark.parametrize(
    ("fault", "code", "there"),
    [
        (drop("POST", "/processes/*/restore", call=1), 0, [True, False]),
        (act_status(502, "POST", "/processes/*/restore", call=1), 0, [True, False]),
        (status(400, "POST", "/processes/*/restore", call=1), 1, [False, True]),
        (drop("DELETE", "/processes/*", call=1), 0, [True, False]),
        (status(400, "DELETE", "/processes/*", call=1), 1, [True, True]),
    ],
)
def test_a_replacement_is_undone_through_faults(
    applied: Home, server: Server, faults: Faults, fault: Any, code: int, there: list[bool]
) -> None:
    old = applied.record("close")["id"]
    edit(applied, ("assignee: ben", "assignee: ana"))
    done = apply(applied, "--allow-replace")
    new = applied.record("close")["id"]
    faults.set(fault)
    assert applied.run("rollback", done, "--auto-approve").code == code
    faults.clear()
    assert alive(server, old, new) == there
    record = applied.record("close")
    known = {record["id"], *record.get("leftovers", ())}
    assert {id for id, lives in zip((old, new), there, strict=True) if lives} <= known
    if there == [False, True]:  # whoever restores the old one now, it is not ours to trash
        assert "leftovers" not in record
    if code:
        rollback(applied, done)
    assert alive(server, old, new) == [True, False]
    assert "leftovers" not in applied.record("close")


def test_a_replacement_that_kept_the_old_process_has_no_inverse(applied: Home, server: Server) -> None:
    edit(applied, ("{title: Costs, assignee: ben}", "{title: Costs, assignee: ben, dueDate: 2024-01-15}"))
    assert applied.run("apply", "--auto-approve", "--allow-replace").code == 3
    refused = applied.run("rollback", applies(applied)[0], "--auto-approve")
    assert refused.code == 8
    assert "the new process was not valid" in refused.out


def test_half_an_apply_is_undone(applied: Home, server: Server, faults: Faults) -> None:
    """The rename went through, the patch was refused: the rename is undone."""
    id = applied.record("close")["id"]
    was = stored(server, id)
    edit(applied, ("title: Costs", "title: All costs"), ("autoClose: true", "autoClose: false"))
    faults.set(status(400, "PATCH", "/processes/*"))
    assert applied.run("apply", "--auto-approve").code == 1
    faults.clear()
    done = applies(applied)[0]
    assert "autoClose" not in rollback(applied, done)
    assert stored(server, id) == was


def test_a_create_of_unknown_outcome_has_no_inverse(close: Home, server: Server, faults: Faults) -> None:
    faults.set(drop("POST", "/processes"))
    assert close.run("apply", "--auto-approve").code == 4
    faults.clear()
    (done,) = applies(close)
    deeds = close.ok("history", done, "-o", "json").json["apply"]["deeds"]
    ((step,),) = [deed["steps"] for deed in deeds]
    assert step["doubtful"] is True
    refused = close.run("rollback", done, "--auto-approve")
    assert refused.code == 8
    assert "nobody knew whether it was carried out" in refused.out
