"""How one look at a run after another is shown: drawn on a terminal, in lines, or as lines of JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from procspec.cli.report import FORMAT
from procspec.cli.screen import Screen
from procspec.engine.runtime.watching import End, Sight
from procspec.model import Json
from procspec.render import events
from procspec.render.live import Frame, can_draw, framed
from procspec.render.run import Labels, View, data
from procspec.render.run import run as whole
from procspec.render.style import Paint
from procspec.render.visible import visible

Teller = Callable[[Sight], None]
"""Shows one look at a run after another, the last one with its end."""


@contextmanager
def telling(screen: Screen, labels: Labels, output: str) -> Iterator[Teller]:
    """The way to show looks: `jsonl` for programs, else drawn where stdout can be drawn on."""
    if output == "jsonl":
        yield _Rows(screen)
    elif can_draw():
        with framed(colour=screen.paint.colour) as frame:
            drawing = _Drawing(screen, labels, frame)
            yield drawing
        drawing.close()
    else:
        yield _Lines(screen, labels)


class _Rows:
    """The first look, every event, and the end: a line of JSON each."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._begun = False

    def __call__(self, sight: Sight) -> None:
        at, id = sight.at, sight.run.id
        if not self._begun:
            self._say(events.row("run", at, id, **data(sight.run, sight.day)))
        self._begun = True
        for event in sight.events:
            self._say(events.data(event, at, id))
        if sight.end is not None:
            end = {"status": sight.run.status, "end": sight.end.name.lower()}
            self._say(events.row("end", at, id, **end, exit_code=sight.end.exit_code))

    def _say(self, row: dict[str, Json]) -> None:
        self._screen.line({"format_version": FORMAT, **row})


class _Lines:
    """The first look as a whole, then every event and the end on a line of its own."""

    def __init__(self, screen: Screen, labels: Labels) -> None:
        self._screen = screen
        self._labels = labels
        self._begun = False

    def __call__(self, sight: Sight) -> None:
        paint = self._screen.paint
        if not self._begun:
            self._screen.say(whole(sight.run, sight.day, self._labels, paint))
        self._begun = True
        for event in sight.events:
            self._screen.say(events.line(event, sight.at, self._labels, paint))
        if sight.end is not None:
            self._screen.say(f"{events.moment(sight.at)}  {_ended(sight, sight.end, paint)}")


class _Drawing:
    """The run drawn anew with every look, what happened above it; all of it at the end, if it was cut."""

    def __init__(self, screen: Screen, labels: Labels, frame: Frame) -> None:
        self._screen = screen
        self._labels = labels
        self._frame = frame
        self._last: Sight | None = None

    def __call__(self, sight: Sight) -> None:
        paint = self._screen.paint
        for event in sight.events:
            self._frame.say(events.line(event, sight.at, self._labels, paint))
        view = View(sight.run, sight.day, self._labels, paint)
        self._frame.draw(view, _note(sight, paint))
        self._last = sight

    def close(self) -> None:
        """What stays on the screen once nothing is drawn any more."""
        last, paint = self._last, self._screen.paint
        if last is None or last.end is None:
            return
        if self._frame.is_cut:
            self._screen.say(whole(last.run, last.day, self._labels, paint))
        self._screen.say(_ended(last, last.end, paint))


def _note(sight: Sight, paint: Paint) -> str:
    """The line below the drawing."""
    seen = f"Seen {events.moment(sight.at)}."
    if sight.trouble:
        return paint(f"{seen} No answer now; this is what was seen last.", "warning")
    return paint(seen if sight.end else f"{seen} Ctrl-C ends the watch; the run goes on.", "dim")


def _ended(sight: Sight, end: End, paint: Paint) -> str:
    told = f"Run {visible(sight.run.id)} {end.value}"
    status = sight.run.status
    word = f" ({visible(status)})" if status.casefold() not in end.value else ""
    return f"{paint(told, 'error' if end.exit_code else 'ok')}{word}."
