"""YAML text to data with places, and every way in which a file can be refused."""

from __future__ import annotations

import pytest

from procspec.model import Document, Json, Location, Path
from procspec.source import read
from procspec.source.builder import MAX_DEPTH
from procspec.source.reader import build, decode, parser
from tests.source.spec import brief


def data(text: str) -> Json:
    document, diagnostics = read("f", text.encode())
    assert document is not None and not diagnostics, brief(diagnostics)
    return document.data


def document(text: str) -> Document:
    found, diagnostics = read("f", text.encode())
    assert found is not None and not diagnostics, brief(diagnostics)
    return found


SCALARS: list[tuple[str, Json]] = [
    ("no", "no"),
    ("on", "on"),
    ("yes", "yes"),
    ("2024-12-15", "2024-12-15"),
    ("0123", "0123"),
    ("-0123", "-0123"),
    ("01.5", "01.5"),
    ("0", 0),
    ("-0", 0),
    ("+5", 5),
    ("12", 12),
    ("0o17", 15),
    ("0x1F", 31),
    ("0b11", "0b11"),
    ("1_000", "1_000"),
    ("1:30", "1:30"),
    ("true", True),
    ("True", True),
    ("FALSE", False),
    ("tRue", "tRue"),
    ("1.5", 1.5),
    (".5", 0.5),
    ("5.", 5.0),
    ("1e3", 1000.0),
    ("-1.5E-1", -0.15),
    (".", "."),
    ("-x", "-x"),
    ("nullable", "nullable"),
    ("'true'", "true"),
    ('"12"', "12"),
    ("WD+3", "WD+3"),
    ("a: [] # no", {"a": []}),
    ("{}", {}),
    ("|\n  two\n  lines\n", "two\nlines\n"),
    ("true: 1", {"true": 1}),
    ("1: x", {"1": "x"}),
    ("'<<': x", {"<<": "x"}),
    ('"": x', {"": "x"}),
    ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}),
    ("&k key: &v value\nother: *v\nthird: *k", {"key": "value", "other": "value", "third": "key"}),
    ("\ufeffa: 1", {"a": 1}),
    ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    ("%YAML 1.1\n---\na: no\n...\n", {"a": "no"}),
    ("a: \u202b\u05d0\u202c", {"a": "\u202b\u05d0\u202c"}),
]


@pytest.mark.parametrize("text, value", SCALARS)
@pytest.mark.parametrize("pure", [False, True])
def test_scalars_follow_the_core_schema(text: str, value: Json, pure: bool) -> None:
    decoded, _ = decode("f", text.encode())
    assert decoded is not None
    found, diagnostics = build("f", decoded, parser(decoded, pure=pure))
    assert found is not None and not diagnostics
    assert found.data == value and type(found.data) is type(value)


DEEP = "[" * (MAX_DEPTH + 1)
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)
)

