"""`procspec import --update`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from procspec.cli import opening
from procspec.cli.screen import Globals
from procspec.model import Action, Project
from procspec.render.visible import visible

if TYPE_CHECKING:
    from procspec.engine.session import Session
    from procspec.engine.updating import Updated


def run(
    given: Globals,
    keys: tuple[str, ...],
    environment: str | None,
    variables: Mapping[str, str],
    lock_timeout: float,
) -> int:
    """Brings the drift into the files; 0 when all of it is in them now, 1 when something was left."""
    from procspec.engine.updating import update

    def reload() -> Project:
        loaded = opening.load(given, environment, variables)
        if loaded.project is None:
            given.screen.tell("No file was changed: what the server has is nothing that the files may say.")
            raise opening.Invalid(loaded.diagnostics, loaded.texts)
        return loaded.project

    project, _ = opening.sound(given, environment, variables)
    with opening.session(given, project) as session:
        renewed, ended, skipped = update(session, keys, reload, lock_timeout)
    for one in ended:
        _tell(given, renewed, one)
    for other in skipped:
        given.screen.trouble(f"{other.key} was skipped. {other.error.message}", other.error.hint)
    if not ended and not skipped:
        given.screen.say("No process was applied yet: there is nothing to bring back.")
    codes = {other.error.exit_code for other in skipped} | {1 for one in ended if one.left}
    return 4 if 4 in codes else max(codes, default=0)


def _tell(given: Globals, session: Session, one: Updated) -> None:
    """What was written, what was left, and what the plan still has."""
    from procspec.engine.session import labels
    from procspec.render.diagnostics import diagnostics
    from procspec.render.plan import process
    from procspec.render.values import sides

    names, paint = labels(session.project), given.screen.paint
    total = len(one.changes) + len(one.left)
    number = f"{len(one.changes)} of {total}" if one.left else f"{total}"
    told = f"{number} value{'' if total == 1 else 's'} brought back into {one.file}."
    told = told if total else "nothing to bring back."
    given.screen.say(f"{paint(visible(one.key), 'head')}: {visible(told)}")
    for change in one.changes:
        before, after = sides(change.before, change.after, names)
        place = paint(visible(str(change.place)), "place")
        given.screen.say(f"  {visible(change.path)}  {before} -> {after}  {place}")
    if one.left:
        given.screen.tell(diagnostics(one.left, session.project.texts, paint).rstrip("\n"))
    if one.plan.action is not Action.NOOP:
        given.screen.say(f"What the plan has for {visible(one.key)} now:\n")
        given.screen.say(process(one.plan, names, paint, verbose=given.verbose))
    elif one.plan.recheck:
        told = "the plan is empty, and the next apply asks the server whether the process is valid."
        given.screen.say(f"{visible(one.key)}: {told}")
    else:
        given.screen.say(f"{visible(one.key)}: the plan is empty.")
