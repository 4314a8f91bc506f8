"""What `dump` writes, `read` reads."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from procspec.model import Json
from procspec.source import dump, read
from procspec.source.scalars import LARGEST, forbidden

TEXTS = st.text(st.characters(exclude_categories=["Cs"])).filter(lambda text: forbidden(text) is None)
WORDS = st.text(" \n#:-'\"|>[]{}&*!%@`,?~=<$.\\abnNoOyY0189+e\t", max_size=30)
SENTENCES = st.lists(st.text("ab .#:-\t", max_size=12), max_size=30).map(" ".join)
STRINGS = st.one_of(TEXTS, WORDS, SENTENCES)
SCALARS = st.one_of(
    STRINGS,
    st.booleans(),
    st.integers(-LARGEST, LARGEST),
    st.floats(allow_nan=False, allow_infinity=False),
)
DATA = st.recursive(
    SCALARS, lambda inner: st.one_of(st.lists(inner), st.dictionaries(STRINGS, inner)), max_leaves=25
)


@given(DATA)
@example({"x" * 2000: 1})
@example([[[]], {}, {"a": []}, ""])
@example("a\n\n\n")
@example(" a\nb")
@example("a " * 200 + "b")
@example("# a\nb")
@example("---")
@example("a" * 300 + "  " + "b c")
def test_round_trip(data: Json) -> None:
    text = dump(data)
    document, diagnostics = read("f", text.encode())
    assert document is not None and not diagnostics, (text, diagnostics)
    assert document.data == data
    assert repr(document.data) == repr(data), text


@given(STRINGS)
def test_nobody_reads_a_text_as_something_else(text: str) -> None:
    """PyYAML reads YAML 1.1: its booleans, dates and octal numbers."""
    assert yaml.safe_load(dump({"a": text})) == {"a": text}


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "true",
        "null",
        "~",
        "2024-12-15",
        "0123",
        "1_000",
        "1:30",
        "0x1F",
        "0o7",
        ".5",
        "1e3",
        ".inf",
        "<<",
        "",
        "=",
        "-",
        "1.5",
        "+1",
    ],
)
def test_ambiguous_texts_are_quoted(text: str) -> None:
    assert dump({"a": text}) == f'a: "{text}"\n'


def test_layout() -> None:
    data = {
        "kind": "Process",
        "dueDate": "2024-12-31",
        "root": {
            "parallel": False,
            "children": [
                {"job": "a", "sendTask": {"title": "A: b", "instructions": "One.\nTwo.\n"}},
                {"group": "g", "children": []},
            ],
        },
        "words": " ".join(["word"] * 30),
        "steps": [[1, 2], "x"],
    }
    assert dump(data) == (
        "kind: Process\n"
        'dueDate: "2024-12-31"\n'
        "root:\n"
        "  parallel: false\n"
        "  children:\n"
        "    - job: a\n"
        "      sendTask:\n"
        '        title: "A: b"\n'
        "        instructions: |\n"
        "          One.\n"
        "          Two.\n"
        "    - group: g\n"
        "      children: []\n"
        "words: >-\n"
        f"  {' '.join(['word'] * 18)}\n"
        f"  {' '.join(['word'] * 12)}\n"
        "steps:\n"
        "  - - 1\n"
        "    - 2\n"
        "  - x\n"
    )


def test_what_no_file_may_hold_is_refused_when_it_is_read() -> None:
    _, diagnostics = read("f", dump({"a": None, "b": "\x07", "c": float("inf")}).encode())
    assert [d.rule for d in diagnostics] == ["null-value", "control-character", "number-out-of-range"]
    _, (surrogate,) = read("f", dump({"a": "\ud800"}).encode())
    assert surrogate.rule == "invalid-yaml"
