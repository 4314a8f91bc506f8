"""Jobs that are about to be added to a run: what, for whom, and where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from procspec.model import Action, Change, Run
from procspec.render.plan import made
from procspec.render.style import PLAIN, SYMBOLS, Paint
from procspec.render.values import value
from procspec.render.visible import visible


def adding(
    run: Run,
    changes: Sequence[Change],
    where: str,
    labels: Mapping[str, str],
    paint: Paint = PLAIN,
) -> str:
    """The run, the jobs, the place in words, and whom it reaches."""
    head = paint(f"{SYMBOLS[Action.RUN]} {visible(run.id)}", "run")
    lines = [f"{head}  {_counted(len(changes))} to add  {value(run.name or run.process, {})}"]
    lines += [*made(changes, labels, paint), f"    {visible(where)}"]
    return "\n".join([*lines, f"    {_reached(changes)}"])


def added(
    keys: Sequence[str], ids: Sequence[str], run: str, paint: Paint = PLAIN, *, already: bool = False
) -> str:
    """The ids of the jobs beside their keys; `already` says that they were there before."""
    width = max((len(visible(key)) for key in keys), default=0)
    head = paint("Already there" if already else "Added", "ok")
    told = f"{head}: {_counted(len(ids))} {'in' if already else 'to'} the run {visible(run)}."
    told += " Nothing was sent; --again adds them once more." if already else ""
    rows = (f"    {visible(key).ljust(width)}  {visible(id)}" for key, id in zip(keys, ids, strict=True))
    return "\n".join([told, *rows])


def _counted(number: int) -> str:
    return f"{number} job{'' if number == 1 else 's'}"


def _reached(changes: Iterable[Change]) -> str:
    """Guide, "Adding Jobs to a Running Process": nobody can say when a job begins that is not by hand."""
    eligible = [change for change in changes if change.after.get("triggerType") != "manual"]
    people = {str(who) for change in eligible if (who := change.after.get("assignee"))}
    if not eligible:
        return "Nobody gets a task before somebody starts it by hand."
    told = "1 person gets" if len(people) == 1 else f"{len(people)} people get"
    return f"{told} mail: at once if the run has passed this place, otherwise when its turn comes."