REFUSED: list[tuple[str, str | bytes, list[str]]] = [
    ("bytes that are not UTF-8", b"a: 1\nb: \xff\n", ["2:4 not-utf8"]),
    ("after wide characters", "a: ü漢😀".encode() + b"\xc3", ["1:7 not-utf8"]),
    ("UTF-16", "a: 1".encode("utf-16"), ["1:1 not-utf8"]),
    ("nothing", "", ["1:1 empty-file"]),
    ("comments only", "# a\n", ["1:1 empty-file"]),
    ("an empty document", "---\n...\n", ["1:1 empty-file"]),
    ("a lone null", "null\n", ["1:1 empty-file"]),
    ("two documents", "a: 1\n---\nb: 2\n", ["2:1 several-documents"]),
    ("a duplicate key", "a: 1\nb: 2\na: 3\n", ["3:1 duplicate-key"]),
    ("a duplicate key written otherwise", 'a: 1\n"a": 3\n', ["2:1 duplicate-key"]),
    (
        "three of them, all reported",
        "a: 1\na: 2\nb: {c: 1, c: 2}\na: 3\n",
        ["2:1 duplicate-key", "3:11 duplicate-key", "4:1 duplicate-key"],
    ),
    (
        "a tag",
        "a: !!str 1\nb: !x [1]\nc: !y {}\n",
        ["1:4 explicit-tag", "2:4 explicit-tag", "3:4 explicit-tag"],
    ),
    ("a Python tag", "a: !!python/object/apply:os.system [x]\n", ["1:4 explicit-tag"]),
    ("a cycle", "a: &x\n  b: *x\n", ["2:6 alias-cycle"]),
    ("an alias of nothing", "a: *x\n", ["1:4 unknown-alias"]),
    ("an alias bomb", BOMB, ["5:45 too-many-values"]),
    ("30,000 brackets", "a: " + "[" * 30_000, ["1:67 nested-too-deep"]),
    ("30,000 brackets, closed", "[" * 30_000 + "]" * 30_000, ["1:65 nested-too-deep"]),
    ("30,000 mappings", "{a: " * 30_000, ["1:257 nested-too-deep"]),
    (
        "deep by aliases",
        "a: &x [[[[[[[[[[1]]]]]]]]]]\nb: " + "[" * 55 + "*x" + "]" * 55,
        ["2:59 nested-too-deep"],
    ),
    ("a merge key", "a: &x {b: 1}\nc:\n  <<: *x\n", ["3:3 merge-key"]),
    ("an empty value", "a:\nb: 1\n", ["1:1 null-value"]),
    ("a null", "a: 1\nb: null\nc: ~\n", ["2:4 null-value", "3:4 null-value"]),
    ("an empty list entry", "a:\n  - \n  - x\n", ["2:3 null-value"]),
    ("a list as a key", "? [a, b]\n: c\nd: 1\n", ["1:3 key-not-text"]),
    ("a mapping as a key", "{a: 1}: c\n", ["1:1 key-not-text"]),
    ("an alias as a key", "a: &x b\n*x : c\n", ["2:1 key-not-text"]),
    ("a huge number", "a: 12345678901234567890\n", ["1:4 number-out-of-range"]),
    ("a number of 5,000 digits", "a: " + "9" * 5000, ["1:4 number-out-of-range"]),
    (
        "infinity",
        "a: .inf\nb: -.INF\nc: .nan\nd: 1e999\n",
        [
            "1:4 number-out-of-range",
            "2:4 number-out-of-range",
            "3:4 number-out-of-range",
            "4:4 number-out-of-range",
        ],
    ),
    ("a bell", "a: x\x07y\nb: \x1b[31m\n", ["1:5 control-character", "2:4 control-character"]),
    ("a NUL", "a: x\x00y\n", ["1:5 control-character"]),
    ("a C1 control", "a: x\x9by\n", ["1:5 control-character"]),
    ("an escaped bell", 'a: "x\\x07"\n', ["1:4 control-character"]),
    ("an escaped return", 'a: "x\\ry"\n', ["1:4 control-character"]),
    ("an escape in a key", '"a\\e": 1\n', ["1:1 control-character"]),
    ("a lone return", "a: 1\rb: 2\n", ["1:5 control-character", "1:7 invalid-yaml"]),
    ("an override that is not closed", "a: x\u202ey\n", ["1:4 control-character"]),
    ("an isolate closed on another line", "a: |\n  \u2066x\n  y\u2069\n", ["1:4 control-character"]),
    ("a mark in the middle", "a: x\ufeffy\n", ["1:5 control-character"]),
    ("a line separator", "a: x\u2028y\n", ["1:5 control-character"]),
    ("a list that is not closed", "a: 1\nb: [1, 2\nc: 3\n", ["2:4 invalid-yaml"]),
    ("a mapping that is not closed", "a: {b: 1\n", ["1:4 invalid-yaml"]),
    ("a quote that is not closed", "a: 1\nb: 'x\nc: 3\n", ["2:4 invalid-yaml"]),
    ("a tab", "a:\n\tb: 1\n", ["2:1 invalid-yaml"]),
    ("a second colon", "a: b: c\n", ["1:5 invalid-yaml"]),
    ("a wrong indentation", "a:\n    b: 1\n  c: 2\n", ["3:3 invalid-yaml"]),
    ("an at sign", "a: @x\n", ["1:4 invalid-yaml"]),
    ("an unknown escape", 'a: "\\q"\n', ["1:5 invalid-yaml"]),
    ("a surrogate", 'a: "\\ud800"\n', ["1:7 invalid-yaml"]),
    ("a missing space", "a: 1\nb:2\nc: 3\n", ["3:1 invalid-yaml"]),
    ("another YAML", "%YAML 2.0\n---\na: 1\n", ["1:1 invalid-yaml"]),
    (
        "several kinds at once",
        "a: ~\na: !!int 1\nb: \x07\n<<: x\n",
        ["1:4 null-value", "2:1 duplicate-key", "2:4 explicit-tag", "3:4 control-character", "4:1 merge-key"],
    ),
]


