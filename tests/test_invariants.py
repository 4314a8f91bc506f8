"""Properties over every example and over random processes, through the command line and the emulator."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from procspec import source
from procspec.codec import decode, encode
from procspec.engine.saved import load, save
from procspec.model import Node, Plan
from procspec.providers.workiva.compiler import decompile
from tests.conftest import Home, Server
from tests.trees import processes, served

EXAMPLES = sorted(path.parent for path in (Path(__file__).parent.parent / "examples").glob("*/procspec.yaml"))
DEFINING = [path for path in EXAMPLES if "provider: workiva" in (path / "procspec.yaml").read_text()]
"""The examples of a system that can define processes."""
SLOW = settings(max_examples=12, suppress_health_check=list(HealthCheck))


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.name)
def example(request: pytest.FixtureRequest, home: Home) -> Home:
    return copied(request.param, home)


@pytest.fixture(params=DEFINING, ids=lambda path: path.name)
def defining(request: pytest.FixtureRequest, home: Home) -> Home:
    return copied(request.param, home)


def copied(example: Path, home: Home) -> Home:
    shutil.copytree(example, home.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".procspec"))
    return home


def plan_of(home: Home) -> Plan:
    return load(home.ok("plan", "-o", "json").out)


def holds(home: Home) -> None:
    """What must be true of any project: from nothing to applied, and nothing left to do."""
    first = plan_of(home)
    assert [item.action.value for item in first.pending] == ["create"] * len(first.processes)
    round_trip(first)
    applied = home.run("apply", "--auto-approve")
    assert applied.code in (0, 3), (
        applied.err + applied.out
    )  # 3: the server finds a random process incomplete
    second = plan_of(home)
    assert second.pending == ()
    round_trip(second)
    for item in (*first.processes, *second.processes):
        assert bool(item.pending) == bool(item.requests)


def round_trip(plan: Plan) -> None:
    """Plan to JSON to plan is equal."""
    assert decode(Plan, encode(plan)) == plan
    assert save(plan)["format_version"] == 1


def imports(home: Home, key: str) -> None:
    """Import into another project, whose plan is then empty."""
    id = home.record(key)["id"]
    other = Home(home.folder.parent / "imported")
    other.folder.mkdir()
    project = (home.folder / "procspec.yaml").read_text(encoding="utf-8")
    other.write("procspec.yaml", project)
    database = home.folder / ".procspec" / "emulator.db"
    if database.exists():
        (other.folder / ".procspec").mkdir()
        shutil.copy(database, other.folder / ".procspec" / "emulator.db")
    shown = other.ok("import", id, "--key", "taken-over").out
    assert "the plan is empty" in shown
    assert other.pending() == []


def test_an_example_validates_without_a_word(example: Home) -> None:
    result = example.ok("validate")
    assert result.err == ""


def test_an_example_holds(example: Home) -> None:
    holds(example)


def test_an_example_applies_valid(example: Home) -> None:
    result = example.ok("apply", "--auto-approve")
    assert "Apply complete" in result.out


def test_an_example_is_imported(defining: Home) -> None:
    defining.ok("apply", "--auto-approve")
    for record in defining.ok("state", "list", "-o", "json").json["records"]:
        imports(defining, record["key"])
        shutil.rmtree(defining.folder.parent / "imported")


def test_compile_is_deterministic(defining: Home) -> None:
    assert defining.ok("compile").out == defining.ok("compile").out


PROJECT = """\
kind: Project
name: random
environments:
  served: {{provider: workiva, url: "{url}"}}
people: {{ana: ana, ben: ben}}
# What is random keeps to no policy.
policies:
  self-approval: "off"
  approver-due-before-assignee: "off"
  certification-without-letter: "off"
  relative-without-start: "off"
  many-reminders: "off"
"""


@SLOW
@given(processes())
def test_random_processes_hold(server: Server, desired: Node) -> None:
    people = {"ana": "ana", "ben": "ben"}
    data = {"kind": "Process", "key": "random", **decompile(served(desired), people)}
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "project")
        home.write("procspec.yaml", PROJECT.format(url=server.url))
        home.write("random.procspec.yaml", source.dump(source.literal(data)))
        holds(home)
        server.clear()
        home.run("apply", "--auto-approve")
        # The second time nothing is sent that changes anything; what was not valid is validated again.
        assert {
            (method, path.rpartition("/")[2]) for method, path in server.requests() if method != "GET"
        } <= {("POST", "validation")}
        imports(home, "random")
