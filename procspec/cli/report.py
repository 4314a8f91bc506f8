"""How a command ends when it ends badly: one message for people or one JSON object, and the exit code."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import click

from procspec.cli.options import OUTPUT
from procspec.cli.screen import Screen
from procspec.errors import ProcspecError, SpecError
from procspec.model import Json

FORMAT = 1
"""`format_version` of everything that commands print as JSON."""

USAGE = 64
"""click's own 2 would read as "changes pending"."""


class Report:
    """Ends a command; knows the output format if parsing got that far."""

    def __init__(self, context: click.Context | None = None) -> None:
        self._context = context
        self._screen = context.obj.screen if context and context.obj else Screen.open("auto", os.environ)

    def usage(self, error: click.ClickException) -> int:
        """A command line that does not exist."""
        if self._json:
            self._data(USAGE, error.format_message(), "")
        else:
            error.show()
        return USAGE

    def interrupted(self) -> int:
        """Ctrl-C."""
        self._screen.tell("\nInterrupted.")
        if self._json:
            self._data(130, "Interrupted.", "")
        return 130

    def failure(self, error: ProcspecError) -> int:
        """An error of the world, or files that are wrong."""
        if self._json:
            from procspec.codec import encode

            found = encode(error.diagnostics) if isinstance(error, SpecError) else []
            self._data(error.exit_code, error.message, error.hint, diagnostics=found)
        elif isinstance(error, SpecError):
            self._screen.tell(self._problems(error))
        else:
            self._screen.trouble(error.message, error.hint)
        return error.exit_code

    def _problems(self, error: SpecError) -> str:
        from procspec.render.diagnostics import counted, diagnostics

        texts: Mapping[str, str] = getattr(error, "texts", {})
        shown = diagnostics(error.diagnostics, texts, self._screen.paint)
        return f"{shown}\n{counted(error.diagnostics)}"

    @property
    def _json(self) -> bool:
        return self._context is not None and self._context.meta.get(OUTPUT) == "json"

    def _data(self, code: int, message: str, hint: str, **more: Any) -> None:
        error: Json = {"message": message, "hint": hint}
        self._screen.data({"format_version": FORMAT, "exit_code": code, "error": error, **more})
