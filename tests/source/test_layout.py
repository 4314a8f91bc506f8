"""The one layout: what it looks like, and that it never loses anything."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from ruamel.yaml import YAML

from procspec.model import Json
from procspec.source import dump, read
from procspec.source.layout import Formatted, comments, formatted, layout
from tests.source.loose import loose
from tests.source.mutants import bases, mutant
from tests.source.test_writer import DATA

ROOT = Path(__file__).parents[2]
EXAMPLES, CASES = (sorted((ROOT / where).glob("**/*procspec.yaml")) for where in ("examples", "tests/cases"))
SEED, EACH = 20_250_108, 100


def new(text: str) -> str:
    """The layout of a text, which `formatted` gives out as well."""
    laid = layout(text).text
    assert formatted("f", text.encode()) == Formatted(raw=laid.encode())
    return laid


def other_reader(text: str) -> Any:
    """What another library reads, in YAML 1.2."""
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = False
    return yaml.load(text)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_examples_have_it(path: Path) -> None:
    raw = path.read_bytes()
    assert formatted(path.name, raw) == Formatted(raw=raw)


@pytest.mark.parametrize("path", CASES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_cases_get_it_once(path: Path) -> None:
    done = formatted(path.name, path.read_bytes())
    assert done.raw is not None and formatted(path.name, done.raw) == done


@pytest.mark.parametrize("chunk", range(10))
def test_a_thousand_files_in_any_layout(chunk: int) -> None:
    """The same data and comments, by our reader and by another; a second time changes nothing."""
    for number in range(EACH):
        text, written = loose(Random(SEED + chunk * EACH + number))
        before, problems = read("f", text.encode())
        assert before is not None and problems == (), text
        done = formatted("f", text.encode())
        assert done.raw is not None, (done.refusal, text)
        assert formatted("f", done.raw) == done
        after, problems = read("f", done.raw)
        assert after is not None and problems == () and repr(after.data) == repr(before.data), text
        laid = done.raw.decode()
        assert sorted(comments(laid)) == sorted(comment.strip() for comment in written), text
        assert "\r" not in laid and laid.endswith("\n") and not laid.startswith("\n")
        if number % 10 == 0:
            assert other_reader(laid) == other_reader(text.removeprefix("\ufeff")), text


@given(DATA)
@settings(max_examples=100)
def test_what_import_writes_has_it(data: Json) -> None:
    text = dump(data)
    if isinstance(data, dict | list) and data and "? " not in text:
        assert formatted("f", text.encode()).raw == text.encode()


@pytest.mark.parametrize("chunk", range(3))
def test_whatever_is_in_a_file_nothing_is_lost(chunk: int) -> None:
    """Broken specs: each is formatted, or has its problems, or is left alone with a reason."""
    draw, known = Random(SEED + chunk), bases()
    refused = 0
    for _ in range(300):
        raw = mutant(draw, draw.choice(known))
        done = formatted("f", raw)
        assert sum((done.raw is not None, bool(done.diagnostics), bool(done.refusal))) == 1, raw
        refused += bool(done.refusal)
        if done.raw is not None:
            before, after = read("f", raw)[0], read("f", done.raw)[0]
            assert before and after and repr(before.data) == repr(after.data)
    assert refused <= 3


def test_indentation_and_spaces() -> None:
    assert (
        new(
            """\
kind:   Process
root :
      name:  Steps  \n      children:
      -   job: a
          x: [ 1,2 ]
"""
        )
        == """\
kind: Process
root:
  name: Steps
  children:
    - job: a
      x: [1, 2]
