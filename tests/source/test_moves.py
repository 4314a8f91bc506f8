"""`moved`: chains, and what is wrong with it, by line and column."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from procspec.model import Document
from procspec.source.moves import Checked, followed, node_moves, project_moves
from procspec.source.reader import read
from tests.source.spec import brief

HEAD = "kind: Project\nname: test\nmoved:\n"
NODES = """\
root:
  name: Root
  children:
    - job: c
      sendTask: {title: C}
    - group: g
      name: G
      children: [{job: d, sendTask: {title: D}}]
"""


def document(text: str) -> Document:
    made, _ = read("a.yaml", text.encode())
    assert made is not None
    return made


def moves(*pairs: str) -> str:
    """The first is in line 4; `from` is at column 12, `to` of one letter at column 19."""
    return HEAD + "".join(f"  - {{from: {pair[0]}, to: {pair[1]}}}\n" for pair in pairs)


def of_project(text: str) -> Checked:
    return project_moves(document(text), {"c", "d", "g"})


def of_nodes(text: str) -> Checked:
    return node_moves(document(text + NODES))


CASES: list[tuple[str, str, dict[str, str], list[str]]] = [
    ("nothing", "kind: Project\n", {}, []),
    ("one", moves("ac"), {"a": "c"}, []),
    ("a group", moves("ag"), {"a": "g"}, []),
    ("one inside of a group", moves("ad"), {"a": "d"}, []),
    ("a chain", moves("ab", "bc"), {"a": "c", "b": "c"}, []),
    ("a chain, last move first", moves("bc", "ab"), {"a": "c", "b": "c"}, []),
    ("a circle", moves("ab", "ba"), {}, ["4:12 moved-in-a-circle", "5:12 moved-in-a-circle"]),
    ("itself", moves("cc"), {}, ["4:12 moved-in-a-circle"]),
    ("two moves from one key", moves("ac", "ad"), {}, ["5:12 ambiguous-move"]),
    ("two moves to one key", moves("ac", "bc"), {}, ["5:19 ambiguous-move"]),
    ("the same move twice", moves("ac", "ac"), {}, ["5:12 ambiguous-move", "5:19 ambiguous-move"]),
    ("the old key is in use", moves("cd"), {"c": "d"}, ["4:12 moved-key-in-use"]),
    ("in use in the middle", moves("ac", "cd"), {"a": "d", "c": "d"}, ["5:12 moved-key-in-use"]),
    ("a target that is gone", moves("ab"), {"a": "b"}, ["?4:19 moved-to-nothing"]),
    ("a chain to nowhere", moves("ae", "eb"), {"a": "b", "e": "b"}, ["?5:19 moved-to-nothing"]),
]


@pytest.mark.parametrize("check", [of_project, of_nodes], ids=["project", "nodes"])
@pytest.mark.parametrize(("text", "expected", "problems"), [case[1:] for case in CASES], ids=lambda _: "")
def test_moves(
    check: Callable[[str], Checked], text: str, expected: dict[str, str], problems: list[str]
) -> None:
    moved, found = check(text)
    assert moved == expected
    assert sorted(brief(found)) == problems


def test_what_to_do_is_told() -> None:
    _, found = project_moves(document(HEAD + "  - {from: old, to: close-su}\n"), {"close-us"})
    (told,) = found
    assert told.detail == (
        'No process has the key "close-su", so this move does nothing. Did you mean "close-us"?'
        " Remove it if that is long gone."
    )
    _, found = node_moves(document(moves("cd") + NODES))
    (told,) = found
    assert told.detail == (
        'A job or group has the key "c" still, so it cannot be "d" now.'
        " Remove the move, or give the other one a key of its own."
    )
    _, (told,) = project_moves(document(moves("ac", "bc")), {"c"})
    assert told.detail == 'Something is moved to "c" already, in line 4. Remove one of the two moves.'
    assert [place.line for place in told.related] == [4]


def test_a_project_that_is_broken_holds_nothing_against_moves() -> None:
    assert project_moves(document(moves("ab")), None) == ({"a": "b"}, ())


@pytest.mark.parametrize(
    "moved", ["3", "{}", "[3]", "[{from: a}]", "[{from: 1, to: b}]", "[{from: [a], to: b}]", "[]"]
)
def test_any_shape_is_coped_with(moved: str) -> None:
    assert project_moves(document(f"kind: Project\nmoved: {moved}\n"), {"c"}) == ({}, ())
    assert node_moves(document(f"kind: Process\nmoved: {moved}\n")) == ({}, ())


def test_the_key_that_was_left_last_comes_first() -> None:
    chain = [{"from": str(number), "to": str(number + 1)} for number in range(5000)]
    moved = followed(chain)
    assert set(moved.values()) == {"5000"}
    assert list(moved)[:2] == ["4999", "4998"]
    assert followed(None) == {}
