"""Where the server's validation points, in all the forms that the documents show."""

from __future__ import annotations

import pytest

from procspec.model import PROCESS, ROOT, Finding, Json, Kind, Node
from procspec.providers.workiva.targets import locate, needs_whole_tree


def job(id: str, action: str = "sendTask", **fields: Json) -> Node:
    generated = action.endswith("Generated")
    return Node(kind=Kind.JOB, key="", id=id, fields={"action": action, **fields}, generated=generated)


def group(id: str, *children: Node, key: str = "") -> Node:
    return Node(kind=Kind.GROUP, key=key, id=id, fields={}, children=children)


TREE = Node(
    kind=Kind.PROCESS,
    key=PROCESS,
    id="p",
    fields={"dueDate": "2024-12-31"},
    children=(
        group(
            "r",
            job("cert", "certification"),
            job("gen", "certificationSignerGenerated"),
            group("g", job("a"), job("b")),
            key=ROOT,
        ),
    ),
)


@pytest.mark.parametrize(
    ("error", "node", "field"),
    [
        ({"target": "/root/children/0/job"}, "cert", ""),
        ({"target": "/root/children/2/group/children/1/job"}, "b", ""),
        ({"target": "/root/children/2/group/children/1/job/arguments/sendTaskArgs/dueDate"}, "b", "dueDate"),
        (
            {"target": "/root/children/2/group/children/0/job/arguments/sendTaskArgs/assigneeUser/id"},
            "a",
            "assignee",
        ),
        ({"target": "/root/children/2/group/children/0/job/triggerType"}, "a", "triggerType"),
        ({"target": "/root/children/2/children/0/arguments"}, "a", ""),
        ({"target": "/dueDate"}, "p", "dueDate"),
        ({"target": "/root/parallel"}, "r", "parallel"),
        ({"target": "/root"}, "r", ""),
        ({"target": "/root/children/9/job"}, "r", "children"),
        ({"target": "assignee", "meta": {"jobId": "b", "argumentName": "assignee"}}, "b", "assignee"),
        ({"target": "assigneeUser", "meta": {"jobId": "a"}}, "a", "assignee"),
        ({"target": "dueDate"}, "p", "dueDate"),
        ({"target": "assignee", "meta": {"jobId": "gone"}}, "", ""),
        ({"target": "letter"}, "", ""),
        ({"target": None, "meta": None}, "", ""),
        ({}, "", ""),
        ({"target": 7}, "", ""),
    ],
)
def test_a_target_is_found(error: dict[str, Json], node: str, field: str) -> None:
    found = locate({"code": "C", "message": "M", **error}, TREE)
    assert (found.node, found.field) == (node, field)
    assert (found.code, found.message) == ("C", "M")


def test_what_is_unknown_is_kept_as_sent() -> None:
    assert locate({"target": "letter", "message": "m"}, TREE) == Finding(
        code="", message="m", target="letter"
    )


def test_the_whole_tree_is_asked_for_only_when_an_index_may_count_generated_jobs() -> None:
    plain = Node(kind=Kind.PROCESS, key=PROCESS, fields={}, children=(group("r", job("a"), key=ROOT),))
    assert needs_whole_tree([{"target": "/root/children/1/job"}], TREE)
    assert not needs_whole_tree([{"target": "/dueDate"}, {}], TREE)
    assert not needs_whole_tree([{"target": "/root/children/0/job"}], plain)
    assert not needs_whole_tree([], TREE)
