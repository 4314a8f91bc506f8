"""What most tests stand on: a project folder with the command line in it, and a served emulator.

No mocks and no patching of our own code: the emulator is the server, the transport is the seam.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings

from procspec.cli import run
from procspec.providers.workiva.emulator import TOKEN
from tests.faults import Faults, Served

TODAY = "2024-09-30"

settings.register_profile(
    "tests", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("tests")


# One for all: making the TLS context that plain HTTP does not need takes 30 ms.
_CLIENT = httpx.Client(
    verify=False, trust_env=False, timeout=30, limits=httpx.Limits(max_keepalive_connections=0)
)


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Home:
    """A project folder and the command line in it."""

    folder: Path

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def edit(self, name: str, before: str, after: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert before in text, f"{before!r} is not in {name}"
        path.write_text(text.replace(before, after, 1), encoding="utf-8")

    def run(self, *arguments: str) -> Result:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run(["-C", str(self.folder), *arguments])
        return Result(code, out.getvalue(), err.getvalue())

    def ok(self, *arguments: str) -> Result:
        result = self.run(*arguments)
        assert result.code == 0, f"exit {result.code}\n{result.out}\n{result.err}"
        return result

    def plan(self, *arguments: str) -> Any:
        """The JSON of a plan."""
        return self.ok("plan", "-o", "json", *arguments).json

    def pending(self, *arguments: str) -> list[dict[str, Any]]:
        """Every change of a plan that is a difference."""
        return [
            change
            for process in self.plan(*arguments)["processes"]
            for change in process.get("changes", ())
            if change["action"] != "no-op"
        ]

    def record(self, key: str, *arguments: str) -> Any:
        return self.ok("state", "show", key, *arguments).json


@dataclass(frozen=True)
class Server:
    """The emulator, served on loopback in a process of its own."""

    url: str

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """One request with the credentials and the version of the guide."""
        headers = {"Authorization": f"Bearer {TOKEN}", "X-Version": "2026-04-01.processes.preview"}
        return _CLIENT.request(method, self.url + path, json=body, headers=headers)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One call of a control endpoint."""
        answer = _CLIENT.request(method, f"{self.url}/_emulator/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def requests(self) -> list[tuple[str, str]]:
        """Method and path of every API request since the log was cleared."""
        log = self.control("GET", "requests")
        entries = log["requests"] if isinstance(log, dict) else log
        return [(entry["method"], entry["path"]) for entry in entries]

    def bodies(self) -> list[Any]:
        log = self.control("GET", "requests")
        return list(log["requests"] if isinstance(log, dict) else log)

    def clear(self) -> None:
        self.control("DELETE", "requests")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("PROCSPEC_AS_OF", TODAY)  # the emulator's today is the policies' too
    folder = tmp_path / "project"
    folder.mkdir()
    return Home(folder)


@pytest.fixture(scope="session")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    database = tmp_path_factory.mktemp("emulator") / "emulator.db"
    command = [sys.executable, "-m", "procspec", "emulator", "serve", "--port", "0", "--clock", TODAY]
    with subprocess.Popen(
        [*command, "--database", str(database)], stdout=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        server = Server(next(word for word in line.split() if word.startswith("http://")))
        # The first process of a new emulator gets the ids of the guide; every later one is like the others.
        job = {"type": "job", "job": {"arguments": {"type": "sendTask", "sendTaskArgs": {"title": "T"}}}}
        server.call("POST", "/processes", {"name": "First", "root": {"name": "R", "children": [job, job]}})
        yield server
        process.terminate()


@pytest.fixture
def server(_server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The served emulator with an empty log and no quirks; the token is in the environment."""
    monkeypatch.setenv("PROCSPEC_TOKEN", TOKEN)
    _server.control("PUT", "clock", {"today": TODAY})
    _server.control("PUT", "quirks", {"quirks": []})
    _server.clear()
    yield _server
    _server.control("PUT", "quirks", {"quirks": []})


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Over half of the time a test waits: for processes, sockets, a retry."""
    return 3 * (os.cpu_count() or 1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="Rewrite the golden files of tests/cases.")
    parser.addoption(
        "--kills", action="store_true", help="Kill at every boundary, also where every third is enough."
    )
    parser.addoption("--walk", default=1000, type=int, help="Steps of the random walks, all together.")


@pytest.fixture
def third(request: pytest.FixtureRequest) -> int:
    """The step from one kill position to the next where a run on every machine need not try them all."""
    return 1 if request.config.getoption("--kills") else 3


@pytest.fixture
def faults(server: Server) -> Iterator[Faults]:
    """What goes wrong in the served emulator: nothing, before a test and after it."""
    rules = Served(server.control)
    rules.clear()
    yield rules
    rules.clear()
