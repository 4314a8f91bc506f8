"""Which live node is which key, when there are no ids yet."""

from __future__ import annotations

from procspec.model import PROCESS, ROOT, Json, Kind, Node
from procspec.providers.workiva.fields import FIELDS
from procspec.reconcile import pair


def job(key: str, id: str | None = None, **fields: Json) -> Node:
    return Node(kind=Kind.JOB, key=key, id=id, fields={"action": "sendTask", "title": "T", **fields})


def process(*children: Node, id: str | None = None, parallel: bool = True) -> Node:
    root_id = f"{id}-root" if id else None
    root = Node(kind=Kind.GROUP, key=ROOT, id=root_id, fields={"parallel": parallel}, children=children)
    return Node(kind=Kind.PROCESS, key=PROCESS, id=id, fields={}, children=(root,))


ANA, BEN = {"id": "ana", "type": "user"}, {"id": "ben", "type": "user"}


def test_twins_that_differ_in_a_field_that_one_leaves_out() -> None:
    desired = process(job("a", assignee=ANA), job("b"))
    live = process(job("", "LB"), job("", "LA", assignee=ANA), id="p")
    ids = pair(desired, live, FIELDS)
    assert ids and (ids["a"], ids["b"]) == ("LA", "LB")


def test_twins_the_other_way_round() -> None:
    desired = process(job("b"), job("a", assignee=ANA), job("c", assignee=BEN))
    live = process(job("", "LC", assignee=BEN), job("", "LA", assignee=ANA), job("", "LB"), id="p")
    ids = pair(desired, live, FIELDS)
    assert ids and (ids["a"], ids["b"], ids["c"]) == ("LA", "LB", "LC")


def test_a_sparse_answer_still_pairs() -> None:
    desired = process(job("a", assignee=ANA, instructions="x"), job("b", title="U", assignee=BEN))
    live = process(job("", "L2", title="U"), job("", "L1"), id="p")
    ids = pair(desired, live, FIELDS)
    assert ids and (ids["a"], ids["b"]) == ("L1", "L2")


def test_a_serial_group_pairs_by_position_whatever_the_titles() -> None:
    desired = process(job("a", title="A"), job("b", title="B"), parallel=False)
    live = process(job("", "L1", title="trimmed"), job("", "L2", title="B"), id="p", parallel=False)
    ids = pair(desired, live, FIELDS)
    assert ids and (ids["a"], ids["b"]) == ("L1", "L2")


def test_another_structure_does_not_pair() -> None:
    desired = process(job("a"), job("b"))
    assert pair(desired, process(job("", "L1"), id="p"), FIELDS) is None
    other = Node(kind=Kind.JOB, key="", id="L2", fields={"action": "certification", "title": "T"})
    assert pair(desired, process(job("", "L1"), other, id="p"), FIELDS) is None
