"""Doubtful answers, interrupted replacements, and what nobody may forget: never exit 0 for nothing done."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests import faults as rules
from tests.conftest import Home, Server
from tests.engine.conftest import PROCESS, PROJECT
from tests.engine.proxy import Proxy, between
from tests.faults import Faults, Rule

FILE = "close.procspec.yaml"


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with between(server.url) as proxy:
        yield proxy


@pytest.fixture
def close(home: Home, proxy: Proxy) -> Home:
    home.write("procspec.yaml", PROJECT.format(url=proxy.url))
    home.write(FILE, PROCESS)
    return home


@pytest.fixture
def applied(close: Home, server: Server) -> Home:
    close.ok("apply", "--auto-approve")
    server.clear()
    return close


@pytest.fixture
def direct(applied: Home, server: Server) -> Home:
    """The close, applied, with nothing between it and the emulator, whose faults it meets."""
    applied.write("procspec.yaml", PROJECT.format(url=server.url))
    return applied


def stored(server: Server, id: str) -> dict[str, object]:
    return dict(server.control("GET", f"processes/{id}"))


def alive(server: Server) -> set[str]:
    return {item["id"] for item in server.control("GET", "processes") if not item["trashed"]}


# ------------------------------------------------------------------------------- doubtful updates


@pytest.mark.parametrize("quirks", [[], ["sparse-get"]], ids=["shown", "hidden"])
@pytest.mark.parametrize("fault", ["before", "after", "502"])
def test_a_doubtful_patch_is_never_taken_for_done(
    close: Home, server: Server, proxy: Proxy, quirks: list[str], fault: str
) -> None:
    server.control("PUT", "quirks", {"quirks": quirks})
    close.edit(FILE, "autoClose: true", "autoClose: true\nbusinessEndDate: 2024-12-30")
    close.ok("apply", "--auto-approve")
    id = close.record("close")["id"]
    close.edit(FILE, "businessEndDate: 2024-12-30", "businessEndDate: 2024-12-31")
    proxy.faults = {"PATCH process": fault}
    result = close.run("apply", "--auto-approve")
    carried_out = stored(server, id)["businessEndDate"] == "2024-12-31"
    assert carried_out == (fault != "before")
    if result.code == 0:
        assert carried_out
    else:
        assert result.code == 1
    proxy.faults = {}
    close.ok("apply", "--auto-approve")
    assert stored(server, id)["businessEndDate"] == "2024-12-31"
    assert close.pending() == []


def test_what_was_not_sent_after_a_doubtful_rename_is_not_forgotten(
    close: Home, server: Server, proxy: Proxy
) -> None:
    server.control("PUT", "quirks", {"quirks": ["sparse-get"]})
    close.edit(FILE, "autoClose: true", "autoClose: true\nbusinessEndDate: 2024-12-30")
    close.ok("apply", "--auto-approve")
    close.edit(FILE, "businessEndDate: 2024-12-30", "businessEndDate: 2024-12-31")
    close.edit(FILE, "title: Costs", "title: All costs")
    proxy.faults = {"POST batchUpdates": "before"}
    assert close.run("apply", "--auto-approve").code == 1
    proxy.faults = {}
    assert [change["field"] for change in close.pending()] == ["businessEndDate", "title"]
    close.ok("apply", "--auto-approve")
    assert stored(server, close.record("close")["id"])["businessEndDate"] == "2024-12-31"
    assert close.pending() == []


@pytest.mark.parametrize("fault", ["after", "502"])
def test_a_rename_whose_answer_was_lost_is_read_back_and_not_sent_again(
    applied: Home, server: Server, proxy: Proxy, fault: str
) -> None:
    applied.edit(FILE, "autoClose: true", "autoClose: false")
    applied.edit(FILE, "title: Costs", "title: All costs")
    proxy.faults = {"POST batchUpdates": fault}
    applied.ok("apply", "--auto-approve")
    assert [path.rpartition("/")[2] for method, path in server.requests() if method == "POST"] == [
        "batchUpdates",
        "validation",
    ]
    assert applied.pending() == []


# --------------------------------------------------------------------- changes to what is not shown


@pytest.mark.parametrize(
    ("first", "then", "stored_value"),
    [
        ("businessEndDate: 2024-12-30", "businessEndDate: 2024-12-31", "2024-12-31"),
        ("businessEndDate: 2024-12-30", "protect: false", None),
        ("businessDateExclusions: [2024-11-28]", "businessDateExclusions: []", []),
    ],
)
def test_a_real_change_of_a_hidden_field_is_seen(
    close: Home, server: Server, first: str, then: str, stored_value: object
) -> None:
    server.control("PUT", "quirks", {"quirks": ["sparse-get"]})
    close.edit(FILE, "calendar: us\n", "")
    close.edit(FILE, "autoClose: true", f"autoClose: true\n{first}")
    close.ok("apply", "--auto-approve")
    assert close.pending() == []
    close.edit(FILE, first, then)
    assert len(close.pending()) == 1
    close.ok("apply", "--auto-approve")
    assert stored(server, close.record("close")["id"]).get(first.partition(":")[0]) == stored_value
    assert close.pending() == []


def test_a_hidden_field_that_cannot_be_removed_stays_with_a_note(close: Home, server: Server) -> None:
    server.control("PUT", "quirks", {"quirks": ["sparse-get"]})
    close.ok("apply", "--auto-approve")
    close.edit(FILE, "        instructions: All accounts.\n", "")
    assert "reconcile.instructions" in close.ok("plan").out
    assert close.pending() == []


# ---------------------------------------------------------------------- created, and not looked at


@pytest.mark.parametrize("fault", ["GET process", "POST validation"])
def test_a_create_whose_look_failed_is_taken_over(
    close: Home, server: Server, proxy: Proxy, fault: str
) -> None:
    proxy.faults = {fault: "400"}
    result = close.run("apply", "--auto-approve")
    assert result.code == 1
    id = close.record("close")["id"]
    assert f"created {id}" in result.out
    proxy.faults = {}
    assert close.pending() == []
    close.ok("apply", "--auto-approve")
    assert close.record("close")["id"] == id
    assert "invalid" not in close.record("close")
    close.edit(FILE, "title: Costs", "title: All costs")
    assert [change["action"] for change in close.pending()] == ["rename"]


def test_an_invalid_process_is_reported_again(close: Home, server: Server) -> None:
    close.edit(FILE, "dueDate: 2024-12-31", "dueDate: 2024-01-31")
    assert close.run("apply", "--auto-approve").code == 3
    assert "not valid on the server" in close.ok("plan").out
    again = close.run("apply", "--auto-approve")
    assert again.code == 3
    assert f"{FILE}:5:10" in again.out
    server.control("PUT", "clock", {"today": "2024-01-01"})
    close.ok("apply", "--auto-approve")
    assert "not valid" not in close.ok("plan").out


# ----------------------------------------------------------------------------------- replacements


def replaceable(home: Home) -> str:
    home.edit(FILE, "title: Costs, assignee: ben", "title: Costs, assignee: ana")
    return str(home.record("close")["id"])


@pytest.mark.parametrize("fault", ["POST validation", "DELETE process"])
@pytest.mark.parametrize("kind", ["400", "before", "after"])
def test_an_interrupted_replacement_is_brought_to_its_end(
    applied: Home, server: Server, proxy: Proxy, fault: str, kind: str
) -> None:
    before = alive(server)
    old = replaceable(applied)
    proxy.faults = {fault: kind}
    result = applied.run("apply", "--auto-approve", "--allow-replace")
    assert result.code == 1, result.out
    proxy.faults = {}
    applied.run("apply", "--auto-approve", "--allow-replace")
    assert applied.pending() == []
    new = applied.record("close")["id"]
    assert new != old
    assert alive(server) - before == {new}
    assert old not in alive(server)


def test_a_replacement_of_unknown_outcome_is_judged_before_the_old_goes(
    applied: Home, server: Server, proxy: Proxy
) -> None:
    before = alive(server)
    old = replaceable(applied)
    applied.edit(FILE, "title: Revenue, assignee: ana", "title: Revenue")
    proxy.faults = {"POST processes": "after"}
    assert applied.run("apply", "--auto-approve", "--allow-replace").code == 4
    proxy.faults = {}
    (new,) = alive(server) - before
    assert applied.run("resolve", "close", "--id", old).code == 64
    applied.ok("resolve", "close", "--id", new)
    assert applied.run("apply", "--auto-approve").code == 8  # it still needs consent
    judged = applied.run("apply", "--auto-approve", "--allow-replace")
    assert judged.code == 3
    assert alive(server) == before
    assert applied.record("close")["id"] == old


# -------------------------------------------------------------- what a replacement still has to trash

DELETE = ("DELETE", "/processes/*")
UNSURE: dict[str, Rule] = {
    "dropped": rules.drop(*DELETE),
    "closed": rules.refuse(*DELETE),
    "503": rules.status(503, *DELETE),
    "502 acted": rules.act_status(502, *DELETE),
    "html acted": rules.html(*DELETE, act=True),
}
"""A DELETE of which nobody can tell whether it was carried out."""

APPLY = ("apply", "--auto-approve", "--allow-replace")


def left(home: Home) -> list[str]:
    """What a replacement still has to trash, as the record has it."""
    return list(home.record("close").get("leftovers", ()))


def brought_to_its_end(home: Home, server: Server, faults: Faults, old: str) -> None:
    """The next apply on a sound server finishes it, and needs nobody's consent."""
    faults.clear()
    home.ok("apply", "--auto-approve")
    assert (left(home), home.pending()) == ([], [])
    assert old not in alive(server)


