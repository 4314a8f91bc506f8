"""Fifty commands at once on one state: one creates, the others wait for it or name it."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

from procspec.errors import Contended
from tests.state.stores import Place, latest, record

CROWD = 50


def apply(place: Place, number: int, timeout: float) -> None:
    """What `procspec apply` does with the store: under the lock, an intent, the act, its result."""
    gate = place.folder / "gate"
    (place.folder / f"ready-{number}").touch()
    while not gate.exists():
        time.sleep(0.005)
    outcome = place.folder / f"outcome-{number:02}"
    try:
        with closing(place.open()) as store, store.lock("local", f"apply {number}", timeout):
            found = latest(store)
            if found.id is None:
                written = store.write(record(id="p-1"))
                time.sleep(0.5)
                (place.folder / f"created-{number}").touch()
                assert latest(store) == written
            outcome.write_text("found" if found.id else "created")
    except Contended as error:
        outcome.write_text(f"contended {error.message}")


def crowd(place: Place, timeout: float) -> list[str]:
    processes = [place.process(apply, number, timeout) for number in range(CROWD)]
    while len(list(place.folder.glob("ready-*"))) < CROWD:
        assert all(process.exitcode is None for process in processes)
        time.sleep(0.005)
    (place.folder / "gate").touch()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * CROWD
    return [path.read_text() for path in sorted(place.folder.glob("outcome-*"))]


def created(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("created-*")]


def test_of_fifty_that_wait_one_creates_and_the_rest_find_it(place: Place) -> None:
    outcomes = crowd(place, timeout=120)
    assert sorted(outcomes) == ["created"] + ["found"] * (CROWD - 1)
    assert len(created(place.folder)) == 1


def test_of_fifty_that_do_not_wait_one_creates_and_the_rest_name_a_holder(place: Place) -> None:
    outcomes = crowd(place, timeout=0)
    assert outcomes.count("created") == len(created(place.folder)) == 1
    lost = [outcome for outcome in outcomes if outcome.startswith("contended")]
    assert outcomes.count("found") + len(lost) == CROWD - 1
    assert lost and all("locked by" in outcome and "'apply " in outcome for outcome in lost), set(lost)
