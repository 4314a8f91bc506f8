"""A run on a terminal, drawn anew with every look; what happened scrolls by above it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from procspec.render.run import Row, View
from procspec.render.visible import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

LOWEST = 6
"""Lines that are drawn on a screen of any height."""


class Frame:
    """The part of a terminal that is drawn anew."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self.is_cut = False
        """Whether the last drawing has less than the whole tree."""

    def draw(self, view: View, note: str) -> None:
        """Shows a look at a run, as much of it as the screen has room for, and a line below it."""
        height = max(LOWEST, self._live.console.size.height - 1)
        lines = fitted(view, height - 1)
        self.is_cut = lines != whole(view)
        self._live.update(_text("\n".join([*lines, note])), refresh=True)

    def say(self, line: str) -> None:
        """A line that stays, above it."""
        self._live.console.print(_text(line), soft_wrap=True)


@contextmanager
def framed(*, colour: bool) -> Iterator[Frame]:
    """Draws on stdout; what was drawn last stays there."""
    from rich.live import Live

    with Live(
        console=_console(colour=colour),
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
        vertical_overflow="crop",
    ) as live:
        yield Frame(live)


def can_draw() -> bool:
    """Whether stdout is a terminal that lets itself be drawn on."""
    if not sys.stdout.isatty():
        return False
    console = _console(colour=False)
    return console.is_terminal and not console.is_dumb_terminal


def _console(*, colour: bool) -> Console:
    from rich.console import Console

    return Console(
        file=sys.stdout, no_color=not colour, highlight=False, markup=False, emoji=False, soft_wrap=False
    )


def _text(lines: str) -> Text:
    from rich.text import Text

    return Text.from_ansi(lines, no_wrap=True, overflow="ellipsis")


def whole(view: View) -> list[str]:
    """Every line of it."""
    return [*view.head, *(line for row in view.rows for line in row.lines), *view.tail()]


def fitted(view: View, height: int) -> list[str]:
    """At most so many lines: of a long tree what is late, failed or under way rather than the rest."""
    everything = whole(view)
    if len(everything) <= height:
        return everything
    kept = _kept(view.rows, height - len(view.head) - 1)
    left = Counter(row.word for index, row in enumerate(view.rows) if index not in kept)
    lines = [line for index in sorted(kept) for line in view.rows[index].lines]
    return [*view.head, *lines, *_more(left)][:height]


def _kept(rows: list[Row], room: int) -> set[int]:
    """The places of the rows that fit, those that matter most first."""
    kept: set[int] = set()
    for index in sorted(range(len(rows)), key=lambda place: (-rows[place].weight, place)):
        room -= len(rows[index].lines)
        if room < 0:
            break
        kept.add(index)
    return kept


def _more(left: Counter[str]) -> list[str]:
    """What is not shown, by status."""
    told = ", ".join(f"{number} {visible(word) or 'without a status'}" for word, number in left.items())
    return [f"  … {left.total()} more: {told}"] if left else []
