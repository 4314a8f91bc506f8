"""How a command ends when it ends badly: one message for people or for a program, and the exit code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from procspec.cli import formats
from procspec.cli.formats import FORMATS, Found
from procspec.cli.screen import Screen
from procspec.errors import ProcspecError, SpecError
from procspec.model import Diagnostic, Json

FORMAT = 1
"""`format_version` of everything that commands print as JSON."""

DATA = ("json", "jsonl")
"""Formats that are all that is printed: one value, or a line for each, of which the last is the end."""

USAGE = 64
"""click's own 2 would read as "changes pending"."""
_PARTIAL = "No policy was looked at, in any file: mend these first."


@dataclass(frozen=True, slots=True)
class Report:
    """Ends a command, in the format that its command line asked for.

    JSON is all that is printed then. The other formats of programs land in a file that nobody looks at
    while a command runs, so people are told on stderr as well.
    """

    screen: Screen
    form: str
    """`text`, one of `DATA`, or one of `formats.FORMATS`."""
    signalled: int = 0
    """The exit code that a signal asked for."""

    def ended(self, error: BaseException) -> int:
        """Shows why a command ended; its exit code."""
        if isinstance(error, ProcspecError):
            return self.failure(error)
        return self.usage(error) if isinstance(error, click.ClickException) else self.interrupted()

    def usage(self, error: click.ClickException) -> int:
        """A command line that does not exist."""
        self._data(USAGE, error.format_message(), "")
        if self.form not in DATA:
            self.screen.usage(error)
        return USAGE

    def interrupted(self) -> int:
        """Ctrl-C or SIGTERM, while there was nothing to bring to an end."""
        code = self.signalled or 130
        self.screen.tell("\nInterrupted.")
        self._data(code, "Interrupted.", "")
        return code

    def failure(self, error: ProcspecError) -> int:
        """An error of the world, or files that are wrong."""
        if isinstance(error, SpecError):
            self._invalid(error)
            return error.exit_code
        self._data(error.exit_code, error.message, error.hint, diagnostics=[])
        if self.form not in DATA:
            self.screen.trouble(error.message, error.hint)
        return error.exit_code

    def _invalid(self, error: SpecError) -> None:
        texts: Mapping[str, str] = getattr(error, "texts", {})
        is_whole = getattr(error, "is_whole", True)
        found = Found(error.diagnostics, texts, getattr(error, "folder", None), is_whole)
        if self.form in DATA:
            from procspec.codec import encode

            hint = error.hint if is_whole else _PARTIAL
            self._json(error.exit_code, error.message, hint, diagnostics=encode(error.diagnostics))
            return
        self.screen.tell(self._problems(found))
        if self.form in FORMATS:
            formats.say(self.screen, self.form, found)

    def _problems(self, found: Found) -> str:
        from procspec.render.diagnostics import counted, diagnostics

        shown = diagnostics(found.diagnostics, found.texts, self.screen.paint)
        more = "" if found.is_whole else f". {_PARTIAL}"
        return f"{shown}\n{counted(found.diagnostics)}{more}"

    def _data(self, code: int, message: str, hint: str, **more: Any) -> None:
        """Tells a program what went wrong outside of the files."""
        if self.form in DATA:
            self._json(code, message, hint, **more)
        elif self.form in FORMATS:
            detail = f"{message} {hint}".rstrip()
            one = Diagnostic(rule="command-failed", summary="The command failed", detail=detail)
            formats.say(self.screen, self.form, Found([one]))

    def _json(self, code: int, message: str, hint: str, **more: Any) -> None:
        error: Json = {"message": message, "hint": hint}
        if self.form == "jsonl":
            end = {"format_version": FORMAT, "event": "end", "exit_code": code, "error": error, **more}
            self.screen.line(end)
            return
        self.screen.data({"format_version": FORMAT, "exit_code": code, "error": error, **more})
