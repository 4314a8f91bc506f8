"""Asking a person before something is done."""

from __future__ import annotations

import sys

import click

from procspec.cli.screen import Screen
from procspec.errors import Refused
from procspec.render.visible import visible


def confirm(screen: Screen, question: str, hint: str, answer: str = "yes") -> None:
    """Only the answer in full will do; without a terminal nobody can give it. Raises Refused otherwise."""
    if not sys.stdin.isatty():
        raise Refused("Nothing was done: there is no terminal to ask for approval.", hint=hint)
    screen.tell(f"\n{question} Only '{visible(answer)}' is accepted.")
    typed = click.prompt("", prompt_suffix="> ", default="", show_default=False, err=True).strip()
    if typed not in (answer.strip(), visible(answer)):
        raise Refused("Nothing was done: not approved.")
