"""files: the files of a run are listed, and downloaded under safe names."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest

from procspec.providers.workingflow.emulator import TOKEN, create_app
from tests import faults
from tests.conftest import Home, Server
from tests.faults import Served
from tests.providers.workingflow.emulator.caller import TODAY, Caller
from tests.serving import on_loopback

PROJECT = """\
kind: Project
name: expenses
environments:
  local: {{provider: {provider}, url: "{url}"}}
"""

RUN = """\
kind: Run
key: engineering
process: expense_reimbursement_demo
inputs: {department: Engineering}
"""


class Expenses(Home):
    """A project with one run that was started in the embedded emulator."""

    @property
    def emulator(self) -> Caller:
        return Caller(self.folder / ".procspec" / "emulator-workingflow.db")

    def upload(self, name: str = "receipt.pdf", content: bytes = b"%PDF", **more: str) -> str:
        return self.emulator.upload("52407", name, content, **more)

    @property
    def out(self) -> Path:
        return self.folder / "out"

    def names(self) -> list[str]:
        return sorted(os.listdir(self.out)) if self.out.exists() else []


@pytest.fixture
def expenses(home: Home) -> Expenses:
    home.write("procspec.yaml", PROJECT.format(provider="workingflow", url="emulator"))
    home.write("engineering.procspec.yaml", RUN)
    home.ok("apply", "--auto-approve")
    return Expenses(home.folder)


def test_without_files(expenses: Expenses) -> None:
    assert expenses.ok("files", "52407").out == "No files.\n"
    assert expenses.ok("files", "engineering", "--out", str(expenses.out)).out == "No files.\n"
    assert not expenses.out.exists()


def test_a_list(expenses: Expenses) -> None:
    held, other = expenses.upload(variable="receipt"), expenses.upload("scan.png")
    assert expenses.ok("files", "engineering").out == (
        f"FILE                  VARIABLE\n{held}  receipt\n{other}\n"
    )
    assert expenses.ok("files", "engineering", "-o", "json").json == {
        "format_version": 1,
        "exit_code": 0,
        "run": "52407",
        "files": [{"file": held, "variable": "receipt"}, {"file": other}],
    }


def test_a_download_of_all(expenses: Expenses) -> None:
    first = expenses.upload(variable="receipt")
    second = expenses.upload(content=b"another")
    shown = expenses.ok("files", "engineering", "--out", str(expenses.out))
    assert expenses.names() == ["receipt (2).pdf", "receipt.pdf"]
    assert (expenses.out / "receipt.pdf").read_bytes() == b"%PDF"
    assert (expenses.out / "receipt (2).pdf").read_bytes() == b"another"
    assert shown.out == (
        f"downloaded  {first} -> {expenses.out}/receipt.pdf  (4 bytes)\n"
        f"downloaded  {second} -> {expenses.out}/receipt (2).pdf  (7 bytes)\n"
    )
    assert shown.err == ""


def test_a_download_of_some(expenses: Expenses) -> None:
    held, other = expenses.upload(variable="receipt"), expenses.upload("scan.png", b"\x89PNG")
    expenses.ok("files", "engineering", other, "--out", str(expenses.out))
    assert expenses.names() == ["scan.png"]
    done = expenses.ok("files", "engineering", "receipt", held, "--out", str(expenses.out), "-o", "json")
    assert done.json["files"] == [
        {"file": held, "variable": "receipt", "path": str(expenses.out / "receipt.pdf"), "bytes": 4}
    ]


def test_a_file_that_no_list_names_is_asked_for(expenses: Expenses) -> None:
    """A variable may hold the name of a file that `files` does not have."""
    emulator = expenses.emulator
    store = emulator.app.world.store
    with store.transaction():
        store.add_file("52407", "0000_hidden.pdf", "hidden.pdf", b"x")
        store.execute("UPDATE files SET number = 99 WHERE stored = '0000_hidden.pdf'")
    expenses.ok("files", "52407", "0000_hidden.pdf", "--out", str(expenses.out))
    assert expenses.names() == ["hidden.pdf"]


def test_one_that_is_missing_does_not_stop_the_others(expenses: Expenses) -> None:
    held = expenses.upload()
    result = expenses.run("files", "52407", "nope.pdf", held, "--out", str(expenses.out), "-o", "json")
    assert result.code == 1 == result.json["exit_code"]
    missing, there = result.json["files"]
    assert missing["error"] == "The run 52407 has no file nope.pdf." and missing["exit_code"] == 1
    assert there["path"] == str(expenses.out / "receipt.pdf") and expenses.names() == ["receipt.pdf"]
    assert "procspec files 52407" in missing["hint"]


def test_nothing_is_replaced_without_force(expenses: Expenses) -> None:
    expenses.upload()
    expenses.out.mkdir()
    (expenses.out / "receipt.pdf").write_bytes(b"mine")
    refused = expenses.run("files", "52407", "--out", str(expenses.out))
    assert refused.code == 8 and "--force" in refused.err and refused.out == ""
    assert (expenses.out / "receipt.pdf").read_bytes() == b"mine" and expenses.names() == ["receipt.pdf"]
    expenses.ok("files", "52407", "--out", str(expenses.out), "--force")
    assert (expenses.out / "receipt.pdf").read_bytes() == b"%PDF"


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("../../receipt.pdf", "receipt.pdf"),
        ("/etc/passwd", "passwd"),
        ("..\\x.pdf", "x.pdf"),
        ("a\x1b]0;b\x07.pdf", "a]0;b.pdf"),
        ("Beleg März.pdf", "Beleg März.pdf"),
        ("", "aaaaaaaa_receipt.pdf"),
        ("x" * 300, "x" * 200),
    ],
)
def test_the_shown_name_stays_in_the_folder(expenses: Expenses, shown: str, name: str) -> None:
    expenses.emulator.control("PUT", "ids", {"file": ["aaaaaaaa"]})
    expenses.upload(shown=shown)
    result = expenses.ok("files", "52407", "--out", str(expenses.out))
    assert expenses.names() == [name]
    assert "\x1b" not in result.out and sorted(os.listdir(expenses.folder)) == [
        ".procspec",
        "engineering.procspec.yaml",
        "out",
        "procspec.yaml",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("files",), 64, "RUN"),
        (("files", "52407", "--force"), 64, "--out"),
        (("files", "52407", "receipt.pdf"), 64, "--out"),
        (("files", "1"), 1, "has no run 1"),
        (("files", "1", "--out", "x"), 1, "has no run 1"),
        (("files", "52407", "..", "--out", "x"), 64, ""),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_what_cannot_be(
    expenses: Expenses, arguments: tuple[str, ...], code: int, said: str, form: str
) -> None:
    result = expenses.run(*arguments, "-o", form)
    assert result.code == code and said in (result.err if form == "text" else result.out)
    if form == "json":
        assert result.json["exit_code"] == code and result.json["format_version"] == 1


def test_a_run_that_was_not_started(home: Home) -> None:
    home.write("procspec.yaml", PROJECT.format(provider="workingflow", url="emulator"))
    home.write("engineering.procspec.yaml", RUN)
    result = home.run("files", "engineering")
    assert result.code == 64 and "Nothing of engineering was started" in result.err


def test_a_system_without_files_says_so_before_any_request(home: Home, server: Server) -> None:
    home.write("procspec.yaml", PROJECT.format(provider="workiva", url=server.url))
    result = home.run("files", "1", "--out", "x")
    assert result.code == 64 and "workiva cannot list or download files of a run." in result.err
    assert server.requests() == []


# ------------------------------------------------------------------------------------ over real HTTP


@contextmanager
def serving(database: Path) -> Iterator[Server]:
    with on_loopback(create_app(database, clock=TODAY)) as url:
        yield Server(url)


@pytest.fixture
def served(expenses: Expenses, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The emulator of the project, on loopback."""
    monkeypatch.setenv("PROCSPEC_TOKEN", TOKEN)
    with serving(expenses.folder / ".procspec" / "emulator-workingflow.db") as server:
        expenses.write("procspec.yaml", PROJECT.format(provider="workingflow", url=server.url))
        yield server


