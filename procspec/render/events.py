"""What happened to a run between two looks: a line for people, a line for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from procspec.codec import encode
from procspec.model import Event, EventKind, Json
from procspec.render.run import Labels, lateness, name, people
from procspec.render.style import PLAIN, Paint
from procspec.render.visible import visible


def moment(at: datetime) -> str:
    """When, for people: the day and the time where they are."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def line(event: Event, at: datetime, labels: Labels, paint: Paint = PLAIN) -> str:
    """One event on one line, its time first."""
    parts = (_TOLD[event.kind](event, paint), _what(event, labels))
    return "  ".join([paint(moment(at), "dim"), *(part for part in parts if part)])


def _what(event: Event, labels: Labels) -> str:
    """What it happened to, and whose that is."""
    if event.node is None:
        return "" if event.kind in _OF_ITSELF else "the run"
    who = ", ".join(part for part in people(event.node, labels) if part)
    return f"{name(event.node)}  {who}".rstrip()


def _status(event: Event, paint: Paint) -> str:
    return f"{visible(event.before) or '(no status)'} → {visible(event.after) or '(no status)'}"


def _added(event: Event, paint: Paint) -> str:
    return f"added, {visible(event.after) or '(no status)'}"


def _gone(event: Event, paint: Paint) -> str:
    return f"no longer there (was {visible(event.before) or 'without a status'})"


def _overdue(event: Event, paint: Paint) -> str:
    return lateness(event.days, paint)


def _task(event: Event, paint: Paint) -> str:
    node = event.node
    told = (node.permalink or node.task) if node else ""
    return f"task {paint(visible(told), 'place')}"


def _file(event: Event, paint: Paint) -> str:
    return f"file {visible(event.detail)}"


def _trouble(event: Event, paint: Paint) -> str:
    return f"{paint('no answer', 'warning')}, asked again: {visible(event.detail)}"


def _recovered(event: Event, paint: Paint) -> str:
    return "answers again"


_TOLD: Mapping[EventKind, Callable[[Event, Paint], str]] = {
    EventKind.STATUS: _status,
    EventKind.ADDED: _added,
    EventKind.GONE: _gone,
    EventKind.OVERDUE: _overdue,
    EventKind.TASK: _task,
    EventKind.FILE: _file,
    EventKind.TROUBLE: _trouble,
    EventKind.RECOVERED: _recovered,
}
_OF_ITSELF = (EventKind.FILE, EventKind.TROUBLE, EventKind.RECOVERED)


def row(kind: str, at: datetime, id: str, **more: Json) -> dict[str, Json]:
    """What every line for programs begins with, after the format's version; `id` is the run's."""
    return {"event": kind, "time": at.astimezone(UTC).isoformat(timespec="seconds"), "id": id, **more}


def data(event: Event, at: datetime, id: str) -> dict[str, Json]:
    """One event for programs: `node` with everything that is known of it, and what happened."""
    told = encode(event)
    del told["kind"]
    return row(event.kind.value, at, id, **told)
