"""watch: looks at a run again and again until it is over, and says what happened between two looks."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

from procspec.engine.moves import records
from procspec.engine.runtime.runs import keyed, maker, read
from procspec.engine.session import Session
from procspec.errors import Denied, ServiceError, Unanswered
from procspec.model import Event, EventKind, Phase, Record, Run, RunNode

SLOWEST = 6
"""Times the interval: as long as a pause gets while nothing changes."""
FIRST = 5.0
"""Seconds that the first look has in any case: without it there is nothing to tell, not even with no time."""
LAST = 1.0
"""Seconds before the end of the time at which the last look begins."""
MISREAD = 3
"""Looks in a row whose answer cannot be read: more of them would be no different."""
_GROWTH = 1.5
_BUSY = frozenset({408, 425, 429})


class Until(Enum):
    """What ends a watch, besides the end of the run: nothing, or the first thing that goes wrong."""

    COMPLETE = "complete"
    ERROR = "error"


class End(Enum):
    """How a watch ended, in words that stand behind the run's name."""

    COMPLETE = "is complete"
    FAILED = "ended in error"
    ERROR = "has an error"
    CANCELLED = "was cancelled"
    OVER = "is over, and nobody can tell how it ended"
    TIMEOUT = "is not over in time"

    @property
    def exit_code(self) -> int:
        """DESIGN section 7: 9 when a run failed, was cancelled or timed out; not without being sure, 0."""
        return 0 if self is End.COMPLETE else 9


