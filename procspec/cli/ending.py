"""The end of an apply, or of what is carried out like one: what was done, and how it is undone."""

from __future__ import annotations

from collections.abc import Callable

from procspec.cli.screen import Globals, Screen
from procspec.engine.apply import Applied
from procspec.model import Json


def ended(given: Globals, done: Applied, output: str, document: Callable[[], Json], what: str) -> int:
    """Tells it in full, whatever signal comes now; the exit code. `what` names the command."""
    from procspec.render.outcome import summary

    with given.halt.politely():
        _tell_kept(given.screen, done, output)
        if output == "json":
            given.screen.data(document())
        elif done.outcomes or done.blocked:  # whether all is well is said last
            blocked = [item.key for item in done.blocked]
            given.screen.say(summary(done.outcomes, blocked, given.screen.paint, what=what))
    return done.exit_code


def kept(done: Applied) -> Json:
    """The record of an apply for a program; None when nothing was sent."""
    if done.unkept:
        return {"id": None, "undoable": False, "error": done.unkept}
    return {"id": done.kept.id, "undoable": bool(done.kept.inverses)} if done.kept else None


def _tell_kept(screen: Screen, done: Applied, output: str) -> None:
    """How the apply is undone; that it was not recorded is told whatever the output is."""
    from procspec.render.history import recorded

    if done.unkept:
        screen.trouble(f"What was done could not be recorded: {done.unkept}", "No rollback will know of it.")
    elif done.kept and output != "json" and (told := recorded(done.kept, screen.paint)):
        screen.say(told)
