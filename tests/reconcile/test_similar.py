"""What goes and what comes with nearly the same content."""

from __future__ import annotations

from dataclasses import replace

from procspec.model import PROCESS, ROOT, Action, Change, Json, Kind, Node
from procspec.providers.workiva.fields import FIELDS
from procspec.reconcile import Marks, marks
from procspec.reconcile.similar import NEARLY, PAIRS, nodes, processes

ANA, BEN = {"id": "ana", "type": "user"}, {"id": "ben", "type": "user"}
SALT = "salt"


def job(key: str, title: str = "T", **fields: Json) -> Node:
    return Node(kind=Kind.JOB, key=key, fields={"action": "sendTask", "title": title, **fields})


def process(name: str, *children: Node) -> Node:
    root = Node(kind=Kind.GROUP, key=ROOT, fields={"name": "Steps"}, children=children)
    return Node(kind=Kind.PROCESS, key=PROCESS, fields={"name": name}, children=(root,))


def close(name: str = "Close", *, year: int = 2024, prefix: str = "") -> Node:
    jobs = [
        job(f"{prefix}{number}", f"Task {number}", assignee=ANA, dueDate=f"{year}-12-0{number}")
        for number in range(1, 6)
    ]
    return process(name, *jobs)


def applied(node: Node) -> tuple[Marks, str]:
    return marks(node, None, FIELDS, SALT), SALT


def added(node: Node) -> Change:
    return Change(action=Action.REPLACE, node=node.key, after={"kind": node.kind.value, **node.fields})


def removed(node: Node) -> Change:
    return Change(action=Action.REPLACE, node=node.key, before={"kind": node.kind.value, **node.fields})


# ------------------------------------------------------------------------------------------ processes


def test_a_process_under_another_key() -> None:
    assert processes({"old": applied(close())}, {"new": close()}, FIELDS) == (("old", "new"),)


def test_the_keys_of_its_jobs_do_not_count_and_the_name_is_one_field() -> None:
    made = {"new": close("Close of the US", prefix="us-")}
    assert processes({"old": applied(close())}, made, FIELDS) == (("old", "new"),)


def test_the_same_tasks_on_other_days_are_another_period() -> None:
    assert processes({"old": applied(close())}, {"new": close("Close", year=2025)}, FIELDS) == ()


def test_each_is_in_one_couple_and_the_most_alike_comes_first() -> None:
    gone = {"a": applied(close("A")), "b": applied(close("B"))}
    made = {"y": close("B"), "z": close("A"), "x": process("Another", job("1", "Task 1"))}
    assert processes(gone, made, FIELDS) == (("a", "z"), ("b", "y"))


def test_the_salt_of_the_record_is_the_one_that_counts() -> None:
    known, _ = applied(close())
    assert processes({"old": (known, "another")}, {"new": close()}, FIELDS) == ()


def test_empty_records_are_like_nothing() -> None:
    assert processes({"old": ({}, SALT)}, {"new": close()}, FIELDS) == ()
    assert processes({}, {"new": close()}, FIELDS) == ()


def test_it_takes_no_more_time_than_a_hint_is_worth() -> None:
    content = applied(close())
    gone = {f"old-{number:04}": content for number in range(1000)}
    made = {f"new-{number:04}": close() for number in range(1000)}
    assert 0 < len(processes(gone, made, FIELDS)) <= PAIRS


# ---------------------------------------------------------------------------------- jobs and groups


def test_one_title_is_enough() -> None:
    changes = [removed(job("old", "Reconcile", assignee=ANA)), added(job("new", "Reconcile", assignee=BEN))]
    assert nodes(changes, FIELDS) == (("old", "new"),)


def test_nearly_the_same_fields_under_another_title() -> None:
    fields = {"assignee": ANA, "approver": BEN, "dueDate": "2024-12-01", "approverDueDate": "2024-12-02"}
    old = job("old", "Reconcile", **fields)
    new = replace(job("new", "Reconcile accounts", **fields))
    assert NEARLY == 4 / 5
    assert nodes([removed(old), added(new)], FIELDS) == (("old", "new"),)
    further = job("new", "Reconcile accounts", **{**fields, "dueDate": "2024-12-09"})
    assert nodes([removed(old), added(further)], FIELDS) == ()


def test_the_spelling_of_the_server_and_its_defaults_do_not_count() -> None:
    old = job("old", "Reconcile all", assignee="ana", dueDate="2024-12-01T00:00:00Z", instructions="All.\n")
    new = job("new", "Reconcile", assignee=ANA, dueDate="2024-12-01", instructions="All.", approver=BEN)
    assert nodes([removed(old), added(replace(new, fields={**old.fields, **new.fields}))], FIELDS) == ()
    same = {name: value for name, value in new.fields.items() if name != "approver"}
    assert nodes([removed(old), added(replace(new, fields={**same, "title": "Reconcile all"}))], FIELDS)


def test_another_kind_or_action_is_another_thing() -> None:
    letter = Node(kind=Kind.JOB, key="new", fields={"action": "certification", "title": "T"})
    group = Node(kind=Kind.GROUP, key="new", fields={"name": "T"})
    assert nodes([removed(job("old")), added(letter), added(group)], FIELDS) == ()


def test_a_group_goes_by_its_name() -> None:
    old = Node(kind=Kind.GROUP, key="old", fields={"name": "Review", "parallel": True})
    new = Node(kind=Kind.GROUP, key="new", fields={"name": "Review"})
    assert nodes([removed(old), added(new)], FIELDS) == (("old", "new"),)


def test_fields_that_change_are_no_nodes() -> None:
    field = Change(action=Action.UPDATE, node="a", field="title", after="T")
    gone = Change(action=Action.UPDATE, node="a", field="title", before="T")
    whole = Change(action=Action.REPLACE, node=PROCESS, before="pv-1", reason="interrupted")
    assert nodes([field, gone, whole], FIELDS) == ()


def test_many_twins_are_looked_at_for_a_bounded_time() -> None:
    changes = [
        change(job(f"{name}-{number:04}"))
        for name, change in (("old", removed), ("new", added))
        for number in range(1000)
    ]
    assert 0 < len(nodes(changes, FIELDS)) <= PAIRS
