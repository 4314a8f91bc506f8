"""What Workingflow can be asked to do, and what it says where it cannot."""

from __future__ import annotations

import pytest

from procspec import providers, source
from procspec.errors import UsageError
from procspec.model import Launch
from procspec.providers.base import Ability, require
from procspec.providers.workingflow import Workingflow
from tests.conftest import Home

PROVIDER = providers.get("workingflow")

PROJECT = """\
kind: Project
name: expenses
environments:
  local: {provider: workingflow, url: emulator, clock: 2026-05-01}
"""

RUN = """\
kind: Run
key: engineering
process: expense_reimbursement_demo
inputs: {department: Engineering, amount: 12.5, urgent: false, tags: [a, b]}
"""


def test_it_is_registered() -> None:
    assert isinstance(PROVIDER, Workingflow) and PROVIDER.fields == {}


def test_what_it_cannot_do() -> None:
    for ability in Ability:
        if ability is Ability.FILES:
            require(PROVIDER, ability)
            continue
        with pytest.raises(UsageError, match="workingflow cannot") as error:
            require(PROVIDER, ability)
        assert error.value.hint.endswith(".") and len(error.value.hint) < 100


def test_a_run_file_becomes_a_start(home: Home) -> None:
    home.write("procspec.yaml", PROJECT)
    home.write("engineering.procspec.yaml", RUN)
    project = source.load(home.folder).project
    assert project is not None
    launch, problems = PROVIDER.launch(project.runs[0], project.environment)
    assert launch == Launch(
        process="expense_reimbursement_demo",
        inputs={"department": "Engineering", "amount": 12.5, "urgent": False, "tags": ["a", "b"]},
    )
    assert problems == ()


@pytest.mark.parametrize("line", ["completeEmail: false", "correlationKey: a", "version: '2'"])
def test_fields_of_other_systems_are_refused_where_they_stand(home: Home, line: str) -> None:
    home.write("procspec.yaml", PROJECT)
    home.write("engineering.procspec.yaml", f"{RUN}{line}\n")
    shown = home.run("plan")
    assert shown.code == 3 and "engineering.procspec.yaml:5:1" in shown.err
    assert line.partition(":")[0] in shown.err


def test_a_process_file_is_refused_where_it_stands(home: Home) -> None:
    home.write("procspec.yaml", PROJECT)
    home.write("close.procspec.yaml", "kind: Process\nkey: a\nname: A\nroot: {name: R, children: []}\n")
    shown = home.run("plan")
    assert shown.code == 3 and "close.procspec.yaml:1:7" in shown.err and "web application" in shown.err
