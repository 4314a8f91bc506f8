"""`POST /processes` and `GET /processes/{processId}`."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from tests.providers.workiva.emulator.caller import Caller, certification, example, group, job, task, walk

ROOT = "/root/children/0/job/arguments"
PERSON = {"id": "u", "type": "user"}


def with_value(path: str, value: Any) -> Any:
    """The guide's create body with one member set, or taken out when the value is `...`."""
    body = copy.deepcopy(example("guide-create-request"))
    *above, last = [int(part) if part.isdigit() else part for part in path.split("/")[1:]]
    node = body
    for part in above:
        node = node[part]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return body


REFUSED: list[tuple[str, Any]] = [
    ("/name", ...),
    ("/name", ""),
    ("/name", "  "),
    ("/name", None),
    ("/name", 7),
    ("/root", ...),
    ("/root", []),
    ("/root/name", ...),
    ("/root/name", ""),
    ("/id", "mine"),
    ("/revision", 1),
    ("/created", {}),
    ("/nmae", "misspelt"),
    ("/autoClose", "true"),
    ("/autoClose", 1),
    ("/certAutoApprove", None),
    ("/dueDate", "2024-02-30"),
    ("/dueDate", "2024-12-31T00:00:00Z"),
    ("/dueDate", "20241231"),
    ("/dueDate", "31.12.2024"),
    ("/dueDate", ""),
    ("/dueDate", None),
    ("/dueDate", 20241231),
    ("/businessDaysOfWeek", "monday"),
    ("/businessDaysOfWeek", ["Monday"]),
    ("/businessDaysOfWeek", ["moonday"]),
    ("/businessDateExclusions", ["2024-13-01"]),
    ("/businessDateInclusions", [None]),
    ("/calendarIds", [1]),
    ("/calendarIds", ["a", "a"]),
    ("/defaultCertSignerReminders", None),
    ("/root/id", "mine"),
    ("/root/parallel", "no"),
    ("/root/triggerType", "whenEligble"),
    ("/root/triggerType", "WHENELIGIBLE"),
    ("/root/children", {}),
    ("/root/children/0/type", "task"),
    ("/root/children/0/type", "group"),
    ("/root/children/0/job", ...),
    ("/root/children/0/group", {"name": "Both"}),
    ("/root/children/0/job/id", "mine"),
    ("/root/children/0/job/action", "sendTask"),
    ("/root/children/0/job/name", "no such member"),
    ("/root/children/0/job/triggerType", "later"),
    (ROOT, ...),
    (f"{ROOT}/type", ...),
    (f"{ROOT}/type", "email"),
    (f"{ROOT}/type", "contentRequest"),
    (f"{ROOT}/type", "certificationSignerGenerated"),
    (f"{ROOT}/certSignerArgs", {}),
    (f"{ROOT}/contentRequestArgs", {}),
    (f"{ROOT}/sendTaskArgs", None),
    (f"{ROOT}/sendTaskArgs/title", ""),
    (f"{ROOT}/sendTaskArgs/section", "only of a content request"),
    (f"{ROOT}/sendTaskArgs/assignee", "user-analyst-001"),
    (f"{ROOT}/sendTaskArgs/approver", "user-manager-001"),
    (f"{ROOT}/sendTaskArgs/assignee", {"id": "u"}),
    (f"{ROOT}/sendTaskArgs/assignee", {"type": "user"}),
    (f"{ROOT}/sendTaskArgs/assignee", {"id": "", "type": "user"}),
    (f"{ROOT}/sendTaskArgs/assignee", {"id": "u", "type": "USER"}),
    (f"{ROOT}/sendTaskArgs/assignee", {"id": "u", "type": "user", "name": "n"}),
    (f"{ROOT}/sendTaskArgs/assigneeUser", "beside the assignee"),
    (f"{ROOT}/sendTaskArgs/approverUser", {"id": "u", "type": "user"}),
    (f"{ROOT}/sendTaskArgs/dueDate", "2024-11-31"),
    (f"{ROOT}/sendTaskArgs/instructions", ["lines"]),
    ("/root/children/1/job/arguments/contentRequestArgs/section", ""),
]