@pytest.mark.parametrize("rule", UNSURE.values(), ids=UNSURE)
def test_a_replacement_whose_old_process_may_be_there_is_done_and_not_well(
    direct: Home, server: Server, faults: Faults, rule: Rule
) -> None:
    old = replaceable(direct)
    faults.set(rule)
    result = direct.run(*APPLY)
    new = direct.record("close")["id"]
    assert new != old
    assert (result.code, left(direct)) == (1, [old])
    assert f"± close  replaced {new}, but not all is well" in result.out
    assert "It may have been carried out." in result.out
    assert "Apply incomplete: 1 of 1 carried out; not right: close." in result.out
    brought_to_its_end(direct, server, faults, old)


@pytest.mark.parametrize("rule", UNSURE.values(), ids=UNSURE)
def test_what_is_left_to_trash_is_never_forgotten_with_exit_0(
    direct: Home, server: Server, faults: Faults, rule: Rule
) -> None:
    """The process is as its file says: only the old one is still to go, and nobody knows whether it went."""
    old = replaceable(direct)
    faults.set(rules.status(400, *DELETE))
    assert direct.run(*APPLY).code == 1
    faults.set(rule)
    result = direct.run(*APPLY)
    assert (result.code, left(direct)) == (1, [old])
    assert "~ close  not updated" in result.out
    assert "It may have been carried out." in result.out
    assert "Apply incomplete: 0 of 1 carried out; not right: close." in result.out
    brought_to_its_end(direct, server, faults, old)


