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
