"""Every rule that is held against a server or a rehearsal, and the one way to report a breach of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from procspec.model import Diagnostic, Location
from procspec.providers import launches
from procspec.redaction import masked

RULES: Final[Mapping[str, tuple[str, str]]] = {
    "server-validation": (
        "Not valid on the server",
        "The server validated the process and found this. What it finds can depend on the day: due dates"
        " must be in the future. Mend the value at the place, and apply again.",
    ),
    "unknown-definition": (
        "Unknown process",
        "A file of the kind Run names a process that neither the project nor the server has. Write the key"
        " of a process of the project, or the system's own key or id.",
    ),
    "not-startable": (
        "Process cannot be started",
        "The system has the process, and its API cannot start it: it has a start form, or it is suspended."
        " Start it by hand, or name another one.",
    ),
    launches.RULE: (
        launches.SUMMARY,
        "The environment's system does not know what the file says: a field of a run that another system has,"
        " or a process, where processes are made elsewhere. Remove the field, or keep the file in a project"
        " of its own.",
    ),
    "left-as-it-is": (
        "Left as it is",
        "`import --update` brings values that were changed on the server into the files, and nothing that a"
        " file computes: expressions, workdays, copies. Edit the place by hand.",
    ),
    "not-as-expected": (
        "Not as expected",
        "A step of a scenario says how the run should be at this point, and the rehearsal came to another"
        " state. Mend the process, or what is expected.",
    ),
    "step-not-taken": (
        "Step cannot be taken",
        "A step of a scenario asks for something that cannot be done at this point of the run, such as to"
        " complete a job that waits. What follows in the scenario was not played.",
    ),
}
"""Rule id -> summary (a fixed phrase without user values), and what it means and what to do."""


def problem(
    rule: str, place: Location | None, detail: str, *, related: Iterable[Location] = ()
) -> Diagnostic:
    """A diagnostic of the table's rule `rule`."""
    summary, _ = RULES[rule]
    return Diagnostic(rule=rule, summary=summary, detail=masked(detail), place=place, related=tuple(related))