@pytest.mark.parametrize(("path", "value"), REFUSED, ids=[f"{path}={value!r}" for path, value in REFUSED])
def test_a_body_that_is_refused(emulator: Caller, path: str, value: Any) -> None:
    error = emulator.refused(400, "POST", "/processes", with_value(path, value))
    assert path.startswith(error["target"]) or error["target"].startswith(path.removesuffix("/type"))
    assert emulator.control("GET", "processes") == []


@pytest.mark.parametrize("body", [{}, [], "text", 1, True, {"name": "x"}])
def test_a_body_that_is_no_process(emulator: Caller, body: Any) -> None:
    emulator.refused(400, "POST", "/processes", body)


def test_an_error_echoes_little(emulator: Caller) -> None:
    error = emulator.refused(400, "POST", "/processes", {"x" * 10_000: 1})
    assert len(str(error)) < 300


def test_every_process_level_field_comes_back(emulator: Caller) -> None:
    settings = {
        "autoClose": True,
        "certAutoApprove": True,
        "relativeDates": True,
        "ipmBetaEnabled": True,
        "iwmOptOut": True,
        "dueDate": "2024-12-31",
        "businessStartDate": "2024-10-01",
        "businessEndDate": "2024-12-31",
        "businessDaysOfWeek": ["monday", "sunday"],
        "businessDateExclusions": ["2024-11-28"],
        "businessDateInclusions": [],
        "calendarIds": ["a", "b"],
        "defaultCertSignerReminders": [{"days": 3}],
        "defaultCertApproverReminders": {"off": True},
    }
    process = emulator.create(task(), **settings)
    assert {name: process[name] for name in settings} == settings


def test_what_the_server_fills_in(emulator: Caller) -> None:
    process = emulator.create(task(), group("Inner"))
    assert process["revision"] == 1
    assert process["created"] == process["modified"]
    assert process["created"]["dateTime"] == "2024-09-30T12:00:00Z"
    flags = ("autoClose", "certAutoApprove", "relativeDates", "ipmBetaEnabled", "iwmOptOut")
    assert not any(process[flag] for flag in flags)
    for node in (process["root"], process["root"]["children"][1]["group"]):
        assert (node["parallel"], node["readOnly"], node["triggerType"]) == (False, False, "whenEligible")
    assert process["root"]["children"][0]["job"]["triggerType"] == "whenEligible"
    unset = {"dueDate", "businessStartDate", "calendarIds", "businessDaysOfWeek"}
    assert not unset & set(process)


def test_ids_are_unique_and_like_the_reference(emulator: Caller) -> None:
    emulator.create(task(), task())  # takes the ids that the guide's commands name
    emulator.control("PUT", "ids", {})
    first, second = (emulator.create(task(), group("G", task())) for _ in range(2))
    ids = [node["id"] for each in (first, second) for node in (each, each["root"], *walk(each["root"]))]
    assert len(set(ids)) == len(ids) == 10
    assert all(re.fullmatch("[0-9a-f]{32}", id) for id in ids)


def test_groups_nest_to_any_depth(emulator: Caller) -> None:
    child = task("Deepest")
    for depth in range(80):
        child = group(f"Depth {depth}", child)
    process = emulator.create(child)
    assert len(list(walk(process["root"]))) == 81
    emulator.ok("POST", f"/processes/{process['id']}/validation")
    emulator.ok("POST", f"/processes/{process['id']}/run")
    for _ in range(40):
        child = group("Too deep", child)
    emulator.refused(400, "POST", "/processes", {"name": "x", "root": {"name": "x", "children": [child]}})


