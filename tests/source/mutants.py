"""Broken specs by the thousand, the same ones for the same seed: mutated as bytes, as lines and as data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

from procspec.model import Json
from procspec.source import dump, read
from tests.source.spec import PROCESS, PROJECT

_HERE = Path(__file__).parents[2]
_FOLDERS = sorted(
    path.parent for where in ("examples", "tests/cases") for path in _HERE.glob(f"{where}/*/procspec.yaml")
)
_URL = ("URL", "http://127.0.0.1:1")

SNIPPETS: Final = [
    *(bytes([byte]) for byte in b"\n\r\t :~#%{}[]'\"\x00\x07\x1b\x7f\x80\xc3\xed\xff\\!&*?|>-@`,=<0"),
    *(text.encode() for text in ("\u202e", "\u2066", "\u2028", "\ufeff", "\x85", "😀", "漢", "\u0301")),
    *(b"null", b"yes", b"0x1F", b"0123", b"1e999", b".nan", b"9" * 400, b"1:30", b"2024-02-30", b"2001-1-1"),
    *(b"!!str ", b"!!python/object:os.system ", b"!<tag:x> ", b"!", b"%YAML 9.9\n", b"---\n", b"...\n"),
    *(b"&a ", b"*a ", b"&a *a", b"<<: *a\n", b"? ", b"? [a]\n: ", b"- ", b"- - - ", b"{a: ", b"a: {a: "),
    *(b"|\n", b">-\n", b"|9\n", b"'", b'"', b'"\\x07"', b'"\\ud800"', b'"\\U0010FFFF"', b'"\\', b"[" * 90),
    *(b"${", b"$${", b"${var.period}", b"${var.x}", b"${process.key}", b"${each.value.y}", b"${a.b.c}", b"}"),
    *(
        b"::error::x",
        b"\n##[error]x",
        b"=cmd()",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
    ),
]
"""What is put into a text, or over a part of it."""

LEAVES: Final[list[Json]] = [
    *(
        "",
        "x",
        "no",
        "0123",
        "~",
        "<<",
        "2024-12-31",
        "2024-02-30",
        "WD+3",
        "end-2wd",
        "9999-99-99",
        "T" * 300,
    ),
    *(
        "${var.period}",
        "${var.x}",
        "${",
        "$${",
        "a\nb",
        " a ",
        "- a",
        ": ",
        "#",
        "\t",
        "\u05d0",
        "\u0301",
        "😀",
    ),
    *(
        "monday",
        "manual",
        "user",
        "ana",
        "nobody",
        "sign",
        "https://example.com",
        "emulator",
        "\ufffd",
        "\u00a0",
    ),
    *(0, -1, 2**53, 2**53 - 1, 1.5, 1e300, True, False, [], {}, [[]], {"": ""}, {"job": "a"}, {"group": "g"}),
]
"""What takes the place of a value."""

SEEDS: Final = [
    *(
        PROCESS,
        PROJECT,
        "",
        "\ufeff",
        "---\n",
        "a",
        "[]",
        "{}",
        "a: &a [*a]",
        "- " * 70,
        "{a: " * 70,
        "&a " * 9,
    ),
    *("x: &x " + "y" * 999 + "\nz: [" + "*x, " * 200 + "]", "a: &a [x]\n" * 50, "[" * 64 + "]" * 64),
    "a0: &a0 [x, x, x, x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 8}]\n" for n in range(1, 12)),
    PROCESS.replace("Close", "${var.period}" * 200),
    PROCESS.replace("{title: A}", "&t {title: A}") + "    - {job: b, sendTask: *t}\n",
    PROCESS + "".join(f"    - {{group: g{n}, name: G, children: []}}\n" for n in range(30)),
]
"""Specs that are nasty, or small, to begin with."""


@dataclass(frozen=True, slots=True)
class Base:
    """A project that is sound, and which of its files is to be broken."""

    files: dict[str, str]
    target: str


def bases() -> list[Base]:
    """Every project of the examples and the golden cases, once for each of its files."""
    found = [Base(files, name) for folder in _FOLDERS for files in _projects(folder) for name in files]
    seeds = [Base({"procspec.yaml": PROJECT, "a.procspec.yaml": seed}, "a.procspec.yaml") for seed in SEEDS]
    small = [base for base in found if sum(map(len, base.files.values())) < 4000]
    large = [base for base in found if base not in small]
    return [*small, *seeds, *small, *seeds, *large]  # the large ones less often: they are slow


def _projects(folder: Path) -> Iterator[dict[str, str]]:
    files = {path.name: path.read_text().replace(*_URL) for path in sorted(folder.glob("*procspec.yaml"))}
    yield files
    for path in folder.glob("edited/*.procspec.yaml"):
        yield {**files, path.name: path.read_text()}


def mutant(draw: Random, base: Base) -> bytes:
    """The target's text with one to five changes: to its data first, then to its lines and bytes."""
    text = base.files[base.target]
    document, _ = read("f", text.encode())
    changes = draw.choice((1, 1, 1, 2, 3, 5))
    of_data = draw.randint(0, changes) if document is not None else 0
    if of_data and document is not None:
        text = dump(_mutated(draw, document.data, of_data))
    raw = text.encode()
    for _ in range(changes - of_data):
        raw = draw.choice(_CUTS)(draw, raw)
    return raw


