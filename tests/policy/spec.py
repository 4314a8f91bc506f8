"""Projects for the tests of policies, and what is found in them, briefly."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from procspec.engine.checking import Checked, check
from procspec.model import Severity
from procspec.source import load
from tests.source.spec import write

TODAY = date(2024, 9, 30)

PROJECT = """\
kind: Project
name: test
people:
  ana: {id: user-1, name: Ana Ruiz}
  ben: {id: user-2, name: Ben Cole}
  cleo: {id: user-3, name: Cleo Park}
  auditors: {id: group-1, type: group}
"""

PROCESS = """\
kind: Process
key: close
name: Close
root:
  name: Root
  children:
    - job: a
      sendTask: {title: A, assignee: ana, approver: ben}
"""


def checked(folder: Path, files: dict[str, str | bytes], as_of: date = TODAY) -> Checked:
    """The project of these files, or of the usual ones, checked."""
    write(folder, {"procspec.yaml": PROJECT, "close.procspec.yaml": PROCESS, **files})
    return check(load(folder), today=as_of)


def brief(found: Checked) -> list[str]:
    """`line:column rule` of what policies find; warnings begin with a question mark."""
    assert found.project is not None, found.plain
    return [
        f"{'?' if d.severity is Severity.WARNING else ''}"
        f"{f'{d.place.line}:{d.place.column}' if d.place else '-'} {d.rule}"
        for d in found.found
    ]
