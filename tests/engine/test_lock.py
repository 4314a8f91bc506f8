"""Two at once: the second one is told who holds the lock, and sends nothing."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from procspec.state import open_store
from tests.conftest import Home, Server


def test_an_apply_waits_for_nobody_and_names_the_holder(close: Home, server: Server) -> None:
    with (
        closing(open_store(".procspec/state.db", Path(close.folder))) as store,
        store.lock("served", "procspec apply of a colleague") as holder,
    ):
        refused = close.run("apply", "--auto-approve")
        assert refused.code == 5
        assert "procspec apply of a colleague" in refused.err
        assert f"procspec state unlock {holder.id}" in refused.err
        assert server.requests() == []
        assert close.run("plan").code == 0
    close.ok("apply", "--auto-approve")


def test_unlock_is_for_the_id_that_was_named(close: Home, server: Server) -> None:
    with (
        closing(open_store(".procspec/state.db", Path(close.folder))) as store,
        store.lock("served", "procspec apply") as holder,
    ):
        assert close.run("state", "unlock", "another").code != 0
        close.ok("state", "unlock", holder.id)
        close.ok("apply", "--auto-approve")
    assert close.record("close")["id"]


def test_a_state_that_was_lost_creates_nothing(close: Home, server: Server) -> None:
    """The marker beside the database says that there was one: nothing is created a second time."""
    close.ok("apply", "--auto-approve")
    id = close.record("close")["id"]
    (close.folder / ".procspec" / "state.db").unlink()
    server.clear()
    refused = close.run("apply", "--auto-approve")
    assert refused.code == 8
    assert "there was another state here" in refused.err
    assert [method for method, _ in server.requests()] == []
    assert "the plan is empty" in close.ok("import", id, "--key", "close").out


def test_waiting_for_a_lock(close: Home, server: Server) -> None:
    with (
        closing(open_store(".procspec/state.db", Path(close.folder))) as store,
        store.lock("served", "procspec apply"),
    ):
        assert close.run("apply", "--auto-approve", "--lock-timeout", "0.2").code == 5
    close.ok("apply", "--auto-approve", "--lock-timeout", "5")
