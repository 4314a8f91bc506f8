"""Folders of files for the tests of this floor, and short forms of what comes of them."""

from __future__ import annotations

from pathlib import Path

from procspec.model import Diagnostic, Severity
from procspec.source import Loaded, load

PROJECT = """\
kind: Project
name: test
variables:
  period: {default: 2024-Q4}
  materiality: {type: integer, default: 10000}
  rate: {type: number}
  draft: {type: boolean, default: false}
  owner: {}
people:
  ana: {id: user-1, name: Ana Ruiz}
  ben: user-2
calendars:
  us-close: {businessDateExclusions: [2024-12-25]}
"""
PROCESS = """\
kind: Process
key: close
name: Close
root:
  name: Root
  children:
    - job: a
      sendTask: {title: A}
"""


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def load_process(folder: Path, text: str | bytes, project: str = PROJECT) -> Loaded:
    return load(write(folder, {"procspec.yaml": project, "a.procspec.yaml": text}))


def brief(diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    """`line:column rule` of each; warnings begin with a question mark."""
    return [
        f"{'?' if d.severity is Severity.WARNING else ''}"
        f"{f'{d.place.line}:{d.place.column}' if d.place else '-'} {d.rule}"
        for d in diagnostics
    ]
