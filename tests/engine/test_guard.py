"""A run that goes on guards the process that would go, and no other."""

from __future__ import annotations

from tests.conftest import Home, Server
from tests.engine.test_rollback import alive, apply, edit, rollback
from tests.faults import Faults, status

OTHER = ("assignee: ben", "assignee: ana")
CONSENT = "--allow-active-run"


def half_undone(home: Home, faults: Faults, done: str, *arguments: str) -> None:
    """A rollback of a replacement that was cut short: the old process is back, and the new one is there."""
    faults.set(status(400, "DELETE", "/processes/*"))
    assert home.run("rollback", done, "--auto-approve", *arguments).code == 1
    faults.clear()


def test_the_new_process_has_a_run_when_its_replacement_is_half_undone(
    applied: Home, server: Server, faults: Faults
) -> None:
    edit(applied, OTHER)
    done = apply(applied, "--allow-replace")
    new = applied.record("close")["id"]
    applied.ok("run", "close", "--auto-approve")
    assert applied.run("rollback", done, "--auto-approve").code == 8
    half_undone(applied, faults, done, CONSENT)
    assert applied.record("close")["leftovers"] == [new]
    refused = applied.run("rollback", done, "--auto-approve")
    assert refused.code == 8
    assert CONSENT in refused.err
    assert alive(server, new) == [True]
    rollback(applied, done, CONSENT)
    assert alive(server, new) == [False]


def test_the_process_that_stays_has_a_run_when_its_replacement_is_half_undone(
    applied: Home, server: Server, faults: Faults
) -> None:
    old = applied.record("close")["id"]
    applied.ok("run", "close", "--auto-approve")
    edit(applied, OTHER)
    done = apply(applied, "--allow-replace", CONSENT)
    new = applied.record("close")["id"]
    half_undone(applied, faults, done)
    rollback(applied, done)
    assert alive(server, old, new) == [True, False]


def test_the_old_process_has_a_run_when_its_replacement_was_cut_short(
    applied: Home, server: Server, faults: Faults
) -> None:
    old = applied.record("close")["id"]
    applied.ok("run", "close", "--auto-approve")
    edit(applied, OTHER)
    faults.set(status(400, "GET", "/processes/*", start=3))
    assert applied.run("apply", "--auto-approve", "--allow-replace", CONSENT).code == 1
    faults.clear()
    assert applied.record("close")["intent"]["id"] != old
    refused = applied.run("apply", "--auto-approve", "--allow-replace")
    assert refused.code == 8
    assert CONSENT in refused.err
    assert alive(server, old) == [True]
    apply(applied, "--allow-replace", CONSENT)
    assert alive(server, old) == [False]