def test_jobs_can_be_created_with_partial_arguments(emulator: Caller) -> None:
    process = emulator.create(job("sendTask"), job("contentRequest", document="d"), job("certification"))
    arguments = [child["job"]["arguments"] for child in process["root"]["children"]]
    assert arguments == [
        {"type": "sendTask"},
        {"type": "contentRequest", "contentRequestArgs": {"document": "d"}},
        {"type": "certification"},
    ]


def test_the_shorthand_for_people_becomes_the_object(emulator: Caller) -> None:
    """T2: the reference's examples give ids under other names."""
    process = emulator.create(job("sendTask", title="T", assigneeUser="u", approverUser="v"))
    assert process["root"]["children"][0]["job"]["arguments"]["sendTaskArgs"] == {
        "title": "T",
        "assignee": {"id": "u", "type": "user"},
        "approver": {"id": "v", "type": "user"},
    }


def test_the_create_answer_is_sparse(emulator: Caller) -> None:
    body = example("guide-create-request")
    body["root"]["children"].append(group("Inner", task(), parallel=True))
    created = emulator.ok("POST", "/processes", body)
    assert not {"businessEndDate", "businessDateExclusions", "ipmBetaEnabled"} & set(created)
    first, _, inner = created["root"]["children"]
    assert set(first["job"]) == {"id", "arguments"}
    assert first["job"]["arguments"] == {"type": "sendTask"}
    assert inner["group"]["parallel"] is True
    assert inner["group"]["children"][0]["job"]["arguments"] == {"type": "sendTask"}
    whole = emulator.get(created["id"])
    assert whole["businessEndDate"] == "2024-12-31"
    sent = body["root"]["children"][0]["job"]
    assert whole["root"]["children"][0]["job"] == {**sent, "id": first["job"]["id"]}


def types(process: Any) -> list[str]:
    return [node["arguments"]["type"] for node in walk(process["root"]) if "arguments" in node]


@pytest.mark.parametrize(
    ("steps", "generated"),
    [
        ([], []),
        (["anything"], ["Signer", "PhaseFinalizer"]),
        ([{"signers": ["a", {"id": "b"}]}], ["Signer", "Signer", "PhaseFinalizer"]),
        ([{"type": "approval", "participants": [PERSON]}], ["Approver", "PhaseFinalizer"]),
        (
            [{"signers": ["a"], "approvers": ["b"], "conditionalApprovers": ["c"]}, {}],
            ["Signer", "Approver", "ConditionalApprover", "PhaseFinalizer", "Signer", "PhaseFinalizer"],
        ),
    ],
)
def test_a_certification_generates_jobs(emulator: Caller, steps: list[Any], generated: list[str]) -> None:
    """T20. Between its siblings, read-only, and gone when the reader says so."""
    process = emulator.create(task("Before"), certification(*steps), task("After"))
    expected = [f"certification{kind}Generated" for kind in generated]
    assert types(process) == ["sendTask", "certification", *expected, "sendTask"]
    for node in walk(process["root"]):
        assert node.get("readOnly", False) is node["arguments"]["type"].endswith("Generated")
    declared = emulator.ok("GET", f"/processes/{process['id']}?excludeGeneratedJobs=true")
    assert types(declared) == ["sendTask", "certification", "sendTask"]
    payload = declared["root"]["children"][1]["job"]["arguments"]["certificationArgs"]
    assert payload["steps"] == steps


def test_generated_jobs_in_a_nested_group_are_excluded_too(emulator: Caller) -> None:
    process = emulator.create(group("Inner", certification({"signers": ["a"]})))
    declared = emulator.ok("GET", f"/processes/{process['id']}?excludeGeneratedJobs=true")
    assert types(process)[1:] == ["certificationSignerGenerated", "certificationPhaseFinalizerGenerated"]
    assert types(declared) == ["certification"]


def test_steps_must_be_an_array(emulator: Caller) -> None:
    child = job("certification", title="T", steps={"not": "an array"})
    emulator.refused(400, "POST", "/processes", {"name": "x", "root": {"name": "x", "children": [child]}})
