"""The project after all checks, policies included: for commands that go by what they find."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from procspec.cli import opening
from procspec.cli.opening import Invalid
from procspec.cli.screen import Globals
from procspec.engine.checking import Checked, check
from procspec.model import Diagnostic, Project
from procspec.source import find


def checked(
    given: Globals, environment: str | None, variables: Mapping[str, str], as_of: date | None
) -> Checked:
    """Everything that is found; the only place that looks at the clock (DESIGN section 3)."""
    loaded = opening.load(given, environment, variables)
    return check(loaded, today=date.today(), as_of=as_of)


def sound(given: Globals, found: Checked) -> Project:
    """The project, if nothing is wrong with it; raises Invalid with all errors otherwise.

    Warnings of the files are told, those of policies counted: `validate` shows them.
    """
    if found.project is None or found.errors:
        raise invalid(given, found, found.errors or found.diagnostics)
    opening.warn(given, found.plain, found.texts)
    number = len(found.found)
    if number:
        told, them = ("1 warning", "it") if number == 1 else (f"{number} warnings", "them")
        note = f"{told} of policies; `{_validate(given, found.project)}` shows {them}."
        given.screen.tell(f"{given.screen.paint('note', 'warning')}: {note}")
    return found.project


def _validate(given: Globals, project: Project) -> str:
    """The command that looks at the same period."""
    period = project.period.name if project.period and given.environ.get("PROCSPEC_PERIOD") else ""
    return f"procspec validate --period {period}" if period else "procspec validate"


def invalid(given: Globals, found: Checked, problems: tuple[Diagnostic, ...]) -> Invalid:
    """The files are wrong: what a command raises to end with exit code 3."""
    folder = Path(found.project.folder) if found.project else find(given.folder)
    return Invalid(problems, found.texts, folder, is_whole=found.project is not None)
