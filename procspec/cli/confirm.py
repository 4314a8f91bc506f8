"""Asking a person before something is done."""

from __future__ import annotations

import sys

import click

from procspec.cli.screen import Screen
from procspec.errors import Refused


def confirm(screen: Screen, question: str, hint: str) -> None:
    """Only `yes` is a yes; without a terminal there is nobody to ask. Raises Refused otherwise."""
    if not sys.stdin.isatty():
        raise Refused("Nothing was done: there is no terminal to ask for approval.", hint=hint)
    screen.tell(f"\n{question} Only 'yes' is accepted.")
    if click.prompt("", prompt_suffix="> ", default="", show_default=False, err=True).strip() != "yes":
        raise Refused("Nothing was done: not approved.")
