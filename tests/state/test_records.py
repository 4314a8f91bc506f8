"""Records as text: what is not exactly a record of this format is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procspec.errors import StateError
from procspec.model import Action, Intent, Mark, Started
from procspec.state import new_salt
from procspec.state.records import from_text, safe_name, to_text
from tests.state.stores import record

FULL = record(
    id="p-1",
    ids={"a": "j-1"},
    revision=3,
    marks={"a": {"title": Mark(value="v", written="w")}},
    intent=Intent(action=Action.CREATE, since="now", owner="me"),
    leftovers=("p-0",),
    protect=True,
)


def test_the_text_has_a_format_and_no_serial() -> None:
    data = json.loads(to_text(replace(FULL, serial=7)))
    assert data["format"] == 1
    assert "serial" not in data
    assert from_text(to_text(FULL), 9) == replace(FULL, serial=9)


def test_a_run_of_an_earlier_version_names_no_process() -> None:
    data = {**json.loads(to_text(FULL)), "runs": [{"id": "r-1", "since": "now"}]}
    (run,) = from_text(json.dumps(data), 1).runs
    assert run == Started(id="r-1", since="now", process="")


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"format": None},
        {"format": True},
        {"colour": "red"},
        {"serial": 3},
        {"key": None},
        {"id": 5},
        {"ids": []},
        {"ids": {"a": 1}},
        {"revision": "3"},
        {"revision": True},
        {"protect": 1},
        {"leftovers": "p-0"},
        {"intent": {"action": "conquer", "since": "", "owner": ""}},
        {"intent": {"action": "create"}},
        {"marks": {"a": {"title": {"value": "v", "extra": 1}}}},
    ],
    ids=str,
)
def test_what_is_not_a_record_is_refused(change: dict[str, Any]) -> None:
    data = {**json.loads(to_text(FULL)), **change}
    with pytest.raises(StateError, match="cannot be read") as caught:
        from_text(json.dumps(data), 1)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "[" * 100_000, '{"format": 1}'])
def test_what_is_not_an_object_is_refused(text: str) -> None:
    with pytest.raises(StateError):
        from_text(text, 1)


@pytest.mark.parametrize(
    "members",
    [{"revision": "3"}, {"leftovers": ["p-0"]}, {"ids": {"a": 1}}, {"id": object()}, {"protect": 1.5}],
)
def test_a_record_that_could_not_be_read_back_is_not_written(members: dict[str, Any]) -> None:
    with pytest.raises(StateError, match="cannot be kept"):
        to_text(record(**members))


def test_salts_differ() -> None:
    assert len({new_salt() for _ in range(100)}) == 100
    assert all(len(bytes.fromhex(salt)) == 16 for salt in (new_salt(), new_salt()))


NAMES = st.text(st.sampled_from("ab.=/2E-é\x00\ud800"), max_size=5)


@given(NAMES, NAMES)
def test_names_are_safe_and_as_different_as_their_texts(one: str, other: str) -> None:
    assert (safe_name(one) == safe_name(other)) == (one == other)
    assert set(safe_name(one)) <= set("ab.=2E-0123456789ABCDEF")
    assert safe_name(one)[:1] not in ("", ".")


def test_names_that_need_no_help_stay_as_they_are() -> None:
    assert safe_name("close-2024.Q4_x") == "close-2024.Q4_x"
