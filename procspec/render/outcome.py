"""What became of an apply, one process after another, and all of it at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from procspec.model import Action, Outcome
from procspec.render.diagnostics import Texts, diagnostics
from procspec.render.style import PLAIN, SYMBOLS, Paint
from procspec.render.values import value
from procspec.render.visible import visible

DONE: Mapping[Action, str] = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.RENAME: "renamed",
    Action.REPLACE: "replaced",
    Action.TRASH: "trashed",
    Action.RESTORE: "restored",
    Action.RUN: "started",
    Action.NOOP: "unchanged",
}


def outcome(given: Outcome, texts: Texts, paint: Paint = PLAIN) -> str:
    """One process: done, or what went wrong, with the server's findings at their places."""
    symbol = paint(f"{SYMBOLS[given.action]} {visible(given.key)}", given.action.value)
    lines = [f"{symbol}  {_verdict(given, paint)}"]
    if given.error and not _stopped(given):
        lines.append(f"    {paint('error', 'error')}: {visible(given.error)}")
    for change in given.remaining:
        lines.append(
            f"    still {visible(change.path)}: {value(change.before, {})}, not {value(change.after, {})}"
        )
    if given.hint:
        lines.append(f"    {visible(given.hint)}")
    if given.diagnostics:
        lines += ["", diagnostics(given.diagnostics, texts, paint)]
    return "\n".join(lines)


def _verdict(given: Outcome, paint: Paint) -> str:
    word, id = DONE[given.action], f" {visible(given.id)}" if given.id else ""
    if given.exit_code == 0:
        return f"{paint(word, 'ok')}{id}"
    if _stopped(given):
        return paint(f"not {word}: interrupted", "error")
    if given.exit_code == 4:
        return paint("outcome unknown", "error")
    if not given.done:
        return paint(f"not {word}", "error")
    trouble = "not valid on the server" if given.exit_code == 3 else "not all is well"
    return f"{word}{id}, {paint(f'but {trouble}', 'error')}"


def _stopped(given: Outcome) -> bool:
    """Whether a signal came before it was carried out (exit codes 130 and 143)."""
    return given.exit_code >= 128 and not given.done


def summary(
    given: Iterable[Outcome], blocked: Iterable[str] = (), paint: Paint = PLAIN, *, what: str = "Apply"
) -> str:
    """The last line: how many were carried out, how many were not, and which nobody may touch."""
    outcomes, blocked = list(given), list(blocked)
    failed = [outcome.key for outcome in outcomes if outcome.exit_code]
    told = f"{sum(outcome.done for outcome in outcomes)} of {len(outcomes)} carried out"
    waiting = f" {visible(', '.join(blocked))}: an outcome is unknown, see above." if blocked else ""
    if waiting and not failed:
        return f"{paint(f'{what} incomplete:', 'error')} {told}.{waiting}"
    if not failed:
        return f"{paint(f'{what} complete:', 'ok')} {told}."
    if any(_stopped(outcome) for outcome in outcomes):
        return f"{paint('Interrupted:', 'error')} {told}; not done: {visible(', '.join(failed))}."
    wrong = visible(", ".join(failed))
    return f"{paint(f'{what} incomplete:', 'error')} {told}; not right: {wrong}.{waiting}"
