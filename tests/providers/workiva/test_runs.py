"""Every run of the documents, as the client reads it; and what no run looks like."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from procspec.errors import ServiceError
from procspec.model import Json, Kind, Phase, Review, Run, RunNode
from procspec.providers.workiva.runs import run

DOCUMENTS = Path(__file__).parent.parent.parent / "documents" / "workiva"
TASK = "https://app.wdesk.com/a/workspace123/tasks"


def example(name: str) -> Json:
    return json.loads((DOCUMENTS / f"{name}.json").read_text(encoding="utf-8"))


def test_the_guides_look_at_a_run() -> None:
    """T15: a serial group with job 2 waiting, its task sent, and job 3 running: shown as it is."""
    read = run(example("guide-get-run-response"))
    children = (
        RunNode(
            kind=Kind.JOB,
            id="jobrun-001",
            title="Reconcile accounts receivable",
            status="complete",
            phase=Phase.COMPLETE,
            source="job-001",
            action="sendTask",
            person="user-analyst-001",
            due="2024-12-15",
            task="task-abc123",
            permalink=f"{TASK}/task-abc123",
        ),
        RunNode(
            kind=Kind.JOB,
            id="jobrun-002",
            title="Provide Q4 revenue commentary",
            status="waiting",
            phase=Phase.WAITING,
            source="job-002",
            action="contentRequest",
            person="user-analyst-002",
            task="task-def456",
            permalink=f"{TASK}/task-def456",
        ),
        RunNode(
            kind=Kind.JOB,
            id="jobrun-003",
            title="",
            status="running",
            phase=Phase.RUNNING,
            source="job-003",
            action="sendTask",
        ),
    )
    assert read == Run(
        id="processrun-xyz789",
        process="e7b9920095e342889190b4d7eaeca6fa",
        status="running",
        over=False,
        phase=Phase.RUNNING,
        name="Q4 2024 Financial Close",
        root=RunNode(
            kind=Kind.GROUP,
            id="grouprun-root123",
            title="Close Workflow",
            status="running",
            phase=Phase.RUNNING,
            children=children,
        ),
    )


def test_the_guides_answer_to_a_start() -> None:
    """T6: children in `job`, whose ids are those of the run already. T16: the root is still waiting."""
    read = run(example("guide-run-response"))
    assert (read.phase, read.due, read.started) == (Phase.RUNNING, "2024-12-31", "2024-10-01T15:00:00Z")
    assert read.root and read.root.phase is Phase.WAITING
    (job,) = read.jobs
    assert (job.id, job.person, job.due, job.action) == (
        "jobrun-001",
        "user-analyst-001",
        "2024-12-15",
        "sendTask",
    )
    assert (job.source, job.task, job.phase) == ("", "", Phase.WAITING)


def test_the_references_answer_to_a_start() -> None:
    """T2: people as plain ids in `assigneeUser`; T5: days with a time."""
    read = run(example("run-response"))
    assert (read.id, read.name) == ("processrun-xyz789", "Q4 2024 Financial Close Process - Run")
    (job,) = read.jobs
    assert (job.person, job.due) == ("userId1234", "2024-12-15")
    assert (job.approver, job.approver_due) == ("userId5678", "2024-12-20")
    assert (job.title, job.manual, job.generated) == ("Complete Self-Assessment", False, False)


def test_every_example_of_a_run_is_read() -> None:
    names = [path.stem for path in DOCUMENTS.glob("*run-response.json")]
    assert sorted(names) == ["guide-get-run-response", "guide-run-response", "run-response"]
    for name in names:
        read = run(example(name))
        assert read.root and read.jobs and not read.over


def whole(**members: Json) -> Json:
    return {"id": "r-1", "status": "running", "root": {"id": "g-1", "status": "running"}, **members}


def of_job(**members: Json) -> RunNode:
    job = {"id": "j-1", "status": "running", **members}
    (read,) = run(whole(root={"id": "g-1", "children": [{"type": "job", "jobRun": job}]})).jobs
    return read


@pytest.mark.parametrize(
    ("word", "phase", "over"),
    [
        ("waiting", Phase.WAITING, False),
        ("Running", Phase.RUNNING, False),
        ("complete", Phase.COMPLETE, True),
        ("Completed", Phase.COMPLETE, True),
        ("CANCELLED", Phase.CANCELLED, True),
        ("Canceled", Phase.CANCELLED, True),
        ("cancelling", Phase.RUNNING, False),
        ("error", Phase.FAILED, True),
        ("errorHold", Phase.FAILED, False),
        ("ErrorHold", Phase.FAILED, False),
        ("Parked", Phase.UNKNOWN, False),
        ("", Phase.UNKNOWN, False),
    ],
)
def test_words_mean_the_same_in_any_case_and_unknown_ones_stay(word: str, phase: Phase, over: bool) -> None:
    read = run(whole(status=word))
    assert (read.status, read.phase, read.over) == (word, phase, over)
    assert (of_job(status=word, actionStatus=word).phase, of_job(status=word).status) == (phase, word)


def test_a_group_in_a_group_is_read_in_both_wrappers() -> None:
    inner: Json = {"id": "g-2", "name": "Inner", "parallel": True, "children": []}
    for member in ("group", "groupRun"):
        read = run(whole(root={"id": "g-1", "children": [{"type": "group", member: inner}]}))
        assert read.root
        (group,) = read.root.children
        assert (group.kind, group.id, group.title, group.parallel) == (Kind.GROUP, "g-2", "Inner", True)


@pytest.mark.parametrize(
    ("members", "manual"),
    [
        ({}, False),
        ({"triggerType": "whenEligible"}, False),
        ({"triggerType": "Manual"}, True),
        ({"triggerType": "manual", "eligibleToStart": True}, True),
        ({"triggerType": "manual", "eligibleToStart": False}, False),
        ({"triggerType": "manual", "eligibleToStart": None}, True),
    ],
)
def test_what_somebody_has_to_start(members: dict[str, Json], manual: bool) -> None:
    assert of_job(**members).manual is manual


def test_generated_jobs_are_marked_and_not_counted() -> None:
    action = "certificationSignerGenerated"
    signer = {
        "id": "j-2",
        "status": "running",
        "arguments": {"type": action, "certSignerArgs": {"title": "Sign", "assignee": "u-1"}},
        "metadata": {"type": action, "certSignerMetadata": {"task": "t-1", "permalink": "https://x/t-1"}},
    }
    read = run(whole(root={"id": "g-1", "children": [{"type": "job", "jobRun": signer}]}))
    assert read.root
    (job,) = read.root.children
    assert (job.generated, job.title, job.person, job.task) == (True, "Sign", "u-1", "t-1")
    assert read.jobs == ()


def test_where_an_approval_stands_is_told_in_the_systems_words() -> None:
    """The product tells that of a task; `status` has no word for it (api-facts 1.7)."""
    job = of_job(actionStatus="Approval", arguments={"sendTaskArgs": {"approver": {"id": "u-2"}}})
    assert (job.review, job.told, job.holder) == (Review.APPROVAL, "running (Approval)", "u-2")
    sent: Json = {"sendTaskMetadata": {"status": "Awaiting Approval"}}
    assert of_job(actionStatus="Running", metadata=sent).told == "running (Awaiting Approval)"
    assert of_job(actionStatus="Running", metadata={"sendTaskMetadata": {"status": "Created"}}).detail == ""


def test_a_day_that_is_none_is_shown_and_never_late() -> None:
    job = of_job(arguments={"sendTaskArgs": {"dueDate": "soon"}})
    assert (job.due, job.overdue(date(2030, 1, 1))) == ("soon", 0)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"id": 7},
        {"id": ""},
        whole(root=[]),
        whole(root={}),
        whole(root={"id": "g", "children": {"type": "job"}}),
        whole(root={"id": "g", "children": [None]}),
        whole(root={"id": "g", "children": [{"type": "job"}]}),
        whole(root={"id": "g", "children": [{"type": "job", "jobRun": {}}]}),
        whole(root={"id": "g", "children": [{"type": "job", "jobRun": {"id": "j", "arguments": ["x"]}}]}),
        whole(root={"id": "g", "children": [{"type": "job", "jobRun": {"id": "j", "metadata": "x"}}]}),
        whole(root={"id": "g", "children": [{"type": "group", "groupRun": {"name": "no id"}}]}),
    ],
)
def test_what_is_no_run_is_an_error(body: Json) -> None:
    with pytest.raises(ServiceError):
        run(body)


def test_an_answer_without_a_tree_is_a_run() -> None:
    assert run({"id": "r-1", "status": "running"}).root is None
