"""The lock of a state store: one holder, whom people can find, and who cannot outlive it."""

from __future__ import annotations

import getpass
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import pytest

from procspec.errors import Contended, StateError
from procspec.state import StateStore
from tests.state.stores import Place, latest, record


def test_a_holder_can_be_found(store: StateStore) -> None:
    with store.lock("local", "procspec apply") as holder:
        assert store.holder("local") == holder
        assert (holder.user, holder.host, holder.pid) == (
            getpass.getuser(),
            socket.gethostname(),
            os.getpid(),
        )
        assert holder.command == "procspec apply"
        assert holder.since.endswith("Z") and holder.until > holder.since
    assert store.holder("local") is None


def test_a_lock_keeps_others_out_and_tells_them_who_and_what_to_do(place: Place) -> None:
    with closing(place.open()) as one, closing(place.open()) as other:
        with one.lock("local", "procspec apply") as holder:
            with pytest.raises(Contended) as caught, other.lock("local", "procspec apply"):
                pass
            with pytest.raises(Contended), one.lock("local", "procspec apply"):
                pass
            assert f"{holder.user}@{holder.host} (pid {holder.pid})" in caught.value.message
            assert f"procspec state unlock {holder.id}" in caught.value.hint
            assert caught.value.exit_code == 5
        with other.lock("local", "procspec apply"):
            pass


def test_environments_are_locked_apart(store: StateStore) -> None:
    with store.lock("local", "one"), store.lock("production", "two") as holder:
        assert store.holder("production") == holder


def test_an_error_under_the_lock_gives_it_back(store: StateStore) -> None:
    with pytest.raises(ZeroDivisionError), store.lock("local", "apply"):
        raise ZeroDivisionError
    assert store.holder("local") is None


def test_a_live_holder_renews_its_lease(places: Callable[..., Place]) -> None:
    place = places(lease=0.3)
    with closing(place.open()) as one, closing(place.open()) as other, one.lock("local", "apply"):
        time.sleep(1)
        with pytest.raises(Contended), other.lock("local", "apply"):
            pass
        one.write(record())


def test_who_waits_gets_the_lock_when_it_is_free(place: Place) -> None:
    with closing(place.open()) as one, closing(place.open()) as other, ExitStack() as stack:
        stack.enter_context(one.lock("local", "first"))
        timer = threading.Timer(0.3, stack.close)
        timer.start()
        begun = time.monotonic()
        with other.lock("local", "second", timeout=30) as holder:
            assert 0.2 < time.monotonic() - begun < 15
            assert holder.command == "second"
        timer.join()


def test_who_waits_in_vain_is_told_for_whom(place: Place) -> None:
    with closing(place.open()) as one, closing(place.open()) as other, one.lock("local", "first") as holder:
        begun = time.monotonic()
        with pytest.raises(Contended, match="'first'") as caught, other.lock("local", "second", timeout=0.4):
            pass
        assert 0.4 <= time.monotonic() - begun < 5
        assert holder.id in caught.value.hint


def test_one_of_many_threads_gets_the_lock(place: Place) -> None:
    entered: list[str] = []
    all_have_tried = threading.Barrier(8)

    def work() -> None:
        with closing(place.open()) as store, ExitStack() as stack:
            try:
                holder = stack.enter_context(store.lock("local", "apply"))
                entered.append(holder.id)
            except Contended:
                pass
            all_have_tried.wait()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(entered) == 1


# ------------------------------------------------------------------------------ holders that are no more


def hold(place: Place, sign: str) -> None:
    """Holds the lock until killed; then says, once asked to, whether it can still write."""
    with closing(place.open()) as store, store.lock("local", "procspec apply"):
        store.write(record(id="p-1"))
        (place.folder / sign).touch()
        while not (place.folder / "write now").exists():
            time.sleep(0.01)
        try:
            store.write(replace(latest(store), id="p-2"))
            outcome = "written"
        except Contended as error:
            outcome = error.message
    (place.folder / "outcome").write_text(outcome)


def wait_for(path: Path) -> None:
    while not path.exists():
        time.sleep(0.01)


def test_a_holder_that_was_killed_here_is_followed_at_once(place: Place) -> None:
    process = place.process(hold, "holding")
    wait_for(place.folder / "holding")
    with closing(place.open()) as store:
        with pytest.raises(Contended), store.lock("local", "apply"):
            pass
        process.kill()
        process.join()
        assert store.holder("local") is None
        with store.lock("local", "apply"):
            store.write(replace(latest(store), id="p-3"))


def test_a_holder_that_sleeps_past_its_lease_is_followed_and_writes_no_more(
    places: Callable[..., Place],
) -> None:
    place = places(lease=0.5)
    process = place.process(hold, "holding")
    wait_for(place.folder / "holding")
    os.kill(process.pid, signal.SIGSTOP)
    with closing(place.open()) as store:
        while store.holder("local"):
            time.sleep(0.05)
        with store.lock("local", "apply"):
            store.write(replace(latest(store), id="p-3"))
            (place.folder / "write now").touch()
            os.kill(process.pid, signal.SIGCONT)
            process.join()
            assert "was broken" in (place.folder / "outcome").read_text()
            assert latest(store).id == "p-3"
            assert store.holder("local") is not None  # the old holder gave back nothing but its own


def test_unlocking_by_force_costs_the_holder_its_next_write(place: Place) -> None:
    process = place.process(hold, "holding")
    wait_for(place.folder / "holding")
    with closing(place.open()) as store:
        holder = store.holder("local")
        assert holder and holder.pid == process.pid
        store.unlock("local", holder.id)
        assert store.holder("local") is None
        (place.folder / "write now").touch()
        process.join()
        assert "was broken" in (place.folder / "outcome").read_text()
        assert latest(store).id == "p-1"


def test_forgetting_needs_the_lock_as_well(store: StateStore) -> None:
    written = store.write(record())
    with store.lock("local", "apply") as holder:
        store.unlock("local", holder.id)
        with pytest.raises(Contended):
            store.delete(written)
    assert store.read("local") == {"close": written}


def test_after_a_broken_lock_the_store_can_be_locked_again(store: StateStore) -> None:
    with store.lock("local", "apply") as holder:
        store.unlock("local", holder.id)
    with store.lock("local", "apply"):
        store.write(record())


@pytest.mark.parametrize("held", [True, False])
def test_unlocking_needs_the_right_id(store: StateStore, held: bool) -> None:
    with ExitStack() as stack:
        holder = stack.enter_context(store.lock("local", "apply")) if held else None
        with pytest.raises(StateError, match="no lock 'beef'") as caught:
            store.unlock("local", "beef")
        assert (holder.id if holder else "Nobody") in caught.value.hint
        assert store.holder("local") == holder
