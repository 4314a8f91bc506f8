"""`kind: Jobs`: a file is read as a process that has these jobs, and every problem has a place in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from procspec.model import Document, Project
from procspec.source import jobs, load, read, schema
from procspec.source.jobs import Jobs, shaped, unshaped, written
from tests.source import test_schemas

PROJECT = """\
kind: Project
name: close
environments:
  here: {provider: workiva, url: emulator, people: {eve: user-9}}
  there: {provider: workiva, url: emulator, people: {zoe: user-8}}
defaultEnvironment: here
period: 2024-Q4
people: {ana: user-1, ben: user-2}
variables:
  who: {default: ana}
  unset: {}
calendars:
  us:
    businessDaysOfWeek: [monday, tuesday, wednesday, thursday, friday]
    businessDateExclusions: [2025-01-01]
"""
PROCESS = """\
kind: Process
key: close-${period.name}
name: Close
calendar: us
businessStartDate: ${period.start}
businessEndDate: ${period.end}
dueDate: WD+10
root:
  name: Steps
  children:
    - job: reconcile
      sendTask: {title: Reconcile, assignee: ana}
    - group: review
      name: Review
      children: []
"""
FILE = "more.yaml"
HEAD = "kind: Jobs\njobs:\n"


@dataclass(frozen=True)
class Room:
    """A project of one process, and a place for files of jobs."""

    folder: Path
    project: Project

    @property
    def process(self) -> Document:
        return self.project.processes[0]

    def load(self, text: str, *, known: bool = True) -> Jobs:
        path = self.folder.parent / FILE
        path.write_text(text, encoding="utf-8")
        return jobs.load(written(path, self.folder), self.project, self.process if known else None)

    def found(self, text: str, *, known: bool = True) -> list[tuple[str, str]]:
        """Line, column and rule of what is wrong, in order."""
        given = self.load(text, known=known)
        assert {one.place.file for one in given.diagnostics if one.place} <= {str(self.folder.parent / FILE)}
        return [(f"{one.place.line}:{one.place.column}", one.rule) for one in given.diagnostics if one.place]

    def listed(self, text: str) -> list[tuple[str, str]]:
        """The same for a file among the processes."""
        (self.folder / "more.procspec.yaml").write_text(text, encoding="utf-8")
        found = load(self.folder).diagnostics
        return [
            (f"{one.place.line}:{one.place.column}", one.rule)
            for one in found
            if one.place and one.place.file[0] == "m"
        ]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "procspec.yaml").write_text(PROJECT)
    (folder / "close.procspec.yaml").write_text(PROCESS)
    project = load(folder).project
    assert project is not None
    return Room(folder, project)


def test_the_schema_keeps_the_rules_of_all() -> None:
    test_schemas.test_draft_7("jobs")
    test_schemas.test_every_property_explains_itself("jobs")
    test_schemas.test_every_example_is_valid("jobs")


def test_a_job_is_written_as_in_a_process() -> None:
    """One language: what the two schemas say of a job is the same, but for whose key it is."""
    ours, theirs = schema("jobs")["definitions"], schema("process")["definitions"]
    for name in ours:
        if name != "job":
            assert ours[name] == theirs[name], name
    for name in ours["job"]["properties"]:
        assert name == "job" or ours["job"]["properties"][name] == theirs["job"]["properties"][name], name
    assert not list(Draft7Validator(schema("jobs")).iter_errors(schema("jobs")["examples"][0]))


def test_the_jobs_take_the_place_of_those_of_the_process(room: Room) -> None:
    text = (
        f"{HEAD}  - job: check-${{each.key}}\n    forEach: {{us: {{by: ben}}, de: {{by: ana}}}}\n"
        "    sendTask:\n      title: ${process.key} ${each.key}\n      assignee: ${each.value.by}\n"
        "      dueDate: WD+1\n      approver: ${var.who}\n      approverDueDate: due-1wd\n"
    )
    given = room.load(text)
    assert given.diagnostics == () and given.document is not None
    tasks = [child["sendTask"] for child in given.document.data["root"]["children"]]
    assert tasks[0] == {
        "title": "close-2024-Q4 us",
        "assignee": "ben",
        "dueDate": "2025-01-02",
        "approver": "ana",
        "approverDueDate": "2025-01-14",
    }
    assert tasks[1]["title"] == "close-2024-Q4 de"
    assert {name: given.document.data[name] for name in ("key", "dueDate")} == {
        "key": "close-2024-Q4",
        "dueDate": "2025-01-15",
    }
    path = ("root", "children", 1, "sendTask", "dueDate")
    assert given.document.written[path] == "WD+1"
    place = given.document.place(path)
    assert (Path(place.file).name, place.line, place.column, place.copy) == ("more.yaml", 8, 16, "de")
    assert given.document.place(("businessEndDate",)).file == "close.procspec.yaml"


JOB = "  - job: extra\n    sendTask: {title: Extra"
HERE = "@"
"""Stands in a text before the place of its problem."""
BROKEN = {
    "person": (f"{HEAD}{JOB}, assignee: @anna}}\n", "unknown-person"),
    "person of another environment": (f"{HEAD}{JOB}, assignee: @zoe}}\n", "unknown-person"),
    "date": (f"{HEAD}{JOB}, dueDate: @2024-02-30}}\n", "bad-date"),
    "zero": (f"{HEAD}{JOB}, dueDate: @WD+0}}\n", "bad-workday"),
    "spelling": (f"{HEAD}{JOB}, dueDate: @wd+1}}\n", "bad-date"),
    "field": (f"{HEAD}{JOB}, @duedate: WD+1}}\n", "unknown-field"),
    "type": (f"{HEAD}{JOB}, approver: @5}}\n", "wrong-type"),
    "no action": (f"{HEAD}  - @job: extra\n", "job-without-action"),
    "no key": (f"{HEAD}  - @sendTask: {{title: Extra}}\n", "missing-field"),
    "a group": (f"{HEAD}  - @group: more\n    name: More\n    children: []\n", "value-not-allowed"),
    "twice": (f"{HEAD}{JOB}}}\n  - job: @extra\n    sendTask: {{title: Extra}}\n", "duplicate-node"),
    "copies of the file": (f"kind: Jobs\n@forEach: {{}}\njobs:\n{JOB}}}\n", "unknown-field"),
    "a name": (f"kind: Jobs\n@name: More\njobs:\n{JOB}}}\n", "unknown-field"),
    "a tree": (f"kind: Jobs\n@root:\n  name: Steps\njobs:\n{JOB}}}\n", "unknown-field"),
    "no jobs": ("@kind: Jobs\n", "missing-field"),
    "none": ("kind: Jobs\njobs: @[]\n", "value-not-allowed"),
    "no list": ("kind: Jobs\njobs: @{job: extra}\n", "wrong-type"),
    "no copies": (
        f"{HEAD}  - job: e-${{each.key}}\n    forEach: @5\n    sendTask: {{title: E}}\n",
        "bad-for-each",
    ),
    "variable": (f"{HEAD}  - job: e\n    sendTask: {{title: '@${{var.whom}}'}}\n", "unknown-variable"),
    "no value": (f"{HEAD}  - job: e\n    sendTask: {{title: '@${{var.unset}}'}}\n", "variable-without-value"),
    "null": (f"{HEAD}  - job: extra\n    sendTask: {{@title: }}\n", "null-value"),
    "yaml": (f"{HEAD}  - job: a\n   @job: b\n", "invalid-yaml"),
}


def placed(text: str) -> tuple[str, str]:
    """A text without the mark, and the line and column at which it stood."""
    before, _, after = text.partition(HERE)
    return before + after, f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


@pytest.mark.parametrize(("marked", "rule"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("known", [True, False])
def test_every_problem_has_its_place(room: Room, marked: str, rule: str, known: bool) -> None:
    text, place = placed(marked)
    assert room.load(text, known=known).document is None
    assert (place, rule) in room.found(text, known=known)


@pytest.mark.parametrize(("marked", "rule"), BROKEN.values(), ids=BROKEN)
def test_a_file_among_the_processes_is_checked_as_well(room: Room, marked: str, rule: str) -> None:
    text, place = placed(marked)
    assert (place, rule) in room.listed(text)


@pytest.mark.parametrize(
    "text", ["", "Jobs\n", "[]\n", "kind: Process\n", PROCESS, "kind: Jobs\njobs: [5, [], {}]\n"]
)
def test_what_is_no_file_of_jobs(room: Room, text: str) -> None:
    assert room.load(text).document is None
    assert room.found(text)


def test_a_key_of_the_process_is_taken(room: Room) -> None:
    for key in ("reconcile", "review"):
        given = room.load(f"{HEAD}  - job: {key}\n    sendTask: {{title: Again}}\n")
        (one,) = given.diagnostics
        assert (one.rule, one.place and one.place.line) == ("duplicate-node", 3)
        assert "close.procspec.yaml" in one.detail and one.related[0].file == "close.procspec.yaml"


def test_without_a_process_there_is_nothing_to_count_from(room: Room) -> None:
    text, place = placed(f"{HEAD}{JOB}, dueDate: @WD+1}}\n")
    assert room.found(text) == []
    assert room.found(text, known=False) == [(place, "workday-without-anchor")]
    text, place = placed(f"{HEAD}{JOB}, instructions: 'See @${{process.key}}'}}\n")
    assert room.found(text) == []
    assert room.found(text, known=False) == [(place, "unknown-reference")]
    assert room.load(f"{HEAD}{JOB}, dueDate: 2024-12-20}}\n", known=False).document is not None


def test_days_of_a_listed_file_are_counted_when_its_run_is_known(room: Room) -> None:
    assert room.listed(f"{HEAD}{JOB}, dueDate: WD+1, assignee: eve}}\n") == []
    project = load(room.folder).project
    assert project is not None
    assert [document.data["key"] for document in project.processes] == ["close-2024-Q4"]
    assert project.digest == room.project.digest


@pytest.mark.parametrize("text", [f"{HEAD}{JOB}}}\n", "kind: Jobs\n", "kind: Jobs\njobs: 5\n", "5\n"])
def test_shapes_come_back(text: str) -> None:
    document, _ = read("more.yaml", text.encode())
    assert document is not None
    back = unshaped(shaped(document))
    assert back.data == document.data
    assert dict(back.places) == dict(document.places)


def test_a_tree_of_the_user_is_no_shape_of_ours() -> None:
    document, _ = read("more.yaml", b"kind: Jobs\nroot:\n  children: []\n")
    assert document is not None
    assert unshaped(shaped(document)).data == document.data
