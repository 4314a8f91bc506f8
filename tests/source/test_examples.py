"""The examples are what new users copy: each loads without a word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from procspec.source import dump, load, read, schema
from procspec.source.checks import nodes
from tests.conftest import Home

EXAMPLES = Path(__file__).parents[2] / "examples"
FOLDERS = sorted(path.parent for path in EXAMPLES.glob("*/procspec.yaml"))
FILES = sorted(EXAMPLES.glob("*/**/*procspec.yaml"))


def test_there_are_some() -> None:
    assert {folder.name for folder in FOLDERS} >= {
        "first-steps",
        "quarter-close",
        "certification-campaign",
        "order-support",
        "expense-reimbursement",
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_loads_without_diagnostics_in_every_environment(folder: Path) -> None:
    loaded = load(folder)
    assert loaded.diagnostics == () and loaded.project is not None
    assert loaded.project.processes or loaded.project.runs
    for environment in loaded.project.document.data["environments"]:
        again = load(folder, environment=environment)
        assert again.diagnostics == () and again.project is not None
    assert loaded.project.environment.url == "emulator" and loaded.project.environment.clock
    for text in loaded.texts.values():
        dates = re.findall(r"[dD]ueDate: (\d{4}-\d\d-\d\d)", text)
        assert all(date > loaded.project.environment.clock for date in dates)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_names_its_schema_and_an_editor_is_content(file: Path) -> None:
    first = file.read_text().splitlines()[0]
    match = re.fullmatch(r"# yaml-language-server: \$schema=(\S+/(\w+)\.schema\.json)", first)
    assert match and (file.parent / match[1]).resolve().is_file()
    document, diagnostics = read(file.name, file.read_bytes())
    assert document is not None and diagnostics == ()
    assert not list(Draft7Validator(schema(match[2])).iter_errors(document.data))
    again, _ = read(file.name, dump(document.data).encode())
    assert again is not None and again.data == document.data


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_it_proves_is_so(folder: Path) -> None:
    """`procspec test`, wherever there is a scenario, and for the production environment too."""
    project = load(folder).project
    assert project is not None
    for environment in project.document.data["environments"] if project.scenarios else ():
        played = Home(folder).run("test", "-e", environment)
        assert (played.code, played.err) == (0, ""), played.out
        assert played.out.endswith(f": {len(project.scenarios)} ok.\n")


def test_the_quarter_close_is_a_real_one() -> None:
    project = load(EXAMPLES / "quarter-close").project
    assert project is not None
    assert len(project.processes) == 3
    assert {one.data["process"] for one in project.scenarios} == {
        one.data["key"] for one in project.processes
    }
    found = [node for process in project.processes for _, node in nodes(process.data)]
    jobs = [node for node in found if "job" in node]
    assert len(jobs) >= 30 and {"sendTask", "contentRequest"} <= {name for job in jobs for name in job}
    assert any(node.get("triggerType") == "manual" for node in found)
    assert {node["parallel"] for node in found if "parallel" in node} == {True, False}
    production = load(EXAMPLES / "quarter-close", environment="production").project
    assert production is not None and production.people["controller"].id == "V1ZVd2VyFzEyMzQ1"
    assert set(production.people) == set(project.people)
