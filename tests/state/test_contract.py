"""What every state store promises (`state/base.py`), asked of each kind in `stores.KINDS`."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procspec.errors import Contended
from procspec.model import Action, Intent, Mark, Record
from procspec.state import StateStore
from procspec.state.base import KEPT
from tests.state.stores import Place, latest, record, used

TEXT = st.text(max_size=12)
MARKS = st.dictionaries(
    TEXT, st.dictionaries(TEXT, st.builds(Mark, value=TEXT, written=TEXT), max_size=3), max_size=3
)
INTENTS = st.builds(Intent, action=st.sampled_from(Action), since=TEXT, owner=TEXT, marks=MARKS)
RECORDS = st.builds(
    Record,
    environment=TEXT,
    key=TEXT,
    salt=TEXT,
    id=st.none() | TEXT,
    ids=st.dictionaries(TEXT, TEXT, max_size=3),
    revision=st.none() | st.integers(),
    digest=TEXT,
    marks=MARKS,
    intent=st.none() | INTENTS,
    leftovers=st.lists(TEXT, max_size=3).map(tuple),
    protect=st.booleans(),
    trashed=st.booleans(),
)


def test_a_store_is_empty_at_first_and_has_an_identity(store: StateStore) -> None:
    assert store.read("local") == {}
    assert store.holder("local") is None
    assert len(store.lineage) >= 16


def test_what_is_written_is_there_for_the_next_command(place: Place) -> None:
    with closing(place.open()) as store:
        lineage = store.lineage
        written = store.write(record(id="p-1"))
    with closing(place.open()) as store:
        assert store.lineage == lineage
        assert store.read("local") == {"close": written}


def test_environments_are_apart(store: StateStore) -> None:
    here = store.write(record(environment="local", id="p-1"))
    there = store.write(record(environment="production", id="p-2"))
    assert store.read("local") == {"close": here}
    assert store.read("production") == {"close": there}


def test_names_that_look_alike_are_apart(store: StateStore) -> None:
    names = ["a", "ab", "a/b", "a=2Fb", "A", "é", "e\u0301", "", ".", "..", "a.", "\x00", "a b", "%61"]
    written = {
        (environment, key): store.write(record(key, environment, id=f"{environment} {key}"))
        for environment in names
        for key in names[:6]
    }
    for environment in names:
        found = store.read(environment)
        assert list(found) == sorted(names[:6])
        assert all(found[key] == written[environment, key] for key in found)


def test_a_store_that_goes_on_has_no_predecessor(place: Place) -> None:
    used(place)
    with closing(place.open()) as store:
        assert (store.predecessor, store.begin_anew) == ("", "")


def test_every_write_changes_the_serial(store: StateStore) -> None:
    first = store.write(record())
    second = store.write(replace(first, id="p-1"))
    assert len({0, first.serial, second.serial}) == 3


def test_writing_over_a_newer_record_is_refused_and_changes_nothing(store: StateStore) -> None:
    old = store.write(record())
    new = store.write(replace(old, id="p-1"))
    with pytest.raises(Contended):
        store.write(replace(old, id="p-2"))
    with pytest.raises(Contended):
        store.delete(old)
    assert store.read("local") == {"close": new}


def test_creating_what_is_there_is_refused(store: StateStore) -> None:
    written = store.write(record(id="p-1"))
    with pytest.raises(Contended):
        store.write(record(id="p-2"))
    assert store.read("local") == {"close": written}


def test_writing_what_was_forgotten_is_refused(store: StateStore) -> None:
    written = store.write(record())
    store.delete(written)
    with pytest.raises(Contended):
        store.write(written)
    with pytest.raises(Contended):
        store.delete(written)
    assert store.read("local") == {}


def test_a_serial_never_returns(store: StateStore) -> None:
    """Whoever still holds the forgotten record must not overwrite the one that took its place."""
    old = store.write(record(id="p-1"))
    store.delete(old)
    new = store.write(record(id="p-2"))
    with pytest.raises(Contended):
        store.write(replace(old, id="p-3"))
    assert store.read("local") == {"close": new}


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=RECORDS)
def test_records_of_all_shapes_come_back_as_they_were(store: StateStore, wanted: Record) -> None:
    before = store.read(wanted.environment).get(wanted.key)
    written = store.write(replace(wanted, serial=before.serial if before else 0))
    assert replace(written, serial=0) == wanted
    assert store.read(wanted.environment)[wanted.key] == written


# ------------------------------------------------------------------------------------------------ races


def add(store: StateStore, times: int) -> None:
    """Counts up in one record, trying again whenever somebody else was faster."""
    for _ in range(times):
        while True:
            found = latest(store)
            try:
                store.write(replace(found, revision=(found.revision or 0) + 1))
                break
            except Contended:
                continue


def add_elsewhere(place: Place, times: int) -> None:
    with closing(place.open()) as store:
        add(store, times)


def test_threads_lose_no_write(store: StateStore) -> None:
    threads = [threading.Thread(target=add, args=(store, 20)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert latest(store).revision == 160


def test_processes_lose_no_write(place: Place) -> None:
    processes = [place.process(add_elsewhere, 25) for _ in range(3)]
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    with closing(place.open()) as store:
        assert latest(store).revision == 75
        assert list(store.read("local")) == ["close"]


def create_elsewhere(place: Place, name: str, outcome: str) -> None:
    with closing(place.open()) as store:
        try:
            store.write(record(id=name))
            word = "created"
        except Contended:
            word = "contended"
    (place.folder / outcome).write_text(f"{word} {store.lineage}")


def test_one_of_many_processes_creates(place: Place) -> None:
    """All of them open a store that does not exist yet: one store is made, and one record in it."""
    processes = [place.process(create_elsewhere, f"p-{n}", f"outcome-{n}") for n in range(6)]
    for process in processes:
        process.join()
    words = [path.read_text().split() for path in sorted(place.folder.glob("outcome-*"))]
    assert sorted(word for word, _ in words) == ["contended"] * 5 + ["created"]
    assert len({lineage for _, lineage in words}) == 1


# ------------------------------------------------------------------------------------------- the applies


def test_a_new_store_has_no_applies(store: StateStore) -> None:
    assert store.kept("local") == ()
    assert store.fetch("local", "20241231-120000-00aa") is None


def test_applies_are_kept_by_environment_newest_first(place: Place) -> None:
    ids = ["20241231-120000-00aa", "20250101-080000-0000", "20241231-120000-00ab"]
    with closing(place.open()) as store:
        for id in ids:
            store.keep("local", id, f'{{"id": "{id}"}}')
        store.keep("a/b", ids[0], "elsewhere")
    with closing(place.open()) as store:
        assert store.kept("local") == (ids[1], ids[2], ids[0])
        assert store.kept("a/b") == (ids[0],)
        assert store.kept("a") == ()
        assert store.fetch("local", ids[2]) == f'{{"id": "{ids[2]}"}}'
        assert store.fetch("a/b", ids[0]) == "elsewhere"
        assert store.fetch("a", ids[0]) is None
        assert store.read("local") == {}


def test_the_end_of_an_apply_takes_the_place_of_its_beginning(store: StateStore) -> None:
    store.keep("local", "20241231-120000-00aa", "begun")
    store.keep("local", "20241231-120000-00aa", "ended")
    assert store.kept("local") == ("20241231-120000-00aa",)
    assert store.fetch("local", "20241231-120000-00aa") == "ended"


def test_only_the_last_applies_stay(store: StateStore) -> None:
    store.keep("production", "20200101-000000-0000", "old, and another environment's")
    ids = [f"20241231-120000-{number:04x}" for number in range(KEPT + 3)]
    for id in ids:
        store.keep("local", id, id)
    assert store.kept("local") == tuple(reversed(ids[3:]))
    assert [store.fetch("local", id) for id in ids[:4]] == [None, None, None, ids[3]]
    assert store.kept("production") == ("20200101-000000-0000",)


def test_an_apply_is_written_down_although_the_lock_was_broken(store: StateStore) -> None:
    with store.lock("local", "procspec apply") as holder:
        store.unlock("local", holder.id)
        store.keep("local", "20241231-120000-00aa", "what was done")
        with pytest.raises(Contended):
            store.write(record())
    assert store.kept("local") == ("20241231-120000-00aa",)