@pytest.mark.parametrize("text, expected", [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_refused_with_the_right_place(text: str | bytes, expected: list[str]) -> None:
    _, diagnostics = read("f", text if isinstance(text, bytes) else text.encode())
    assert brief(diagnostics) == expected
    for diagnostic in diagnostics:
        assert diagnostic.detail.endswith((".", '"'))
        assert not set(diagnostic.detail) & set("\x07\x1b\x00\u202e\u2066")


def test_a_duplicate_key_names_both_places() -> None:
    _, (diagnostic,) = read("f", b"one: 1\nlonger: 2\n  \none: 3\n")
    assert diagnostic.place == Location("f", 4, 1, 3)
    assert diagnostic.related == (Location("f", 1, 1, 3),)


def test_what_can_be_read_past_leaves_a_document() -> None:
    found, diagnostics = read("f", b"a: ~\nb: 1\nb: 2\n[x]: 1\n<<: {c: 1}\nd: !!str 4\n")
    assert found is not None and found.data == {"a": None, "b": 1, "d": "4"}
    assert len(diagnostics) == 5


HUGE: list[tuple[str, str, str]] = [
    ("tags", "[" + "!!str x, " * 100_000 + "]", "too-many-problems"),
    ("duplicates", "x: 1\n" * 100_000, "too-many-problems"),
    ("nulls", "[" + "~, " * 100_000 + "]", "too-many-problems"),
    ("values", "- x\n" * 200_000, "too-many-values"),
    ("a flow of dashes", "- " * 100_000, "nested-too-deep"),
    ("quotes", '"' * 100_000, "invalid-yaml"),
]


@pytest.mark.parametrize("text, rule", [row[1:] for row in HUGE], ids=[row[0] for row in HUGE])
def test_a_file_full_of_problems_ends_early(text: str, rule: str) -> None:
    _, diagnostics = read("f", text.encode())
    assert rule in {diagnostic.rule for diagnostic in diagnostics} and len(diagnostics) <= 101


def test_too_large() -> None:
    _, diagnostics = read("f", b"#" * (10 * 1024 * 1024 + 1))
    assert brief(diagnostics) == ["1:1 unreadable-file"]


TEXT = """\
kind: Process
näme:\t"😀 x"   # tab
wide: {漢字: 漢字, next: z}
text: |
  first
  second
long: one
  two
list:
  - a
  - b: c
"""
PLACES: list[tuple[Path, tuple[int, int, int]]] = [
    (("kind",), (1, 7, 7)),
    (("näme",), (2, 7, 5)),
    (("wide",), (3, 7, 1)),
    (("wide", "漢字"), (3, 12, 2)),
    (("wide", "next"), (3, 22, 1)),
    (("text",), (4, 7, 1)),
    (("long",), (7, 7, 3)),
    (("list",), (10, 3, 1)),
    (("list", 0), (10, 5, 1)),
    (("list", 1), (11, 5, 1)),
    (("list", 1, "b"), (11, 8, 1)),
    ((), (1, 1, 1)),
]


@pytest.mark.parametrize("path, place", PLACES)
def test_places_count_characters(path: Path, place: tuple[int, int, int]) -> None:
    assert document(TEXT).places[path] == Location("f", *place)


def test_keys_have_places() -> None:
    found = document(TEXT)
    assert found.keys["näme",] == Location("f", 2, 1, 4)
    assert found.keys["wide", "next"] == Location("f", 3, 16, 4)
    assert found.keys["list", 1, "b"] == Location("f", 11, 5, 1)
    assert ("list", 0) not in found.keys and () not in found.keys
    assert ("list", "0") not in found.places and ("kind", "x") not in found.places
    assert len(found.places) == 12 and set(found.keys) == set(found.places) - {(), ("list", 0), ("list", 1)}


def test_an_alias_stands_at_its_site_and_its_inside_at_the_anchor() -> None:
    found = document("a: &x\n  b: 1\nc: *x\n")
    assert found.places["c",] == Location("f", 3, 4, 2)
    assert found.places["c", "b"] == Location("f", 2, 6, 1)


def test_the_nearest_parent_has_a_place() -> None:
    assert document(TEXT).place(("list", 1, "b", "missing")) == Location("f", 11, 8, 1)


def test_depth_up_to_the_limit_is_fine() -> None:
    assert data("[" * MAX_DEPTH + "]" * MAX_DEPTH)
