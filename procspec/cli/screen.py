"""Where output goes: data to stdout alone, everything for people to the terminal, colour when wanted."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import click

from procspec.halt import Halt
from procspec.model import Json
from procspec.render.style import Paint
from procspec.render.visible import json_line, json_text, visible


@dataclass(frozen=True, slots=True)
class Screen:
    """Two streams and a brush."""

    paint: Paint

    @classmethod
    def open(cls, color: str, environ: Mapping[str, str]) -> Screen:
        """`auto` paints on a terminal unless NO_COLOR is set (no-color.org)."""
        wanted = color == "always" or (
            color == "auto" and sys.stdout is not None and sys.stdout.isatty() and not environ.get("NO_COLOR")
        )
        return cls(Paint(wanted))

    def say(self, text: str) -> None:
        """The result of a command, on stdout."""
        click.echo(text, color=self.paint.colour)

    def tell(self, text: str) -> None:
        """What people should know besides, on stderr."""
        click.echo(text, err=True, color=self.paint.colour and sys.stderr.isatty())

    def trouble(self, message: str, hint: str) -> None:
        """What went wrong and what to do, on stderr."""
        self.tell(f"{self.paint('error', 'error')}: {visible(message)}")
        if hint:
            self.tell(f"  {visible(hint)}")

    def usage(self, error: click.ClickException) -> None:
        """A command line that does not exist, on stderr; click's words quote it as it was given."""
        words = StringIO()
        error.show(words)
        self.tell("\n".join(map(visible, words.getvalue().rstrip("\n").split("\n"))))

    def data(self, value: Json) -> None:
        """JSON, alone on stdout."""
        click.echo(json_text(value))

    def line(self, value: Json) -> None:
        """JSON on a line of its own, one of many on stdout."""
        click.echo(json_line(value))


@dataclass(frozen=True, slots=True)
class Globals:
    """What was said before the command's name."""

    folder: Path
    screen: Screen
    verbose: bool
    environ: Mapping[str, str]
    halt: Halt
