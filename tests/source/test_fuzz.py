"""Whatever is in the files, loading ends with diagnostics and never with an exception."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from procspec.errors import UsageError
from procspec.model import Document, Json
from procspec.source import RULES, dump, load, read
from procspec.source.reader import build, parser
from tests.source.spec import PROJECT, write
from tests.source.test_writer import DATA

EXAMPLES = Path(__file__).parents[2] / "examples"
SPECS = [path.read_bytes() for path in sorted(EXAMPLES.glob("*/*procspec.yaml"))]
SNIPPETS = [
    *(bytes([byte]) for byte in b"\n \t:~#%{}[]'\"\r\x00\xff"),
    *b"|- |&a |*a|!!x |${|$${|${var.x}|null|2024-02-30|...|? |<<: |\\x07|\xe2\x80\xae".split(b"|"),
    *(b"|\n", b">\n", b"---\n", b"9" * 400, b"[" * 90),
]
FIELDS = [
    "kind",
    "key",
    "name",
    "root",
    "children",
    "job",
    "group",
    "sendTask",
    "title",
    "assignee",
    "dueDate",
]
FIELDS += [
    "calendar",
    "businessDaysOfWeek",
    "steps",
    "certification",
    "environments",
    "people",
    "variables",
    "url",
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    spec = bytearray(draw(st.sampled_from(SPECS)))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(spec)))
        length = draw(st.sampled_from([0, 1, 2, 8, 40]))
        spec[start : start + length] = draw(st.sampled_from(SNIPPETS))
    return bytes(spec)


def shaped() -> st.SearchStrategy[Json]:
    """Data with our words in wrong places."""
    words = st.sampled_from(FIELDS)
    leaves = st.one_of(
        words, st.just("${var.period}"), st.just("2024-12-31"), st.booleans(), st.integers(0, 9)
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(st.lists(inner), st.dictionaries(words, inner, max_size=6)),
        max_leaves=30,
    )


def sound(document: Document | None, file: str, raw: bytes, diagnostics: tuple[object, ...]) -> None:
    assert document is not None or diagnostics, raw
    if document is not None:
        assert document.file == file
        for path in list(document.places)[:50]:
            assert document.places[path].line >= 1


def load_all(files: dict[str, str | bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        loaded = load(write(Path(folder), files), environment="local")
        assert (loaded.project is not None) == all(d.severity.value == "warning" for d in loaded.diagnostics)
        assert {d.rule for d in loaded.diagnostics} <= set(RULES)
        for diagnostic in loaded.diagnostics:
            place = diagnostic.place
            if place is not None and place.file in loaded.texts:
                lines = loaded.texts[place.file].split("\n")
                assert 1 <= place.line <= len(lines) and 1 <= place.column <= len(lines[place.line - 1]) + 1


@given(st.binary(max_size=300))
def test_random_bytes(raw: bytes) -> None:
    document, diagnostics = read("f", raw)
    sound(document, "f", raw, diagnostics)


@given(mutated())
@settings(max_examples=300)
def test_mutated_specs(raw: bytes) -> None:
    document, diagnostics = read("f", raw)
    sound(document, "f", raw, diagnostics)


@given(mutated())
def test_the_parser_in_python_agrees(raw: bytes) -> None:
    """PyYAML may have been built without libyaml; they may refuse different files, not read differently."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return
    mine, problems = read("f", raw)
    pure, others = build("f", text, parser(text, pure=True)) if not problems else (None, ())
    if mine is not None and pure is not None and not problems and not others:
        assert pure.data == mine.data
        assert dict(pure.places) == dict(mine.places)


@given(mutated())
@settings(max_examples=150)
def test_mutated_projects(raw: bytes) -> None:
    with suppress(UsageError):
        load_all({"procspec.yaml": raw, "a.procspec.yaml": SPECS[0]})
    load_all({"procspec.yaml": PROJECT, "a.procspec.yaml": raw})


@given(st.one_of(shaped(), DATA), shaped())
@settings(max_examples=150)
def test_any_shape(process: Json, extra: Json) -> None:
    fields = extra if isinstance(extra, dict) else {"root": extra}
    load_all({"procspec.yaml": PROJECT, "a.procspec.yaml": dump(process)})
    load_all(
        {
            "procspec.yaml": PROJECT,
            "a.procspec.yaml": dump({"kind": "Process", **fields, "key": "k", "name": "n"}),
        }
    )
    with suppress(UsageError):
        load_all({"procspec.yaml": dump({"kind": "Project", "name": "x", **fields})})
