"""`plan --since REV`: the project as it was, compiled to hold the plan against."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from procspec import source
from procspec.cli.screen import Globals
from procspec.errors import UsageError
from procspec.model import Document, Plan

if TYPE_CHECKING:
    from procspec.engine.session import Session, Wanted


def held_against(
    given: Globals, made: Plan, session: Session, revision: str, variables: Mapping[str, str]
) -> Plan:
    """The plan with the changes marked that the edits since the revision do not explain.

    Where there was no project then, or not the environment, everything in the files is new. Raises
    UsageError when the revision cannot be read, or its files are not valid.
    """
    from procspec.engine.since import explained
    from procspec.source.revision import checked_out

    with checked_out(source.find(given.folder), revision) as folder:
        before = _compiled(given, session, folder, revision, variables) if folder else {}
    return explained(made, before, session.files, revision, session.project.moved)


def _compiled(
    given: Globals, session: Session, folder: Path, revision: str, variables: Mapping[str, str]
) -> Mapping[str, Wanted]:
    from procspec.engine.session import wanted

    main, _ = source.read("procspec.yaml", (folder / "procspec.yaml").read_bytes())
    if not _has(main, session.environment):
        return {}
    known = _declared(main)  # one of the command line's may be new
    values = {name: text for name, text in variables.items() if name in known}
    loaded = source.load(folder, environment=session.environment, variables=values, environ=given.environ)
    if loaded.project is None:
        first = loaded.diagnostics[0]
        raise UsageError(
            f"The files at {revision!r} are not valid: {first.place}: {first.detail}",
            hint="Choose a revision at which they were.",
        )
    return wanted(loaded.project, session.provider)


def _has(main: Document | None, environment: str) -> bool:
    """Whether there was the environment: what is looked at may be what adds it."""
    from procspec.source.environments import choose

    try:
        choose(main, environment, {})
    except UsageError:
        return False
    return True


def _declared(main: Document | None) -> Mapping[str, object]:
    """The variables that there were."""
    declared = main.data.get("variables") if main is not None and isinstance(main.data, dict) else None
    return declared if isinstance(declared, dict) else {}
