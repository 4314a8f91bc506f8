"""How a command ends when it ends badly: one message for people or one JSON object, and the exit code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from procspec.cli.screen import Screen
from procspec.errors import ProcspecError, SpecError
from procspec.model import Json

FORMAT = 1
"""`format_version` of everything that commands print as JSON."""

USAGE = 64
"""click's own 2 would read as "changes pending"."""


@dataclass(frozen=True, slots=True)
class Report:
    """Ends a command, in the format that its command line asked for."""

    screen: Screen
    json: bool
    signalled: int = 0
    """The exit code that a signal asked for."""

    def ended(self, error: BaseException) -> int:
        """Shows why a command ended; its exit code."""
        if isinstance(error, ProcspecError):
            return self.failure(error)
        return self.usage(error) if isinstance(error, click.ClickException) else self.interrupted()

    def usage(self, error: click.ClickException) -> int:
        """A command line that does not exist."""
        if self.json:
            self._data(USAGE, error.format_message(), "")
        else:
            self.screen.usage(error)
        return USAGE

    def interrupted(self) -> int:
        """Ctrl-C or SIGTERM, while there was nothing to bring to an end."""
        code = self.signalled or 130
        self.screen.tell("\nInterrupted.")
        if self.json:
            self._data(code, "Interrupted.", "")
        return code

    def failure(self, error: ProcspecError) -> int:
        """An error of the world, or files that are wrong."""
        if self.json:
            from procspec.codec import encode

            found = encode(error.diagnostics) if isinstance(error, SpecError) else []
            self._data(error.exit_code, error.message, error.hint, diagnostics=found)
        elif isinstance(error, SpecError):
            self.screen.tell(self._problems(error))
        else:
            self.screen.trouble(error.message, error.hint)
        return error.exit_code

    def _problems(self, error: SpecError) -> str:
        from procspec.render.diagnostics import counted, diagnostics

        texts: Mapping[str, str] = getattr(error, "texts", {})
        shown = diagnostics(error.diagnostics, texts, self.screen.paint)
        return f"{shown}\n{counted(error.diagnostics)}"

    def _data(self, code: int, message: str, hint: str, **more: Any) -> None:
        error: Json = {"message": message, "hint": hint}
        self.screen.data({"format_version": FORMAT, "exit_code": code, "error": error, **more})
