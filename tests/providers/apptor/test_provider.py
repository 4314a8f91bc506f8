"""What a Run file becomes, and what apptor flow cannot do."""

from __future__ import annotations

from pathlib import Path

import pytest

from procspec import providers
from procspec.errors import UsageError
from procspec.model import Action, Answered, Decision, Launch, Request
from procspec.providers.base import Ability, require
from tests.conftest import Home
from tests.providers.apptor.examples import example

APPTOR = providers.get("apptor")
PROJECT = """\
kind: Project
name: support
defaultEnvironment: local
environments:
  local: {provider: apptor, url: emulator, clock: 2026-02-20}
  system: {provider: apptor, url: emulator, clock: 2026-02-20, systemKey: true}
"""
RUN = """\
kind: Run
key: order-9981
process: your-flow-uuid
environment: DEVELOPMENT
correlationKey: order-9981
version: "3"
inputs:
  customerName: Jane Smith
  issueType: billing
  message: I was charged twice
"""


@pytest.fixture
def support(home: Home) -> Home:
    home.write("procspec.yaml", PROJECT)
    home.write("order.procspec.yaml", RUN)
    return home


def test_a_start_is_the_example_of_the_page() -> None:
    sent = example("exec-request")
    launch = Launch(
        process=sent["processId"],
        inputs=sent["data"],
        correlation=sent["correlationKey"],
        environment="PRODUCTION",
    )
    assert APPTOR.start(launch) == Request(
        action=Action.RUN,
        method="POST",
        path="/process/exec",
        query={"environment": "PRODUCTION"},
        body=sent,
        media="application/json",
    )
    assert list(APPTOR.start(launch).body) == list(sent)


def test_a_start_says_no_more_than_is_known() -> None:
    sent = example("exec-curl-request")
    launch = Launch(
        process=sent["processId"],
        inputs=sent["data"],
        environment="DEVELOPMENT",
        system_key=True,
        version="3",
    )
    request = APPTOR.start(launch)
    assert (request.path, request.body) == ("/process/start", sent)
    assert request.query == {"environment": "DEVELOPMENT", "versionNumber": "3"}
    assert APPTOR.start(Launch(process="f", environment="DEVELOPMENT")).body == {"processId": "f"}


def test_nothing_is_started_without_an_environment() -> None:
    with pytest.raises(UsageError, match="DEVELOPMENT or PRODUCTION"):
        APPTOR.start(Launch(process="f"))


def test_a_step_is_the_example_of_the_page() -> None:
    sent = example("task-request")
    step = Answered(
        run=sent["processInstanceId"], node=sent["nodeId"], decision=Decision.COMPLETE, data=sent["data"]
    )
    request = APPTOR.answer(step)
    assert (request.action, request.method, request.path) == (Action.TASK, "POST", "/process/task")
    assert request.body == sent and list(request.body) == list(sent)
    assert APPTOR.answer(Answered(run="i", node="n", decision=Decision.CANCEL)).body == {
        "processInstanceId": "i",
        "nodeId": "n",
        "action": "CANCEL",
    }


# ----------------------------------------------------------------------------------------- run files


def test_a_plan_shows_the_whole_request(support: Home) -> None:
    support.ok("plan", "--out", str(support.folder / "plan.json"))
    shown = support.ok("show", str(support.folder / "plan.json"), "--requests").out
    assert "POST /process/exec?environment=DEVELOPMENT&versionNumber=3" in shown
    text = support.ok("plan").out
    assert "environment: DEVELOPMENT" in text and 'customerName  "Jane Smith"' in text
    assert not (support.folder / "sent").exists()


def test_a_system_key_is_the_environments(support: Home) -> None:
    support.ok("plan", "-e", "system", "--out", str(support.folder / "plan.json"))
    shown = support.ok("show", str(support.folder / "plan.json"), "--requests").out
    assert "POST /process/start?" in shown
    support.ok("apply", "-e", "system", "--auto-approve")
    support.ok("apply", "-e", "local", "--auto-approve")
    runs = [support.record("order-9981", "-e", name)["runs"] for name in ("system", "local")]
    assert runs[0][0]["id"] == "inst_xyz789" and runs[1][0]["id"] != "inst_xyz789"


def test_the_environment_must_be_written_out(support: Home) -> None:
    support.edit("order.procspec.yaml", "environment: DEVELOPMENT\n", "")
    for command in ("validate", "plan", "apply"):
        result = support.run(command, *(["--auto-approve"] if command == "apply" else []))
        assert result.code == 3, command
        assert "order.procspec.yaml:3:10" in result.err and "starts a live run" in result.err
    assert not (support.folder / ".procspec" / "emulator-apptor.db").exists()


def test_a_field_of_another_system(support: Home) -> None:
    support.edit("order.procspec.yaml", 'version: "3"\n', "completeEmail: false\n")
    result = support.run("validate")
    assert result.code == 3 and "order.procspec.yaml:6:1" in result.err and "completeEmail" in result.err


def test_a_process_file_is_not_for_it(support: Home) -> None:
    support.write("close.procspec.yaml", "kind: Process\nkey: c\nname: C\nroot: {name: R, children: []}\n")
    result = support.run("plan")
    assert result.code == 3 and "close.procspec.yaml:1:7" in result.err and "the designer" in result.err


def test_a_flow_that_is_not_there_is_refused_in_clear_words(support: Home) -> None:
    support.edit("order.procspec.yaml", "your-flow-uuid", "no-such-flow")
    result = support.run("apply", "--auto-approve")
    assert result.code == 1 and "Process no-such-flow was not found" in result.out
    assert support.ok("state", "list", "-o", "json").json["records"] == []


# -------------------------------------------------------------------------------------------- limits


@pytest.mark.parametrize("ability", [one for one in Ability if one is not Ability.TASK])
def test_what_it_cannot_do_says_what_to_do_instead(ability: Ability) -> None:
    with pytest.raises(UsageError) as refused:
        require(APPTOR, ability)
    assert refused.value.message == f"apptor cannot {ability.value}."
    assert refused.value.hint.endswith(".")


def test_a_human_step_can_be_finished() -> None:
    require(APPTOR, Ability.TASK)


def test_the_registry_knows_it_lazily(tmp_path: Path) -> None:
    assert APPTOR.name == "apptor" and APPTOR.fields == {}
