"""How far a download is, for people who wait for it: a bar on stderr, on a terminal alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from procspec.render.visible import visible

LARGE = 1024 * 1024
"""Bytes from which a download takes long enough to look at it."""


class Bar:
    """At most one bar at a time; nothing without a terminal."""

    def __init__(self) -> None:
        self._shown: Any = None

    def of(self, name: str) -> Callable[[int, int | None], None]:
        """What is told of the bytes of one file; its bar comes when the file proves to be large."""
        task: Any = None

        def heard(count: int, total: int | None) -> None:
            nonlocal task
            if task is None and max(count, total or 0) >= LARGE and sys.stderr.isatty():
                task = self._begin(name)
            if task is not None:
                self._shown.update(task, completed=count, total=total)

        return heard

    def _begin(self, name: str) -> Any:
        from rich.console import Console
        from rich.markup import escape
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        self._shown = Progress(*columns, console=Console(stderr=True), transient=True)
        self._shown.start()
        return self._shown.add_task(escape(visible(name)), total=None)

    def end(self) -> None:
        """Takes the bar away."""
        if self._shown is not None:
            self._shown.stop()
            self._shown = None
