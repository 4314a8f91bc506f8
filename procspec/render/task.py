"""A human step that is about to be finished: of which run, and with what."""

from __future__ import annotations

from procspec.model import Action, Answered, Run
from procspec.render.style import PLAIN, SYMBOLS, Paint
from procspec.render.values import value
from procspec.render.visible import visible

_LONGEST = 500
"""Characters of a value that are shown: what is sent should be seen."""


def task(run: Run, answered: Answered, paint: Paint = PLAIN) -> str:
    """The run as the system tells it, the step, and the data that goes on with it."""
    head = paint(f"{SYMBOLS[Action.RUN]} {visible(answered.node)}", "run")
    lines = [f"{head}  {answered.decision.value}  of the run {visible(answered.run)}"]
    lines.append(f"    {_told(run)}")
    width = max(map(len, map(visible, answered.data)), default=0)
    lines += [
        f"      {visible(name).ljust(width)}  {value(given, {}, _LONGEST)}"
        for name, given in answered.data.items()
    ]
    return "\n".join([*lines, f"    {paint('It is sent once, and cannot be taken back.', 'dim')}"])


def _told(run: Run) -> str:
    version = f" version {visible(run.version)}" if run.version else ""
    correlation = f", correlation key {visible(run.correlation)}" if run.correlation else ""
    named = value(run.name or run.process, {})
    return f"{named}{version}{correlation}: status {visible(run.status)}"
