"""Every bad input that we know, through `procspec validate`: refused, with file, line, column and rule.

The tables of this folder say what is wrong with one text; here each is a project, and what people read
is looked at. Files that are no texts at all, and what is wrong between files, have a table of their own.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from procspec.source.reader import MAX_BYTES
from tests.conftest import Home
from tests.source.spec import PROCESS, PROJECT, brief, load_process, write
from tests.source.test_checks import PROCESSES, PROJECTS
from tests.source.test_expand import PROBLEMS
from tests.source.test_reader import REFUSED

AT_LEAST = 170
MAIN, FILE = "procspec.yaml", "a.procspec.yaml"
_HEAD = re.compile(r"^(?!  )(\S+:\d+:\d+): (error|warning): .* \[([a-z0-9-]+)\]$", re.MULTILINE)

Files = dict[str, str | bytes]
Row = tuple[str, str | bytes, list[str]] | tuple[str, str, list[str]]


def _rows(table: Sequence[Row], file: str) -> Iterator[tuple[str, Files, list[str]]]:
    """A table about one file of a project."""
    for label, text, expected in table:
        yield label, {MAIN: PROJECT, file: text}, [f"{file}:{line}" for line in expected]


_NAMES = [(name, PROCESS.replace("name: Close", name, 1), expected) for name, expected in PROBLEMS]
TEXTS: list[tuple[str, Files, list[str]]] = [
    *_rows(REFUSED, FILE),
    *_rows(PROCESSES, FILE),
    *_rows(PROJECTS, MAIN),
    *_rows(_NAMES, FILE),
]
"""What the other tables refuse, as projects."""

BETWEEN: list[tuple[str, Files, list[str]]] = [
    ("a project of UTF-16", {MAIN: PROJECT.encode("utf-16")}, ["procspec.yaml:1:1 not-utf8"]),
    (
        "a project of Latin-1",
        {MAIN: PROJECT.replace("Ruiz", "Ru\xedz").encode("latin-1")},
        ["procspec.yaml:10:33 not-utf8"],
    ),
    ("a project that is empty", {MAIN: ""}, ["procspec.yaml:1:1 empty-file"]),
    (
        "a project with a NUL",
        {MAIN: PROJECT + "\0"},
        ["procspec.yaml:14:1 control-character", "procspec.yaml:14:2 invalid-yaml"],
    ),
    ("a project of two documents", {MAIN: PROJECT + "---\n{}\n"}, ["procspec.yaml:14:1 several-documents"]),
    ("a surrogate, encoded", {MAIN: PROJECT, FILE: b"a: \xed\xa0\x80\n"}, ["a.procspec.yaml:1:4 not-utf8"]),
    ("NUL, encoded in two bytes", {MAIN: PROJECT, FILE: b"a: \xc0\x80\n"}, ["a.procspec.yaml:1:4 not-utf8"]),
    (
        "a file cut in a character",
        {MAIN: PROJECT, FILE: b"a: x\nb: \xf0\x9f\x98"},
        ["a.procspec.yaml:2:4 not-utf8"],
    ),
    (
        "more than 10 MB",
        {MAIN: PROJECT, FILE: b"#" * (MAX_BYTES + 1)},
        ["a.procspec.yaml:1:1 unreadable-file"],
    ),
    (
        "more than 10 MB by expressions",
        {
            MAIN: PROJECT.replace("2024-Q4", "x" * 100_000),
            FILE: PROCESS.replace("Close", "${var.period}" * 200),
        },
        ["a.procspec.yaml:3:1359 too-much-text"],
    ),
    (
        "more than 10 MB by aliases",
        {
            MAIN: PROJECT,
            FILE: f"a: &a [{'y' * 90_000}]\n"
            + "b: &b [*a, *a, *a, *a, *a, *a]\n"
            + "c: ["
            + "*b, " * 30
            + "]\n",
        },
        ["a.procspec.yaml:3:77 too-much-text"],
    ),
    (
        "an anchor that is not used, then one that is not there",
        {MAIN: PROJECT, FILE: PROCESS + "dueDate: &a 2024-12-31\ncalendar: *b\n"},
        ["a.procspec.yaml:10:11 unknown-alias"],
    ),
    (
        "an object of Python",
        {MAIN: PROJECT, FILE: PROCESS + "dueDate: !!python/object:os.x {}\n"},
        ["a.procspec.yaml:9:10 explicit-tag"],
    ),
    (
        "a timestamp with its tag",
        {MAIN: PROJECT, FILE: PROCESS + "dueDate: !!timestamp 2024-12-31\n"},
        ["a.procspec.yaml:9:10 explicit-tag"],
    ),
    (
        "a set",
        {MAIN: PROJECT, FILE: PROCESS + "calendarIds: !!set {a, b}\n"},
        [f"{FILE}:9:14 explicit-tag", f"{FILE}:9:21 null-value", f"{FILE}:9:24 null-value"],
    ),
    (
        "two files of one key",
        {MAIN: PROJECT, FILE: PROCESS, "b.procspec.yaml": PROCESS},
        ["b.procspec.yaml:2:6 duplicate-process"],
    ),
    (
        "each of three files wrong in its way",
        {MAIN: PROJECT + "x: 1\n", FILE: PROCESS + "y: 1\n", "b/c.procspec.yaml": "[\n"},
        [
            "a.procspec.yaml:9:1 unknown-field",
            "b/c.procspec.yaml:1:2 invalid-yaml",
            "procspec.yaml:14:1 unknown-field",
        ],
    ),
    (
        "an expression in the project",
        {MAIN: PROJECT + "state: ${var.period}.db\n"},
        ["procspec.yaml:14:8 malformed-expression"],
    ),
    (
        "a forEach without its key in the key",
        {MAIN: PROJECT, FILE: PROCESS + "forEach: {a: 1}\n"},
        ["a.procspec.yaml:2:6 for-each-key"],
    ),
]
"""What is wrong with bytes, sizes, and between files."""


def _link(folder: Path, name: str, target: str) -> None:
    (folder / name).symlink_to(target)


def _circle(folder: Path) -> None:
    _link(folder, FILE, "b.procspec.yaml")
    _link(folder, "b.procspec.yaml", FILE)


def _socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(folder)  # the name of a socket has at most some 100 characters
        try:
            server.bind("x.procspec.yaml")
        finally:
            os.chdir(here)


NO_FILES: list[tuple[str, Callable[[Path], None], list[str]]] = [
    ("a pipe", lambda folder: os.mkfifo(folder / FILE), [FILE]),
    ("a socket", _socket, ["x.procspec.yaml"]),
    ("a device", lambda folder: _link(folder, FILE, "/dev/zero"), [FILE]),
    ("a link to itself", lambda folder: _link(folder, FILE, FILE), [FILE]),
    ("links in a circle", _circle, [FILE, "b.procspec.yaml"]),
    ("a link to nothing", lambda folder: _link(folder, FILE, "nothing"), [FILE]),
    ("a link to a folder", lambda folder: _link(folder, FILE, "."), [FILE]),
    ("a link out of the project", lambda folder: _link(folder, FILE, "/etc/hostname"), [FILE]),
]
"""What has the name of a process file and is none."""

BAD_INPUTS = [*TEXTS, *BETWEEN, *NO_FILES]


def refused(home: Home) -> list[str]:
    """`file:line:column rule` of each problem that people are shown; warnings begin with a question mark."""
    result = home.run("validate")
    assert result.code in (0, 3) and result.out.startswith("Valid:") == (result.code == 0)
    found = [(place, level, rule) for place, level, rule in _HEAD.findall(result.err)]
    assert (result.code == 3) == any(level == "error" for _, level, _ in found)
    return [
        f"{place.replace(':', ':?', 1) if level == 'warning' else place} {rule}"
        for place, level, rule in found
    ]


@pytest.mark.parametrize("files, expected", [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS])
def test_texts(home: Home, files: Files, expected: list[str]) -> None:
    """What the reader can read past may break the schema as well: that is told too, elsewhere."""
    write(home.folder, files)
    found = refused(home)
    assert [line for line in found if line in expected] == expected, found


@pytest.mark.parametrize("files, expected", [row[1:] for row in BETWEEN], ids=[row[0] for row in BETWEEN])
def test_between(home: Home, files: Files, expected: list[str]) -> None:
    write(home.folder, files)
    assert refused(home) == expected


@pytest.mark.parametrize("make, names", [row[1:] for row in NO_FILES], ids=[row[0] for row in NO_FILES])
def test_no_files(home: Home, make: Callable[[Path], None], names: list[str]) -> None:
    home.write(MAIN, PROJECT)
    make(home.folder)
    assert refused(home) == [f"{name}:1:1 unreadable-file" for name in names]


@pytest.mark.parametrize("make", [row[1] for row in NO_FILES[:5]], ids=[row[0] for row in NO_FILES[:5]])
def test_no_project(home: Home, make: Callable[[Path], None]) -> None:
    """A project file that is none is no project, and nothing is waited for."""
    make(home.folder)
    made = next(home.folder.glob("*.procspec.yaml"))
    made.rename(home.folder / MAIN)
    result = home.run("validate")
    assert result.code in (3, 64) and "Traceback" not in result.err


def test_a_folder_with_the_name_of_a_file_is_a_folder(home: Home) -> None:
    write(home.folder, {MAIN: PROJECT, "x.procspec.yaml/y.procspec.yaml": PROCESS})
    assert refused(home) == ["x.procspec.yaml/y.procspec.yaml:?8:7 no-approver"]


def test_a_file_that_grows_is_read_up_to_the_limit(home: Home) -> None:
    """One more byte than a file may have is asked for, whatever its size was a moment ago."""
    write(home.folder, {MAIN: PROJECT, FILE: b"#" * (3 * MAX_BYTES)})
    assert refused(home) == [f"{FILE}:1:1 unreadable-file"]


def test_an_anchor_that_nobody_uses_is_fine(tmp_path: Path) -> None:
    assert brief(load_process(tmp_path, PROCESS.replace("title: A", "title: &a A")).diagnostics) == []


def test_they_are_counted() -> None:
    assert len(BAD_INPUTS) >= AT_LEAST
    assert len({(str(files), *expected) for _, files, expected in TEXTS + BETWEEN}) == len(TEXTS + BETWEEN)
