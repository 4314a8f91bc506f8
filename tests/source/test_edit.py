"""Values written back into a text: theirs change, and nothing else."""

from __future__ import annotations

import difflib
from random import Random

import pytest

from procspec.model import Json, Path
from procspec.source import read
from procspec.source.edit import ABSENT, Unwritable, at, edit, same
from procspec.source.layout import comments
from tests.source.loose import loose

TEXT = """\
# head
name: Close       # the name
days: [monday, 'tuesday']  # two
closed:           # holidays
  - 2024-11-28    # Thanksgiving
  # Christmas
  - 2024-12-25
root:
  children:
    - job: a
      sendTask:
        title: "A"
        who: {id: u, type: user}   # somebody
        text: |  # in lines
          One.

          Two.

    - job: b      # the second
      sendTask: {title: B, due: 2024-12-15}
    - steps:
        - type: sign
          by: [x]
        - type: approve   # last
"""


def changed(path: Path, value: Json, text: str = TEXT) -> list[str]:
    after = edit(text, path, value)
    diff = difflib.unified_diff(text.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in diff if not line.startswith(("---", "+++", "@@"))]


A = ("root", "children", 0, "sendTask")
B = ("root", "children", 1, "sendTask")
STEPS = ("root", "children", 2, "steps")


@pytest.mark.parametrize(
    ("path", "value", "lines"),
    [
        (("name",), "Open", ["-name: Close       # the name", "+name: Open       # the name"]),
        (("name",), "a: b", ["-name: Close       # the name", '+name: "a: b"       # the name']),
        (("name",), 5, ["-name: Close       # the name", "+name: 5       # the name"]),
        (("name",), "5", ["-name: Close       # the name", '+name: "5"       # the name']),
        (
            ("name",),
            "One.\nTwo.",
            ["-name: Close       # the name", "+name: |-       # the name", "+  One.", "+  Two."],
        ),
        (("name",), ABSENT, ["-name: Close       # the name"]),
        (("new",), "2024-12-31", ["+new: 2024-12-31"]),
        ((*A, "title"), "it's", ['-        title: "A"', '+        title: "it\'s"']),
        ((*A, "due"), "no", ['+        due: "no"']),
        (
            (*B, "due"),
            "2024-12-16",
            ["-      sendTask: {title: B, due: 2024-12-15}", "+      sendTask: {title: B, due: 2024-12-16}"],
        ),
        (
            (*B, "due"),
            ABSENT,
            ["-      sendTask: {title: B, due: 2024-12-15}", "+      sendTask: {title: B}"],
        ),
        (
            (*B, "title"),
            ABSENT,
            ["-      sendTask: {title: B, due: 2024-12-15}", "+      sendTask: {due: 2024-12-15}"],
        ),
        (
            (*B, "text"),
            "a, b\nc",
            [
                "-      sendTask: {title: B, due: 2024-12-15}",
                '+      sendTask: {title: B, due: 2024-12-15, text: "a, b\\nc"}',
            ],
        ),
        (
            (*A, "who"),
            "ana",
            ["-        who: {id: u, type: user}   # somebody", "+        who: ana   # somebody"],
        ),
        (
            (*A, "who", "id"),
            "v",
            [
                "-        who: {id: u, type: user}   # somebody",
                "+        who: {id: v, type: user}   # somebody",
            ],
        ),
        ((*A, "text"), "One.\n\nThree.\n", ["-          Two.", "+          Three."]),
        ((*A, "text"), ABSENT, ["-        text: |  # in lines", "-          One.", "-", "-          Two."]),
        (
            (*A, "text"),
            " x",
            [
                "-        text: |  # in lines",
                "-          One.",
                "-",
                "-          Two.",
                '+        text: " x"  # in lines',
            ],
        ),
        (
            ("days",),
            ["monday", "friday", "sunday"],
            ["-days: [monday, 'tuesday']  # two", "+days: [monday, 'friday', sunday]  # two"],
        ),
        (("days",), [], ["-days: [monday, 'tuesday']  # two", "+days: []  # two"]),
        (("closed",), ["2024-12-25"], ["-  - 2024-11-28    # Thanksgiving"]),
        (("closed",), ["2024-11-28", "2024-12-25", "2025-01-01"], ["+  - 2025-01-01"]),
        (("closed",), ["2024-11-01", "2024-11-28", "2024-12-25"], ["+  - 2024-11-01"]),
        ((*STEPS, 0, "by"), ["x", "z"], ["-          by: [x]", "+          by: [x, z]"]),
        ((*STEPS, 1), ABSENT, ["-        - type: approve   # last"]),
        (
            STEPS,
            [{"type": "sign", "by": ["x"]}, {"type": "check", "by": []}, {"type": "approve"}],
            ["+        - type: check", "+          by: []"],
        ),
        ((*STEPS, 0, "type"), ABSENT, ["-        - type: sign", "-          by: [x]", "+        - by: [x]"]),
    ],
)
def test_the_lines_that_change(path: Path, value: Json, lines: list[str]) -> None:
    assert changed(path, value) == lines


