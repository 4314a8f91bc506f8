"""Files of the kind Run, as far as all systems read them alike."""

from __future__ import annotations

from collections.abc import Collection

from procspec.model import Diagnostic, Document, Launch

RULE = "not-of-this-system"
SUMMARY = "Not of this system"

_COMMON = ("kind", "key", "process")


def launch(
    document: Document, system: str, takes: Collection[str]
) -> tuple[Launch | None, tuple[Diagnostic, ...]]:
    """The run that a checked document declares; `takes` are the fields that the system knows.

    A field of another system is a diagnostic: what a file says and nobody sends would be a lie.
    """
    data = document.data
    foreign = [name for name in data if name not in (*_COMMON, *takes)]
    if foreign:
        return None, tuple(_foreign(document, name, system, takes) for name in foreign)
    made = Launch(
        process=data["process"],
        inputs=data.get("inputs", {}),
        email=data.get("completeEmail", True),
        correlation=data.get("correlationKey", ""),
        environment=data.get("environment", ""),
        version=data.get("version", ""),
    )
    return made, ()


def _foreign(document: Document, name: str, system: str, takes: Collection[str]) -> Diagnostic:
    known = ", ".join((*_COMMON, *takes))
    return Diagnostic(
        rule=RULE,
        summary=SUMMARY,
        detail=f'A run on {system} has no "{name}". Remove it. There is: {known}.',
        place=document.keys[(name,)],
    )