_ENDS = {Phase.COMPLETE: End.COMPLETE, Phase.FAILED: End.FAILED, Phase.CANCELLED: End.CANCELLED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a run is watched: `interval` in seconds between two looks, `timeout` in seconds for all of it.

    `today` is what due dates are compared with, `now` the moment of a look.
    """

    today: Callable[[], date]
    now: Callable[[], datetime]
    interval: float = 10.0
    timeout: float | None = None
    until: Until = Until.COMPLETE


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One look at a run: what happened since the one before, and how it ended, in the last one.

    While the system cannot be asked, `trouble` says why and `run` is as it was seen last; `wait` is how many
    seconds the system asks to leave it alone. `misread` counts the answers in a row that nobody can read.
    """

    run: Run
    day: date
    at: datetime
    events: tuple[Event, ...] = ()
    trouble: str = ""
    wait: float = 0.0
    misread: int = 0
    end: End | None = None


def watch(session: Session, id: str, pace: Pace) -> Iterator[Sight]:
    """Every look at a run, the first one at once: 1 GET each, whatever comes of it.

    The pause between two grows while nothing changes, and is never shorter than the system asks for. No look
    takes longer than the time that is left. A system that cannot be asked now is asked again; only the first
    look, which is as patient as any request, raises Unanswered for that. Raises ServiceError for answers that
    cannot be read, a few in a row, Denied, and ProcspecError when there is no such run.
    """
    last = math.inf if pace.timeout is None else time.monotonic() + pace.timeout
    run = read(session, id, within=max(FIRST, last - time.monotonic()))
    maker_of = maker(records(session).values(), run)
    run = keyed(run, maker_of)
    sight = Sight(run=run, day=pace.today(), at=pace.now(), end=_end(run, pace.until))
    yield sight
    pause = pace.interval
    while sight.end is None:
        left = last - time.monotonic()
        rest = resting(pause, sight.wait, left)
        if session.halt.wait(max(0.0, rest)):
            session.halt.check()
        if rest >= left:
            yield replace(sight, at=pace.now(), events=(), end=End.TIMEOUT)
            return
        sight = _again(session, sight, maker_of, pace, last - time.monotonic())
        pause = slower(pause, sight, pace)
        yield sight


def resting(pause: float, asked: float, left: float) -> float:
    """The seconds until the next look; all that are `left`, or more, when there is none in time.

    The system asked for `asked` seconds without one. The last look has some time of its own.
    """
    full = max(pause, asked)
    return min(full, left, max(asked, left - LAST)) if left > LAST else min(full, left)


def slower(before: float, sight: Sight, pace: Pace) -> float:
    """Grows by half while nothing changes, and falls back on a change."""
    changed = bool(sight.events) and not sight.trouble
    return pace.interval if changed else min(before * _GROWTH, pace.interval * SLOWEST)


def _again(session: Session, before: Sight, known: Record | None, pace: Pace, left: float) -> Sight:
    """The next look, for which so many seconds are left."""
    day, at = pace.today(), pace.now()
    try:
        run = keyed(read(session, before.run.id, once=True, within=left), known)
    except ServiceError as error:
        return _troubled(before, error, at)
    back = (Event(kind=EventKind.RECOVERED),) if before.trouble else ()
    found = (*back, *changes(before.run, run, then=before.day, now=day))
    return Sight(run=run, day=day, at=at, events=found, end=_end(run, pace.until))


def _troubled(before: Sight, error: ServiceError, at: datetime) -> Sight:
    """What keeps the system from answering, told once; raises the error where asking again is of no use."""
    misread = before.misread + is_misread(error)
    if misread >= MISREAD or not (is_misread(error) or passes(error)):
        raise error
    asked = f" The system asks to wait {error.wait:.0f} seconds." if error.wait else ""
    trouble = f"{error.message}{asked}"
    told = () if before.trouble else (Event(kind=EventKind.TROUBLE, detail=trouble),)
    return replace(before, at=at, events=told, trouble=trouble, wait=error.wait, misread=misread)


def passes(error: ServiceError) -> bool:
    """Whether asking later may go well: nobody was reached, or the server has trouble of its own."""
    bad = error.status is not None and (error.status in _BUSY or error.status >= 500)
    return bad or isinstance(error, Unanswered)


def is_misread(error: ServiceError) -> bool:
    """Whether there was an answer, to all appearances a good one, that tells nothing about the run."""
    clear = isinstance(error, Unanswered | Denied)
    return not clear and (error.status is None or error.status < 300)


def _end(run: Run, until: Until) -> End | None:
    """How the watch ends with this look, if it does."""
    if run.over:
        return _ENDS.get(run.phase, End.OVER)
    phases = {run.phase, *(node.phase for node in run.nodes())}
    return End.ERROR if until is Until.ERROR and Phase.FAILED in phases else None


# ------------------------------------------------------------------------------------------ two looks


def changes(before: Run, after: Run, *, then: date, now: date) -> tuple[Event, ...]:
    """What happened between two looks at one run, made on two days: the run first, then in tree order."""
    return tuple(_changes(before, after, then, now))


def _changes(before: Run, after: Run, then: date, now: date) -> Iterator[Event]:
    if before.status.casefold() != after.status.casefold():  # T3
        yield Event(kind=EventKind.STATUS, before=before.status, after=after.status)
    if after.overdue(now) and not before.overdue(then):
        yield Event(kind=EventKind.OVERDUE, days=after.overdue(now))
    old, new = _by_id(before), _by_id(after)
    for id, node in new.items():
        yield from _of_node(old.get(id), replace(node, children=()), then, now)
    for id, node in old.items():
        if id not in new:
            yield Event(kind=EventKind.GONE, node=replace(node, children=()), before=node.told)
    yield from (Event(kind=EventKind.FILE, detail=name) for name in after.files if name not in before.files)


def _by_id(run: Run) -> dict[str, RunNode]:
    return {node.id: node for node in run.nodes() if node is not run.root or not run.is_momentary}


def _of_node(old: RunNode | None, node: RunNode, then: date, now: date) -> Iterator[Event]:
    if old is None:
        yield Event(kind=EventKind.ADDED, node=node, after=node.told)
    elif old.told.casefold() != node.told.casefold():
        yield Event(kind=EventKind.STATUS, node=node, before=old.told, after=node.told)
    if node.overdue(now) and not (old and old.overdue(then)):
        yield Event(kind=EventKind.OVERDUE, node=node, days=node.overdue(now))
    if old and (node.task, node.permalink) != (old.task, old.permalink) and (node.task or node.permalink):
        yield Event(kind=EventKind.TASK, node=node)
