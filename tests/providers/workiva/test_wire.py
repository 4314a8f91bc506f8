"""The client's side of the documents' examples: what is written, and what is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from procspec import source
from procspec.errors import ServiceError
from procspec.model import Json, Node, Stamp
from procspec.providers.workiva import Workiva
from procspec.providers.workiva.targets import locate
from procspec.providers.workiva.wire import payload, process

DOCUMENTS = Path(__file__).parent.parent.parent / "documents" / "workiva"

GUIDE = """\
kind: Process
key: close
name: Q4 2024 Financial Close
autoClose: true
certAutoApprove: false
relativeDates: true
businessStartDate: 2024-10-01
businessEndDate: 2024-12-31
dueDate: 2024-12-31
businessDaysOfWeek: [monday, tuesday, wednesday, thursday, friday]
businessDateExclusions: [2024-11-28, 2024-12-25]
root:
  name: Close Workflow
  parallel: false
  readOnly: false
  triggerType: whenEligible
  children:
    - job: reconcile-ar
      triggerType: whenEligible
      sendTask:
        title: Reconcile accounts receivable
        assignee: analyst-1
        approver: manager
        dueDate: 2024-12-15
        approverDueDate: 2024-12-20
        instructions: Complete the AR reconciliation for all accounts over $10,000.
    - job: revenue-commentary
      triggerType: whenEligible
      contentRequest:
        title: Provide Q4 revenue commentary
        assignee: analyst-2
        approver: manager
        document: doc-revenue-report-id
        section: section-commentary-id
        dueDate: 2024-12-18
        instructions: Add variance explanations for all line items exceeding 5% threshold.
"""

PROJECT = """\
kind: Project
name: guide
people:
  analyst-1: user-analyst-001
  analyst-2: user-analyst-002
  manager: user-manager-001
"""


def example(name: str) -> Json:
    return json.loads((DOCUMENTS / f"{name}.json").read_text(encoding="utf-8"))


def compiled(folder: Path, text: str) -> Node:
    (folder / "procspec.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "close.procspec.yaml").write_text(text, encoding="utf-8")
    loaded = source.load(folder)
    assert loaded.project, loaded.diagnostics
    node, problems = Workiva().compile(loaded.project.processes[0], loaded.project)
    assert node and not problems
    return node


def test_the_guides_close_compiles_to_the_guides_request(tmp_path: Path) -> None:
    assert payload(compiled(tmp_path, GUIDE)) == example("guide-create-request")


def test_a_compiled_process_knows_where_everything_was_written(tmp_path: Path) -> None:
    desired = compiled(tmp_path, GUIDE)
    lines = GUIDE.splitlines()
    for node in desired.walk():
        for name, origin in node.origins.items():
            line = lines[origin.place.line - 1]
            assert name in line or (name == "action" and str(node.fields["action"]) in line)


@pytest.mark.parametrize("name", ["guide-create-response", "guide-get-response"])
def test_the_guides_answers_are_read(name: str) -> None:
    body = example(name)
    live = process(body)
    assert (live.id, live.revision) == (body["id"], body["revision"])
    assert [node.id for node in live.walk()][1] == "root-group-abc123"
    titles = [node.fields.get("title") for node in live.walk() if node.fields.get("action") == "sendTask"]
    assert titles in ([None], ["Reconcile accounts receivable"])


def test_people_in_the_flat_form_are_read() -> None:
    """T2: the reference of "Run a Process" has assigneeUser and approverUser."""
    job = example("run-response")["root"]["children"][0]["job"]
    body = {"id": "p", "root": {"id": "r", "name": "R", "children": [{"type": "job", "job": job}]}}
    (_, _, read) = process(body).walk()
    assert read.fields["assignee"] == {"id": "userId1234", "type": "user"}
    assert read.fields["approver"] == {"id": "userId5678", "type": "user"}
    assert read.fields["dueDate"] == "2024-12-15T17:00:00Z"


@pytest.mark.parametrize("name", ["run-error-400", "job-runs-error-400"])
def test_an_error_that_names_its_job_is_located(name: str) -> None:
    body = {
        "id": "p",
        "root": {
            "id": "r",
            "children": [{"type": "job", "job": {"id": "job1234", "arguments": {"type": "sendTask"}}}],
        },
    }
    found = locate(example(name), process(body))
    assert (found.node, found.field, found.code) == ("job1234", "assignee", "invalidUser")


def test_the_guides_validation_errors_are_located() -> None:
    live = process(example("guide-get-response"))
    found = [locate(error, live) for error in example("guide-validation-errors-response")["errors"]]
    assert [(one.node, one.field) for one in found] == [("job-001", ""), (live.id, "dueDate")]
    assert example("guide-validation-valid-response") == {"errors": []}


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"id": ""},
        {"id": 7, "root": {}},
        {"id": "p"},
        {"id": "p", "root": {"children": 3}},
        "text",
    ]
    + [
        {"id": "p", "root": {"children": [child]}}
        for child in (None, {}, {"type": "job"}, {"job": 3}, {"job": {"arguments": 3}})
    ],
)
def test_what_is_no_process_is_refused(body: Json) -> None:
    with pytest.raises(ServiceError):
        process(body)


@pytest.mark.parametrize(
    ("modified", "stamp"),
    [
        (
            {"dateTime": "2024-10-01T15:00:00Z", "user": {"id": "V1Z"}},
            Stamp(when="2024-10-01T15:00:00Z", who="V1Z"),
        ),
        ({"dateTime": "2024-10-01T15:00:00Z", "user": "V1Z"}, Stamp(when="2024-10-01T15:00:00Z", who="V1Z")),
        ({"dateTime": "2024-10-01T15:00:00Z"}, Stamp(when="2024-10-01T15:00:00Z")),
        ({"dateTime": 5, "user": []}, None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_when_and_by_whom_is_read_if_it_is_there(modified: Json, stamp: Stamp | None) -> None:
    assert process({"id": "p", "root": {"children": []}, "modified": modified}).modified == stamp