def test_requests_are_the_least_possible(expenses: Expenses, served: Server) -> None:
    files = [expenses.upload(), expenses.upload()]
    status = ("GET", "/processapi/52407/status")
    expenses.ok("files", "engineering")
    assert served.requests() == [status]
    served.clear()
    expenses.ok("files", "engineering", "--out", str(expenses.out))
    assert served.requests() == [status, *(("GET", f"/processapi/52407/files/{file}") for file in files)]


FILES = ("GET", "/processapi/*/files/*")


@pytest.mark.parametrize(
    "rule", [faults.truncate(*FILES, times=1), faults.drop(*FILES, times=1), faults.refuse(*FILES, times=1)]
)
def test_a_part_is_never_left(expenses: Expenses, served: Server, rule: faults.Rule) -> None:
    expenses.upload(content=b"x" * 100_000)
    Served(served.control).set(rule)
    expenses.ok("files", "engineering", "--out", str(expenses.out))
    assert (expenses.out / "receipt.pdf").stat().st_size == 100_000
    Served(served.control).set(faults.status(403, *FILES))
    result = expenses.run("files", "engineering", "--out", str(expenses.out), "--force")
    assert result.code == 7 and expenses.names() == ["receipt.pdf"]
    assert (expenses.out / "receipt.pdf").stat().st_size == 100_000


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_no_part(expenses: Expenses, served: Server, number: signal.Signals) -> None:
    expenses.upload(content=b"x" * 50)
    expenses.upload(content=b"y")
    Served(served.control).set(faults.drip(0.2, *FILES))
    child = child_of(expenses, "files", "engineering", "--out", str(expenses.out))
    while not expenses.names():
        time.sleep(0.05)
    child.kill(number)
    child.expect(pexpect.EOF, timeout=30)
    child.close()
    assert child.exitstatus == 128 + number
    assert expenses.names() == []
    assert len([path for _, path in served.requests() if "/files/" in path]) == 1


def child_of(home: Home, *arguments: str) -> pexpect.spawn[str]:
    command = [sys.executable, "-m", "procspec", "--color", "never", "-C", str(home.folder), *arguments]
    line = shlex.join(command)
    return pexpect.spawn(
        "/bin/sh", ["-c", f"exec {line}"], encoding="utf-8", timeout=30, dimensions=(40, 120)
    )


def test_a_large_file_has_a_bar_on_a_terminal(expenses: Expenses, served: Server) -> None:
    expenses.upload(content=b"x" * 3_000_000)
    child = child_of(expenses, "files", "engineering", "--out", str(expenses.out))
    child.expect("3.0 MB")
    child.expect(r"downloaded  \w{8}_receipt.pdf")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0 and (expenses.out / "receipt.pdf").stat().st_size == 3_000_000