# --------------------------------------------------------------------------------------------- data


def _mutated(draw: Random, data: Json, changes: int) -> Json:
    for _ in range(changes):
        holders = list(_holders(data))
        if not holders:
            return draw.choice(LEAVES)
        holder = draw.choice(holders)
        steps = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        step = draw.choice(steps)
        other = draw.choice(holders if draw.random() < 0.2 else LEAVES)
        draw.choice(_CHANGES)(holder, step, _copy(other))
    return data


def _holders(value: Json) -> Iterator[Json]:
    """Every mapping and list that is not empty."""
    if isinstance(value, dict | list) and value:
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _holders(item)


def _copy(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _replace(holder: Json, step: Json, other: Json) -> None:
    holder[step] = other


def _remove(holder: Json, step: Json, _other: Json) -> None:
    del holder[step]


def _repeat(holder: Json, step: Json, _other: Json) -> None:
    if isinstance(holder, list):
        holder.insert(step, _copy(holder[step]))
    else:
        holder[f"{step}x"] = _copy(holder[step])


def _wrap(holder: Json, step: Json, _other: Json) -> None:
    holder[step] = [holder[step]]


def _rename(holder: Json, step: Json, other: Json) -> None:
    if isinstance(holder, dict):
        holder[str(other)[:40]] = holder.pop(step)
    else:
        holder.reverse()


def _append(holder: Json, step: Json, other: Json) -> None:
    if isinstance(holder[step], str):
        holder[step] += str(other)[:40]
    else:
        holder[step] = other


_CHANGES: Final = (_replace, _replace, _remove, _repeat, _wrap, _rename, _append, _append)


# -------------------------------------------------------------------------------------------- bytes


def _put(draw: Random, raw: bytes) -> bytes:
    """A snippet into the text, or over a part of it."""
    start = draw.randint(0, len(raw))
    return raw[:start] + draw.choice(SNIPPETS) + raw[start + draw.choice((0, 0, 1, 2, 8, 40)) :]


def _cut(draw: Random, raw: bytes) -> bytes:
    start = draw.randint(0, len(raw))
    return raw[:start] + raw[start + draw.choice((1, 1, 3, 20, 10**6)) :]


def _flip(draw: Random, raw: bytes) -> bytes:
    changed = bytearray(raw or b" ")
    changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def _lines(draw: Random, raw: bytes) -> bytes:
    """A few lines moved, repeated, or indented otherwise."""
    lines = raw.split(b"\n")
    start = draw.randrange(len(lines))
    some = lines[start : start + draw.choice((1, 1, 2, 5))]
    if draw.random() < 0.5:
        del lines[start : start + len(some)]
    if draw.random() < 0.5:
        some = [b"  " + line if draw.random() < 0.5 else line.removeprefix(b"  ") for line in some]
    at = draw.randint(0, len(lines))
    return b"\n".join([*lines[:at], *some, *lines[at:]])


def _swell(draw: Random, raw: bytes) -> bytes:
    """A part of the text, many times over."""
    start = draw.randint(0, len(raw))
    end = start + draw.choice((1, 2, 10))
    return raw[:end] + raw[start:end] * draw.choice((2, 100, 300)) + raw[end:]


_CUTS: Final[tuple[Callable[[Random, bytes], bytes], ...]] = (_put, _put, _put, _cut, _flip, _lines, _swell)
