"""load -> compile -> policies: for which day, with which files, and what comes of it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from procspec import providers
from procspec.engine.checking import check, policies
from procspec.model import Kind, Location
from procspec.source import load
from tests.policy.spec import PROCESS, PROJECT, brief, checked
from tests.source.spec import write

CLOCK = "environments: {local: {provider: workiva, url: emulator, clock: 2024-12-01}}\n"
DUE = PROCESS.replace("approver: ben", "approver: ben, dueDate: 2024-11-15")
POLICY = json.dumps({"x-procspec": {"id": "ours", "on": "job", "message": "No."}, "not": {}})


@pytest.mark.parametrize(
    ("clock", "as_of", "today", "judged"),
    [
        ("", None, date(2024, 11, 14), date(2024, 11, 14)),
        ("", None, date(2024, 11, 15), date(2024, 11, 15)),
        (CLOCK, None, date(2024, 1, 1), date(2024, 12, 1)),
        (CLOCK, date(2024, 1, 1), date(2025, 1, 1), date(2024, 1, 1)),
        ("", date(2024, 12, 1), date(2024, 1, 1), date(2024, 12, 1)),
    ],
)
def test_the_day_that_is_checked_for(
    tmp_path: Path, clock: str, as_of: date | None, today: date, judged: date
) -> None:
    """What is asked for comes before the environment's clock, and that before today."""
    write(tmp_path, {"procspec.yaml": PROJECT + clock, "close.procspec.yaml": DUE})
    found = check(load(tmp_path), as_of=as_of, today=today)
    assert found.as_of == judged
    assert brief(found) == (["?8:67 past-due"] if judged >= date(2024, 11, 15) else [])


def test_files_that_are_wrong_are_not_judged(tmp_path: Path) -> None:
    found = checked(
        tmp_path, {"close.procspec.yaml": DUE.replace("title", "titel"), "policies/p.schema.json": "{"}
    )
    assert found.project is None and found.found == () and found.errors
    assert found.diagnostics == found.plain


def test_everything_is_sorted_by_place(tmp_path: Path) -> None:
    empty = "    - group: none\n      name: None\n      children: []\n"
    process = DUE.replace("ana, approver: ben", "ana, approver: ana") + empty
    found = checked(tmp_path, {"close.procspec.yaml": process, "policies/p.schema.json": POLICY})
    assert [one.rule for one in found.diagnostics] == ["ours", "self-approval", "empty-group"]
    assert [one.rule for one in found.errors] == ["ours", "self-approval"]
    assert [one.rule for one in found.plain] == ["empty-group"]


def test_the_texts_of_policies_can_be_shown(tmp_path: Path) -> None:
    found = checked(tmp_path, {"policies/p.schema.json": "{\r\n  1"})
    (one,) = found.found
    assert one.place == Location("policies/p.schema.json", 2, 3)
    assert found.texts["policies/p.schema.json"].split("\n")[1] == "  1"


def test_without_a_folder_there_are_none(tmp_path: Path) -> None:
    assert policies(tmp_path) == policies(tmp_path / "nowhere")


def test_what_is_checked_is_what_the_digest_is_of(tmp_path: Path) -> None:
    """The files are read once: what becomes of them later is not in this project."""
    write(
        tmp_path, {"procspec.yaml": PROJECT, "close.procspec.yaml": PROCESS, "policies/p.schema.json": POLICY}
    )
    loaded = load(tmp_path)
    (tmp_path / "policies/p.schema.json").unlink()
    assert [one.rule for one in check(loaded, today=date(2024, 9, 30)).found] == ["ours"]
    again = load(tmp_path)
    assert check(again, today=date(2024, 9, 30)).found == ()
    assert loaded.project is not None and again.project is not None
    assert loaded.project.digest != again.project.digest


def test_the_parts_are_those_of_the_payload(tmp_path: Path) -> None:
    """What a schema is applied to is what `compile` prints, one part inside of the other."""
    group = (
        "    - group: g\n      name: G\n      children:\n        - job: b\n          sendTask: {title: B}\n"
    )
    write(tmp_path, {"procspec.yaml": PROJECT, "close.procspec.yaml": PROCESS + group})
    project = load(tmp_path).project
    assert project is not None
    provider = providers.get("workiva")
    tree, _ = provider.compile(project.processes[0], project)
    assert tree is not None
    parts = provider.parts(tree)
    assert [(node.kind, node.key) for node, _ in parts] == [
        (Kind.PROCESS, ""),
        (Kind.GROUP, "/"),
        (Kind.JOB, "a"),
        (Kind.GROUP, "g"),
        (Kind.JOB, "b"),
    ]
    (_, process), (_, root), (_, first), (_, inner), (_, second) = parts
    assert process == provider.payload(tree) and process["root"] is root
    assert root["children"][0]["job"] is first and root["children"][1]["group"] is inner
    assert inner["children"][0]["job"] is second
    assert second == {"arguments": {"type": "sendTask", "sendTaskArgs": {"title": "B"}}}


def test_two_hundred_copies_are_one_finding_a_place(tmp_path: Path) -> None:
    """Findings do not grow with the copies."""
    entries = json.dumps({f"e{number}": {} for number in range(200)})
    process = DUE.replace("key: close", "key: close-${each.key}").replace(
        "kind: Process", f"kind: Process\nforEach: {entries}"
    )
    found = checked(tmp_path, {"close.procspec.yaml": process}, date(2024, 11, 20))
    assert brief(found) == ["?9:38 busy-day", "?9:67 past-due"]
    assert found.project is not None and len(found.project.processes) == 200


@pytest.mark.parametrize("name", ["x.json", "x.schema.yaml", "X.SCHEMA.JSON", "sub/x.schema.json"])
def test_what_lies_among_the_policies_and_is_none_is_told(tmp_path: Path, name: str) -> None:
    write(
        tmp_path,
        {"procspec.yaml": "kind: Project\nname: x\n", f"policies/{name}": "{}", "policies/README.md": ""},
    )
    (found,) = policies(tmp_path).diagnostics
    assert (found.rule, str(found.place)) == ("unread-file", f"policies/{name.partition('/')[0]}:1:1")


def test_a_file_in_the_place_of_the_folder_of_policies_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"procspec.yaml": "kind: Project\nname: x\n", "policies": "{}"})
    assert [one.rule for one in policies(tmp_path).diagnostics] == ["unread-file"]
