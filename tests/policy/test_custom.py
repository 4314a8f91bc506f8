"""The policies of a team: JSON Schemas over the parts of the payload, and files that are no good."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from procspec import providers
from procspec.engine.checking import policies
from procspec.model import Severity
from procspec.policy import parse
from procspec.policy.custom import Unusable, violations
from procspec.policy.scene import Process
from procspec.source import load
from tests.policy.spec import PROJECT, brief, checked
from tests.source.spec import write

PROCESS = """\
kind: Process
key: close
name: Close
root:
  name: Root
  children:
    - job: a
      sendTask: {title: A, assignee: ana, approver: ben, instructions: short}
    - group: more
      name: More
      parallel: true
      children:
        - job: b
          triggerType: manual
          sendTask: {title: B, assignee: ana, approver: ben}
"""
FILE = "policies/p.schema.json"


def policy(on: str, schema: dict[str, Any], **told: str) -> str:
    head = {"id": "ours", "on": on, "message": "Not like this.", **told}
    return json.dumps({"x-procspec": head, **schema}, indent=2)


def properties(*way: str, **schema: Any) -> dict[str, Any]:
    """A schema for the value at the end of a way of members."""
    for name in reversed(way):
        schema = {"properties": {name: schema}}
    return schema


ARGUMENTS = ("arguments", "sendTaskArgs")


@pytest.mark.parametrize(
    ("on", "schema", "found"),
    [
        ("job", properties(*ARGUMENTS, required=["dueDate"]), ["7:12 ours", "13:16 ours"]),
        ("job", properties(*ARGUMENTS, "title", pattern="^A"), ["15:29 ours"]),
        ("job", properties(*ARGUMENTS, "instructions", minLength=10), ["8:72 ours"]),
        ("job", properties(*ARGUMENTS, "assignee", "id", const="user-2"), ["8:38 ours", "15:42 ours"]),
        ("job", properties("triggerType", const="whenEligible"), ["14:24 ours"]),
        ("job", properties(*ARGUMENTS, "title", type="string"), []),
        ("group", properties("children", minItems=2), ["9:14 ours"]),
        ("group", properties("parallel", const=False), ["11:17 ours"]),
        ("process", {"required": ["dueDate"]}, ["2:6 ours"]),
        ("process", properties("name", pattern="Q4"), ["3:7 ours"]),
        (
            "process",
            properties("root", "children", items=properties("job", *ARGUMENTS, "instructions", minLength=10)),
            ["8:72 ours"],
        ),
    ],
)
def test_a_breach_is_at_the_field_or_at_the_node(
    tmp_path: Path, on: str, schema: dict[str, Any], found: list[str]
) -> None:
    result = checked(tmp_path, {"close.procspec.yaml": PROCESS, FILE: policy(on, schema)})
    assert brief(result) == found
    for one in result.found:
        assert (one.summary, one.detail, one.severity) == ("ours", "Not like this.", Severity.ERROR)


def test_its_title_and_severity(tmp_path: Path) -> None:
    schema = {"title": "Ours alone", "description": "Why we want it.", "required": ["dueDate"]}
    result = checked(
        tmp_path, {"close.procspec.yaml": PROCESS, FILE: policy("process", schema, severity="warning")}
    )
    assert brief(result) == ["?2:6 ours"]
    assert result.found[0].summary == "Ours alone"
    (one,) = policies(tmp_path).custom
    assert (one.policy.explanation, one.policy.source) == ("Why we want it.", FILE)


def test_it_can_be_set_and_waived_like_the_others(tmp_path: Path) -> None:
    schema = policy("job", properties(*ARGUMENTS, required=["dueDate"]))
    waiver = "waivers: [{policy: ours, reason: Agreed., owner: ana, expires: 2025-01-01}]"
    waived = PROCESS.replace("name: More\n", f"name: More\n      {waiver}\n")
    result = checked(tmp_path, {"close.procspec.yaml": waived, FILE: schema})
    assert brief(result) == ["7:12 ours"]
    assert [one.node for one in result.waivers] == ["more"]
    off = {"procspec.yaml": PROJECT + "policies: {ours: off}\n", "close.procspec.yaml": PROCESS}
    assert brief(checked(tmp_path, {**off})) == []
    assert brief(checked(tmp_path, {"procspec.yaml": PROJECT + "policies: {our: off}\n"}))[-1] == (
        "8:12 unknown-policy"
    )


def test_every_copy_of_a_template_is_a_part(tmp_path: Path) -> None:
    process = PROCESS.replace("job: a\n", "job: a-${each.key}\n      forEach: {us: {}, de: {}}\n")
    schema = policy("job", properties(*ARGUMENTS, "instructions", minLength=10))
    result = checked(
        tmp_path, {"close.procspec.yaml": process.replace("title: A", 'title: "A ${each.key}"'), FILE: schema}
    )
    (one,) = result.found
    assert str(one.place) == "close.procspec.yaml:9:86 [us]"
    assert one.detail == "Not like this. The same rule is broken in de."


HEAD = '"x-procspec": {"id": "ours", "on": "job", "message": "No."}'

FAULTS: dict[str, tuple[bytes, str, str]] = {
    "no JSON": (b'{\n  "type": object\n}', "2:11", "This is not JSON: Expecting value."),
    "nothing": (b"", "1:1", "This is not JSON"),
    "no UTF-8": (b'{\n  "title": "\xff"}', "2:13", "This byte is not UTF-8."),
    "a member twice": (b'{"type": 1, "type": 2}', "1:1", 'the member "type" is there twice'),
    "no number": (b'{"minimum": NaN}', "1:1", "NaN is no number"),
    "nested too deeply": (b"[" * 100_000, "1:65", "nested more than 64 levels deep"),
    "values nested too deeply": (
        b'{"x-procspec": {"id": "p", "on": "job", "message": "m"},\n"x-foo": '
        + b"[" * 900
        + b"]" * 900
        + b"}",
        "2:73",
        "Check the brackets.",
    ),
    "schemas nested too deeply": (
        f'{{{HEAD},\n "not": '.encode() + b'{"not":' * 900 + b"1" + b"}" * 901,
        "2:450",
        "Check the brackets.",
    ),
    "no object": (b"\n  []", "2:3", "write an object"),
    "no head": (b'{"type": "object"}', "1:1", 'add "x-procspec"'),
    "a head that is none": (b'{\n "x-procspec": 1}', "2:16", 'add "x-procspec"'),
    "no message": (b'{\n "x-procspec": {"id": "a", "on": "job"}}', "2:16", 'needs the member "message"'),
    "no such part": (
        b'{\n "x-procspec": {"id": "a", "on": "jobs", "message": "m"}}',
        "2:34",
        '"on" takes "process", "group", "job". Did you mean "job"?',
    ),
    "no such severity": (
        b'{"x-procspec": {"id": "a", "on": "job", "message": "m", "severity": "off"}}',
        "1:69",
        '"severity" takes "error", "warning".',
    ),
    "an unknown member": (
        b'{"x-procspec": {"id": "a", "on": "job", "message": "m", "sevrity": "error"}}',
        "1:68",
        'Did you mean "severity"?',
    ),
    "an id that is none": (
        b'{"x-procspec": {"id": "a b", "on": "job", "message": "m"}}',
        "1:23",
        "An id has",
    ),
    "an empty message": (
        b'{"x-procspec": {"id": "a", "on": "job", "message": " "}}',
        "1:52",
        "not empty",
    ),
    "the id of a built-in one": (
        b'{"x-procspec": {"id": "no-approver", "on": "job", "message": "m"}}',
        "1:23",
        "is taken",
    ),
    "the id of a rule": (
        b'{"x-procspec": {"id": "bad-date", "on": "job", "message": "m"}}',
        "1:23",
        "is taken",
    ),
    "no schema": (
        f'{{{HEAD},\n "properties": {{"a": {{"type": "txt"}}}}}}'.encode(),
        "2:31",
        "no JSON Schema",
    ),
    "too large a regular expression": (
        f'{{{HEAD},\n "pattern": "a{{99999999999}}"}}'.encode(),
        "1:1",
        "no JSON Schema: the repetition number is too large",
    ),
    "a reference to a text": (
        f'{{{HEAD},\n "items": {{"$ref": "#/x-procspec/message"}}}}'.encode(),
        "2:20",
        "leads to something that is no JSON Schema",
    ),
    "a reference to an object that is no schema": (
        f'{{{HEAD},\n "properties": {{"type": {{}}}}, "items": {{"$ref": "#/properties"}}}}'.encode(),
        "2:48",
        "leads to something that is no JSON Schema",
    ),
    "a reference below a field that is called like a word": (
        f'{{{HEAD},\n "properties": {{"default": {{"$ref": "#/x-procspec/message"}}}}}}'.encode(),
        "2:37",
        "leads to something that is no JSON Schema",
    ),
    "no regular expression": (f'{{{HEAD},\n "pattern": "("}}'.encode(), "2:13", "no JSON Schema"),
    "another draft": (
        f'{{{HEAD},\n "$schema": "https://json-schema.org/draft/2020-12/schema"}}'.encode(),
        "2:13",
        "draft-07",
    ),
    "a reference to elsewhere": (
        f'{{{HEAD},\n "$ref": "http://127.0.0.1:9/x.json"}}'.encode(),
        "2:10",
        "nothing is fetched",
    ),
    "a reference to a file": (
        f'{{{HEAD},\n "items": {{"$ref": "other.json#/a"}}}}'.encode(),
        "2:20",
        "nothing is fetched",
    ),
    "a reference to nothing": (
        f'{{{HEAD},\n "items": {{"$ref": "#/definitions/a"}}}}'.encode(),
        "2:20",
        "leads nowhere",
    ),
    "a base": (f'{{{HEAD},\n "$id": "http://127.0.0.1:9/x.json"}}'.encode(), "2:9", 'no "$id"'),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_file_that_is_no_good_is_located(tmp_path: Path, name: str) -> None:
    raw, place, words = FAULTS[name]
    result = checked(tmp_path, {FILE: raw})
    assert brief(result) == [f"{place} bad-policy-file"]
    assert words in result.found[0].detail
    assert result.found[0].place is not None and result.found[0].place.file == FILE


def test_a_schema_that_never_ends(tmp_path: Path) -> None:
    """Found when it is applied, which is too late for the file and early enough for everybody else."""
    endless = {"definitions": {"a": {"$ref": "#/definitions/a"}}, "$ref": "#/definitions/a"}
    result = checked(tmp_path, {FILE: policy("job", endless)})
    assert brief(result) == ["2:17 bad-policy-file"]
    assert "refers to itself without an end" in result.found[0].detail


def test_brackets_in_texts_are_not_counted(tmp_path: Path) -> None:
    told = {"id": "ours", "on": "job", "message": "[" * 100 + '\\"' + "{" * 100}
    raw = json.dumps({"x-procspec": told, "not": {}})
    result = checked(tmp_path, {FILE: raw})
    assert [one.rule for one in result.found] == ["ours"]
    deepest: dict[str, Any] = {}
    for _ in range(63):
        deepest = {"not": deepest}
    assert parse(FILE, policy("job", deepest).encode())[1] == ()


def test_a_regular_expression_that_never_ends(tmp_path: Path) -> None:
    """Twenty-eight letters make some hundred million ways; it is stopped before it has tried them."""
    slow = policy("job", properties(*ARGUMENTS, "title", pattern="^(a+)+$"))
    process = PROCESS.replace("title: A", f"title: {'a' * 40}b")
    project = load(write(tmp_path, {"procspec.yaml": PROJECT, "close.procspec.yaml": process})).project
    custom, _ = parse(FILE, slow.encode())
    assert project is not None and custom is not None
    provider = providers.get("workiva")
    tree, _ = provider.compile(project.processes[0], project)
    assert tree is not None
    handler = signal.getsignal(signal.SIGVTALRM)
    with pytest.raises(Unusable) as stopped:
        violations(custom, [Process(project.processes[0])], {"close": provider.parts(tree)}, seconds=0.2)
    problem = stopped.value.problem
    assert (problem.rule, str(problem.place)) == ("bad-policy-file", f"{FILE}:2:17")
    assert "was stopped after 0.2 seconds of computing" in problem.detail
    assert signal.getsignal(signal.SIGVTALRM) is handler
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


def test_one_that_refers_to_itself_with_an_end(tmp_path: Path) -> None:
    tree = {"properties": {"children": {"items": {"properties": {"group": {"$ref": "#"}}}}}}
    assert brief(checked(tmp_path, {FILE: policy("group", tree)})) == []


def test_two_of_one_id(tmp_path: Path) -> None:
    result = checked(tmp_path, {"policies/a.schema.json": policy("job", {}), FILE: policy("job", {})})
    assert brief(result) == ["3:11 bad-policy-file"]
    assert result.found[0].place is not None and result.found[0].place.file == FILE


def test_a_file_that_is_too_large() -> None:
    one, (problem,) = parse(FILE, b" " * (10 * 1024 * 1024 + 1))
    assert one is None and "larger than 10 MB" in problem.detail


def test_files_that_are_none(tmp_path: Path) -> None:
    folder = tmp_path / "policies"
    (folder / "folder.schema.json").mkdir(parents=True)
    os.mkfifo(folder / "pipe.schema.json")
    (tmp_path.parent / "outside.json").write_text(policy("job", {}))
    (folder / "link.schema.json").symlink_to(tmp_path.parent / "outside.json")
    (folder / "near.json").write_text("{}")
    (folder / ".hidden.schema.json").write_text("{")
    (folder / "README.md").write_text("no policy")
    found = checked(tmp_path, {})
    assert [f"{one.place} {one.rule}" for one in found.found] == [
        "policies/folder.schema.json:1:1 unreadable-file",
        "policies/link.schema.json:1:1 unreadable-file",
        "policies/near.json:1:1 unread-file",
        "policies/pipe.schema.json:1:1 unreadable-file",
    ]


def test_a_link_to_a_folder_of_policies_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "policies").symlink_to(tmp_path / "elsewhere")
    assert brief(checked(tmp_path, {})) == ["1:1 unreadable-file"]


def test_the_example_of_the_documents_works(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "policies.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    result = checked(tmp_path, {"close.procspec.yaml": PROCESS, FILE: example})
    assert brief(result) == ["?13:16 instructed"]
