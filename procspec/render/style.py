"""Colours for people: a mark is always there in text too, never in colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from procspec.model import Action

SYMBOLS: Mapping[Action, str] = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.RENAME: ">",
    Action.REPLACE: "±",
    Action.TRASH: "-",
    Action.RESTORE: "^",
    Action.RUN: "!",
    Action.NOOP: " ",
}

_STYLES: Mapping[str, Mapping[str, Any]] = {
    "create": {"fg": "green"},
    "update": {"fg": "yellow"},
    "rename": {"fg": "yellow"},
    "replace": {"fg": "magenta", "bold": True},
    "trash": {"fg": "red", "bold": True},
    "restore": {"fg": "green"},
    "run": {"fg": "cyan", "bold": True},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "ok": {"fg": "green", "bold": True},
    "head": {"bold": True},
    "place": {"fg": "cyan"},
    "dim": {"dim": True},
    "no-op": {"dim": True},
}


@dataclass(frozen=True, slots=True)
class Paint:
    """Paints text by meaning; does nothing when colour is off."""

    colour: bool

    def __call__(self, text: str, meaning: str) -> str:
        """The text, styled for its meaning."""
        if not self.colour or not text:
            return text
        import click

        return click.style(text, **_STYLES[meaning])


PLAIN = Paint(False)