"""
    )


def test_brackets_stay_brackets_and_lines_lines() -> None:
    assert new('a: {"b" : [1 ,2\n  ,3], c:  {}}\nd:\n     [x,\n y  # y\n ]\n') == (
        "a: {b: [1, 2\n    , 3], c: {}}\nd:\n  [x,\n    y  # y\n  ]\n"
    )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ('"plain"', "plain"),
        ("'it''s'", "it's"),
        ("'a: b'", '"a: b"'),
        ('"no"', '"no"'),
        ("'2024-12-31'", '"2024-12-31"'),
        ("'C:\\x'", "'C:\\x'"),
        ('"\\u0041"', "A"),
        ('"\\u0041 #"', '"\\u0041 #"'),
        ("['a, b', 'c']", '["a, b", c]'),
        ('""', '""'),
        *((text, text) for text in ("2024-12-31", "no", "0123", "${var.x} y", "'\"x\" y'")),
    ],
)
def test_quotes_where_they_are_needed(written: str, shown: str) -> None:
    assert new(f"a: {written}\n") == f"a: {shown}\n"
    assert new(f"- {written}\n") == f"- {shown}\n"


def test_empty_lines() -> None:
    assert new("\n\n# top\n\n\n\na: 1\n\n \n\nb:\n\n\n  c: 2\n\n\n") == "# top\n\na: 1\n\nb:\n\n  c: 2\n"


def test_comments_stand_with_what_they_are_about() -> None:
    text = """\
a:
    b:
            c: 1   # with c
            # below c
        # below b, further out than c
    # the end of a
# of d
d:
- x       # with x
# of y
- y
# the end
"""
    assert (
        new(text)
        == """\
a:
  b:
    c: 1   # with c
    # below c
  # below b, further out than c
  # the end of a
# of d
d:
  - x       # with x
  # of y
  - y
# the end
"""
    )


def test_comments_behind_values_keep_their_column() -> None:
    text = "a: 1      # one\nlonger: 2 # two\nb:\n  c: 3\t# three\n"
    assert new(text) == "a: 1      # one\nlonger: 2  # two\nb:\n  c: 3  # three\n"


def test_long_texts_are_moved_whole() -> None:
    text = """\
a: |   # a block
        First.
          Indented.

        Last.


b: >+
 folded
 text


c:
- |2-
     three before it
- "two
     lines \\
     joined

  and a paragraph"
- plain
      text
"""
    assert (
        new(text)
        == """\
a: |   # a block
  First.
    Indented.

  Last.

b: >+
  folded
  text


c:
  - |2-
       three before it
  - "two
    lines \\
    joined

    and a paragraph"
  - plain
    text
"""
    )


def test_a_block_at_the_end_of_a_file_without_a_line_feed() -> None:
    assert new("a: |\n    x") == "a: |-\n  x\n"
    assert new("a: 1 # x") == "a: 1  # x\n"


def test_anchors_and_aliases() -> None:
    assert new("a:   &x\n    b: 1\nc: *x\nd: [ &y 1,*y ]\n") == "a: &x\n  b: 1\nc: *x\nd: [&y 1, *y]\n"


def test_carriage_returns_and_byte_order_marks_go() -> None:
    assert formatted("f", b"\xef\xbb\xbfa: 1\r\n\r\nb: |\r\n  x\r\n").raw == b"a: 1\n\nb: |\n  x\n"


def test_explicit_keys_and_document_marks() -> None:
    assert new("---\n?   a\n:    b\n...\n") == "---\n? a\n: b\n...\n"
    assert new("--- # why\n-   - a\n    - b\n") == "---  # why\n- - a\n  - b\n"


def test_what_is_no_yaml_is_reported() -> None:
    done = formatted("f", b"a: [1\nb: 2\n")
    assert done.raw is None and [problem.rule for problem in done.diagnostics] == ["invalid-yaml"]
    assert [problem.rule for problem in formatted("f", b"a: 1\na: 2\n").diagnostics] == ["duplicate-key"]
    assert [problem.rule for problem in formatted("f", b"# alone\n").diagnostics] == ["empty-file"]


def test_what_cannot_be_said_otherwise_is_left_alone() -> None:
    """A text that looks like a document mark once it begins its line."""
    done = formatted("f", b"  ---\n")
    assert done == Formatted(refusal="Another layout would change its data.")
