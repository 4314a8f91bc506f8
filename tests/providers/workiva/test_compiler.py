"""What the compiler says of computed dates and of the fields that a calendar fills in."""

from __future__ import annotations

from pathlib import Path

from procspec.model import Node
from procspec.providers.workiva.compiler import compile
from procspec.source import load
from tests.source.spec import write

PROJECT = """\
kind: Project
name: test
people: {ana: user-1}
calendars:
  us:
    holidays: US
    businessDaysOfWeek: [monday, tuesday, wednesday, thursday, friday]
    calendarIds: [calendar-1]
"""
PROCESS = """\
kind: Process
key: close
name: Close
calendar: us
businessEndDate: 2024-12-31
dueDate: WD+5
calendarIds: [calendar-2]
root:
  name: Root
  children:
    - job: a
      sendTask: {title: A, assignee: ana, dueDate: WD-1, approverDueDate: 2025-01-02}
"""


def compiled(folder: Path) -> Node:
    project = load(write(folder, {"procspec.yaml": PROJECT, "a.procspec.yaml": PROCESS})).project
    assert project is not None
    node, problems = compile(project.processes[0], project)
    assert node is not None and problems == ()
    return node


def test_a_computed_date_keeps_its_text(tmp_path: Path) -> None:
    process = compiled(tmp_path)
    (job,) = process.children[0].children
    assert (process.fields["dueDate"], job.fields["dueDate"]) == ("2025-01-08", "2024-12-31")
    origins = {name: (origin.written, origin.via) for name, origin in job.origins.items()}
    assert origins["dueDate"] == ("WD-1", "calendar")
    assert origins["approverDueDate"] == ("", "") and origins["assignee"] == ("ana", "person")
    assert (process.origins["dueDate"].written, process.origins["dueDate"].via) == ("WD+5", "calendar")
    assert str(process.origins["dueDate"].place) == "a.procspec.yaml:6:10"
    assert process.origins["businessEndDate"].via == ""


def test_a_calendar_fills_in_what_the_process_does_not_say(tmp_path: Path) -> None:
    process = compiled(tmp_path)
    assert process.fields["calendarIds"] == ["calendar-2"]
    exclusions = process.fields["businessDateExclusions"]
    assert {"2024-12-25", "2025-01-01"} < {*exclusions}
    assert {text[:4] for text in exclusions} == {"2024", "2025"}
    origin = process.origins["businessDateExclusions"]
    assert (origin.written, origin.via) == ("us", "calendar")
    assert str(origin.place) == "a.procspec.yaml:4:11"
