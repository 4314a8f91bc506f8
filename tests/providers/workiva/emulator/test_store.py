"""What outlives the app, who may read it, and many threads at once."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from procspec.providers.workiva import emulator as package
from tests.providers.workiva.emulator.caller import Caller, task


def test_everything_is_kept(tmp_path: Path) -> None:
    database = tmp_path / "new" / "folder" / "emulator.db"
    first = Caller(database)
    kept, trashed = first.create(task("kept")), first.create(task("trashed"))
    first.ok("DELETE", f"/processes/{trashed['id']}")
    run = first.ok("POST", f"/processes/{kept['id']}/run")["id"]
    first.control("PUT", "people/ana", {"status": "suspended"})
    second = Caller(database)
    assert second.get(kept["id"]) == kept
    assert [each["trashed"] for each in second.control("GET", "processes")] == [False, True]
    assert second.ok("POST", f"/processes/{trashed['id']}/restore") == trashed
    assert second.ok("GET", f"/processRuns/{run}") == first.ok("GET", f"/processRuns/{run}")
    ana = second.create(task(assignee={"id": "ana", "type": "user"}))
    assert second.ok("POST", f"/processes/{ana['id']}/validation")["errors"]


def test_only_its_owner_reads_the_file(tmp_path: Path) -> None:
    database = tmp_path / "emulator.db"
    Caller(database).create(task())
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def text_file(path: Path) -> None:
    path.write_text("this is not a database " * 100)


def foreign_database(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE mine (id)")


def later_version(path: Path) -> None:
    Caller(path)
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")


@pytest.mark.parametrize("make", [text_file, foreign_database, later_version, Path.mkdir])
def test_a_file_that_is_no_database_of_ours(tmp_path: Path, make: Any) -> None:
    path = tmp_path / "emulator.db"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(package.EmulatorError, match=r"is no database of the emulator|cannot be opened"):
        package.create_app(path)
    assert not before or path.read_bytes() == before


def test_memory_is_private_to_an_app() -> None:
    first, second = Caller(), Caller()
    first.create(task())
    assert second.control("GET", "processes") == []


@pytest.mark.parametrize("apps", [1, 4])
def test_many_threads_and_many_apps_on_one_file(tmp_path: Path, apps: int) -> None:
    """Every thread has an event loop of its own; no update is lost."""
    callers = [Caller(tmp_path / "emulator.db") for _ in range(apps)]
    id = callers[0].create(task())["id"]

    def patch(number: int) -> None:
        caller = callers[number % apps]
        caller.ok("PATCH", f"/processes/{id}", [{"op": "replace", "path": "/name", "value": f"{number}"}])
        caller.create(task())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(patch, range(80)))
    assert callers[0].get(id)["revision"] == 81
    assert len(callers[0].control("GET", "processes")) == 81


def test_importing_the_package_is_cheap() -> None:
    code = (
        "import sys; from procspec.providers.workiva import emulator; "
        "print(sorted({'starlette', 'sqlite3', 'uvicorn', 'jsonpatch', 'anyio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