def test_the_same_value_changes_nothing() -> None:
    assert edit(TEXT, ("closed",), ["2024-11-28", "2024-12-25"]) == TEXT


def test_lines_end_as_they_did() -> None:
    text = TEXT.replace("\n", "\r\n")
    after = edit(edit(text, ("new",), "x"), (*A, "text"), "One.\nTwo.\n")
    assert after.count("\n") == after.count("\r\n") and "new: x\r\n" in after
    assert edit("a: 1", ("b",), 2) == "a: 1\nb: 2"


@pytest.mark.parametrize(
    ("text", "path", "value", "why"),
    [
        ("a: &x 1\nb: *x\n", ("a",), 2, "anchor"),
        ("a: &x 1\nb: *x\n", ("b",), 2, "alias"),
        ("a: &x {c: 1}\nb: *x\n", ("b", "c"), 2, "alias"),
        ("a: 1\n", ("a",), "\x07", "a file cannot say it"),
        ("a: 1\n", ("a",), None, "a file cannot say it"),
        ("a: 1\n", ("b", "c"), 1, "no place"),
        ("a: 1\n", (), ABSENT, "the whole file"),
        ("a:\n  # why\n  b: 1  # c\n  c: 2\n", ("a",), 1, "comment"),
        ("a:\n  -\n    # why\n    b: 1\n", ("a",), "x", "comment"),
        ("a:\n  - 1 # one\n  - 2 # two\n  - 3 # three\n", ("a",), [3, 2, 1], "entry that moves"),
        ("a:\n  - 1\n  # two\n  - 2\n  - 3\n", ("a",), [2, 1, 3], "entry that moves"),
        (
            "a:\n  - b: 1  # one\n    c: 1\n  - b: 2\n",
            ("a",),
            [{"b": 2}, {"b": 1, "c": 2}],
            "entry that moves",
        ),
        ("a: [1, # one\n  2, 3]\n", ("a",), [1, 3], "comment"),
        ('a:\n  # why\n  b: "x # y"\n', ("a", "b"), ABSENT, "comment"),
        ("a:\n  # why\n  b: |\n    x\n    # y\n", ("a", "b"), ABSENT, "comment"),
    ],
)
def test_what_is_refused(text: str, path: Path, value: Json, why: str) -> None:
    with pytest.raises(Unwritable, match=why):
        edit(text, path, value)


def test_entries_without_comments_may_move() -> None:
    assert edit("a:\n  - 1\n  - 2\n  - 3\n", ("a",), [3, 2, 1]) == "a:\n  - 3\n  - 2\n  - 1\n"
    assert edit("a: [1, 2, 3] # all\n", ("a",), [3, 2, 1]) == "a: [3, 2, 1] # all\n"


def test_a_comment_goes_with_the_entry_that_is_gone() -> None:
    text = 'a:\n  - 1 # one\n  - "2 # 2" # two # more\n  - 3\n'
    assert edit(text, ("a",), [1, 3]) == "a:\n  - 1 # one\n  - 3\n"
    assert edit(text, ("a",), [1, 4, 5]) == "a:\n  - 1 # one\n  - 4 # two # more\n  - 5\n"


def _paths(data: Json, path: Path = ()) -> list[Path]:
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(below for step, item in steps for below in _paths(item, (*path, step)))]


VALUES: list[Json] = [
    ABSENT,
    "2025-01-20",
    "x: y",
    "a\nb\n",
    "w " * 80 + "w",
    False,
    7,
    [],
    {},
    ["a", "b"],
    {"id": "u"},
]
VALUES += [[{"a": [1, "x"]}, "b"], {"name": {"key": "no"}}]


@pytest.mark.parametrize("chunk", range(4))
def test_any_value_in_any_file(chunk: int) -> None:
    """It is written, or refused; what is written is that value alone, and the comments stay."""
    draw, written = Random(chunk), 0
    for _ in range(100):
        text = loose(draw)[0].removeprefix("\ufeff")
        before, _ = read("f", text.encode())
        assert before is not None
        path, value = draw.choice(_paths(before.data)), draw.choice(VALUES)
        if draw.random() < 0.2 and path and isinstance(path[-1], str):
            path = (*path[:-1], "added")
        try:
            new = edit(text, path, value)
        except Unwritable:
            continue
        written += 1
        after, problems = read("f", new.encode())
        assert after is not None and problems == ()
        others = [other for other in _paths(before.data) if other[: len(path)] != path != other[: len(path)]]
        if value is not ABSENT:
            assert same(at(after.data, path), value)
            unrelated = [other for other in others if path[: len(other)] != other]
            assert all(same(at(after.data, other), at(before.data, other)) for other in unrelated)
        kept = list(comments(new))
        assert len(kept) <= len(comments(text)) and set(kept) <= set(comments(text))
    assert written > 60