@pytest.mark.parametrize("rule", UNSURE.values(), ids=UNSURE)
def test_one_doubt_about_what_is_left_to_trash_is_cleared_up_at_once(
    direct: Home, server: Server, faults: Faults, rule: Rule
) -> None:
    old = replaceable(direct)
    faults.set({**rule, "call": 1})
    direct.ok(*APPLY)
    assert faults.fired() == [1]
    assert (left(direct), direct.pending()) == ([], [])
    assert old not in alive(server)


# --------------------------------------------------------------------------------- prune, restore


def test_prune_of_what_is_gone_already(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    server.call("DELETE", f"/processes/{id}")
    (applied.folder / FILE).unlink()
    applied.ok("apply", "--auto-approve", "--prune")
    assert applied.record("close")["trashed"] is True
    assert "has no file" not in applied.ok("plan").out


def test_protection_survives_a_restore(applied: Home, server: Server) -> None:
    text = (applied.folder / FILE).read_text()
    (applied.folder / FILE).unlink()
    applied.ok("apply", "--auto-approve", "--prune")
    applied.write(FILE, text.replace("name: Close", "name: Close\nprotect: true"))
    applied.ok("apply", "--auto-approve")
    (applied.folder / FILE).unlink()
    assert applied.run("apply", "--auto-approve", "--prune").code == 8


@pytest.mark.parametrize("was_valid", [True, False])
def test_what_somebody_brought_back_from_the_trash_is_no_longer_trashed(
    close: Home, server: Server, was_valid: bool
) -> None:
    """There is nothing to change: the next apply only asks the server again, and knows it afterwards."""
    if not was_valid:
        close.edit(FILE, "dueDate: 2024-12-31", "dueDate: 2024-01-31")
    assert close.run("apply", "--auto-approve").code == (0 if was_valid else 3)
    text = (close.folder / FILE).read_text()
    (close.folder / FILE).unlink()
    close.ok("apply", "--auto-approve", "--prune")
    record = close.record("close")
    assert (record["trashed"], record.get("invalid", False)) == (True, not was_valid)
    assert server.call("POST", f"/processes/{record['id']}/restore").status_code == 200
    close.write(FILE, text)
    assert close.pending() == []
    server.clear()
    assert close.run("apply", "--auto-approve").code == (0 if was_valid else 3)
    assert [method for method, path in server.requests() if not path.endswith("/validation")] == ["GET"] * 3
    assert "trashed" not in close.record("close")
    (close.folder / FILE).unlink()
    assert "close has no file any more" in close.ok("plan").out


@pytest.mark.parametrize("code", [0, 3])
def test_protection_is_kept_when_all_there_is_to_do_is_to_ask_the_server_again(
    close: Home, server: Server, code: int
) -> None:
    close.edit(FILE, "dueDate: 2024-12-31", "dueDate: 2024-01-31")
    assert close.run("apply", "--auto-approve").code == 3
    close.edit(FILE, "name: Close", "name: Close\nprotect: true")
    if code == 0:
        server.control("PUT", "clock", {"today": "2024-01-01"})
    assert close.run("apply", "--auto-approve").code == code
    record = close.record("close")
    assert (record["protect"], record.get("invalid", False)) == (True, code == 3)


def test_a_restore_says_that_it_restored(applied: Home, server: Server) -> None:
    id = applied.record("close")["id"]
    server.call("DELETE", f"/processes/{id}")
    applied.edit(FILE, "dueDate: 2024-12-31", "dueDate: 2025-01-15")
    result = applied.run("apply", "--auto-approve")
    assert result.code == 1
    assert f"restored {id}" in result.out
    applied.ok("apply", "--auto-approve")
    assert applied.pending() == []


def test_another_account_is_no_dead_end(applied: Home, proxy: Proxy) -> None:
    """The environment's URL was changed: the process is not there, not even in the trash."""
    applied.edit("procspec.yaml", f'"{proxy.url}"', "emulator, clock: 2024-09-30")
    result = applied.run("apply", "--auto-approve")
    assert result.code == 1
    assert "procspec state rm close" in result.out
    applied.ok("state", "rm", "close", "--auto-approve")
    applied.ok("apply", "--auto-approve")


def test_a_prune_takes_the_new_process_of_a_cut_short_replacement_with_it(
    applied: Home, server: Server, proxy: Proxy
) -> None:
    before = alive(server)
    old = replaceable(applied)
    proxy.faults = {"POST validation": "400"}
    assert applied.run("apply", "--auto-approve", "--allow-replace").code == 1
    proxy.faults = {}
    assert len(alive(server)) == len(before) + 1
    (applied.folder / FILE).unlink()
    applied.ok("apply", "--auto-approve", "--prune")
    assert alive(server) == before - {old}
    assert applied.pending() == []


# --------------------------------------------------------------------------------------- plan files


@pytest.mark.parametrize(
    "tampered",
    [
        {"requests": []},
        {
            "requests": [
                {"action": "update", "method": "DELETE", "path": "/processes/other", "carries": ["name"]}
            ]
        },
        {"changes": []},
        {"action": "no-op", "recheck": True},
    ],
)
def test_a_plan_that_was_changed_after_it_was_made_is_refused(
    applied: Home, server: Server, tampered: dict[str, object]
) -> None:
    applied.edit(FILE, "name: Close", "name: Planned")
    path = applied.folder / "plan.json"
    applied.ok("plan", "--out", str(path))
    data = json.loads(path.read_text())
    data["processes"][0] |= tampered
    path.write_text(json.dumps(data))
    server.clear()
    assert applied.run("apply", str(path)).code == 6
    assert {method for method, _ in server.requests()} <= {"GET"}
