"""Whatever is in the files, loading ends with diagnostics and never with an exception."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from procspec import providers
from procspec.engine.session import wanted
from procspec.errors import ProcspecError, UsageError
from procspec.model import Document, Json
from procspec.source import RULES, Loaded, dump, load, read
from procspec.source.reader import build, parser
from tests.source.mutants import Base, bases, mutant
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
        placed(load(write(Path(folder), files), environment="local"))


def placed(loaded: Loaded) -> None:
    """Every diagnostic is of the table, and every place of it can be looked at."""
    assert (loaded.project is not None) == all(d.severity.value == "warning" for d in loaded.diagnostics)
    assert {d.rule for d in loaded.diagnostics} <= set(RULES)
    lines = {name: text.split("\n") for name, text in loaded.texts.items()}
    for diagnostic in loaded.diagnostics:
        assert diagnostic.place is not None, diagnostic
        for place in (diagnostic.place, *diagnostic.related):
            shown = lines.get(place.file, [""])
            if place.file in lines or diagnostic.rule != "not-utf8":
                assert 1 <= place.line <= len(shown), diagnostic
                assert 1 <= place.column <= len(shown[place.line - 1]) + 1, diagnostic


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


# ----------------------------------------------------------------------------- 20,000 mutated specs

CHUNKS, SPECS_EACH, SECONDS_EACH = 20, 1_000, 1.0
SEED = 20_241_231
WORKIVA = providers.get("workiva")


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_mutated_specs_end_in_our_own_errors_within_a_second(chunk: int, tmp_path: Path) -> None:
    """The whole fence, and the compiler behind it; a `ProcspecError` is the only exception there may be."""
    draw, known = Random(SEED + chunk), bases()
    sound_ones = 0
    for number in range(SPECS_EACH):
        base = draw.choice(known)
        raw = mutant(draw, base)
        with fresh(tmp_path, base, raw) as folder:
            started = time.process_time()
            compiled = through(folder)
            seconds = time.process_time() - started
        assert seconds < SECONDS_EACH, f"{chunk}/{number} took {seconds:.1f} s: {raw[:2000]!r}"
        sound_ones += compiled
    assert SPECS_EACH // 20 < sound_ones < SPECS_EACH * 2 // 3, "the mutants are too tame, or too wild"


def through(folder: Path) -> bool:
    """One project through reading, checking and compiling; whether it came out at the other end."""
    try:
        loaded = load(folder)
        placed(loaded)
        if loaded.project is None:
            return False
        for file in wanted(loaded.project, WORKIVA).values():
            WORKIVA.payload(file.desired)
    except ProcspecError:
        return False
    return True


@contextmanager
def fresh(home: Path, base: Base, raw: bytes) -> Iterator[Path]:
    """A folder with the files of the project, one of them replaced."""
    files: dict[str, str | bytes] = {**base.files, base.target: raw}
    yield write(home, files)
    for name in files:
        (home / name).unlink()
