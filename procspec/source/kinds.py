"""The kinds of a project's files, and what is wrong with those that are no processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from procspec.model import Diagnostic, Document, Json
from procspec.source import jobs, violations
from procspec.source.checks import Known
from procspec.source.rules import first, outspoken, problem
from procspec.source.suggest import hint

KINDS: Final[Mapping[str, str]] = {"Process": "process", "Run": "run", "Scenario": "scenario", "Jobs": "jobs"}
"""The schema of every kind of file, by its `kind`."""


_MARKS: Final[Mapping[str, str]] = {"steps": "Scenario", "process": "Run", "jobs": "Jobs"}
"""Fields that only one kind has, the first that fits."""


def kind_of(document: Document) -> str:
    """The kind of a document; one that says none is what its fields are those of, else a process."""
    data = document.data if isinstance(document.data, dict) else {}
    kind = data.get("kind")
    if "kind" not in data and "root" not in data:
        kind = next((name for mark, name in _MARKS.items() if mark in data), "Process")
    return kind if isinstance(kind, str) and kind in KINDS else "Process"


def shaped(document: Document) -> Document:
    """A document in the shape in which it is expanded: jobs stand where a process has them."""
    return jobs.shaped(document) if kind_of(document) == "Jobs" else document


def checked(document: Document, known: Known) -> list[Diagnostic]:
    """What is wrong inside of an expanded document of `shaped` that is no process."""
    kind = kind_of(document)
    if kind == "Jobs":
        return jobs.checked(document, known)
    found = [*first(violations.check(document, KINDS[kind]))]
    return outspoken(found, first(_CHECKS[kind](document, known)))


def _nothing(document: Document, known: Known) -> Iterator[Diagnostic]:
    yield from ()


_CHECKS: Final[Mapping[str, Callable[[Document, Known], Iterable[Diagnostic]]]] = {
    "Run": _nothing,
    "Scenario": _nothing,
}
"""What a schema cannot say, by kind."""


def unknown(document: Document) -> Iterator[Diagnostic]:
    """A `kind` that there is not."""
    kind: Json = document.data.get("kind") if isinstance(document.data, dict) else None
    if isinstance(kind, str) and kind not in KINDS:
        detail = f'There is no kind "{kind}".{hint(kind, KINDS)} It is one of: {", ".join(KINDS)}.'
        yield problem("value-not-allowed", document.place(("kind",)), detail)
