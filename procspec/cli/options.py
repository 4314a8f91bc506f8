"""The options that most commands share, and the settings behind them: flag, variable, file, default."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

OUTPUT = "procspec.output"
"""Where the chosen format is noted in click's context."""

F = TypeVar("F", bound=Callable[..., Any])


def _pair(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for item in given:
        name, equals, text = item.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{item!r} is not NAME=VALUE.")
        pairs[name] = text
    return pairs


def project(command: F) -> F:
    """`-e` and `--var`: which project, exactly."""
    command = click.option(
        "--var", "variables", multiple=True, metavar="NAME=VALUE", callback=_pair, help="Set a variable."
    )(command)
    return click.option(
        "-e", "--env", "environment", metavar="NAME", envvar="PROCSPEC_ENV", help="The environment."
    )(command)


def output(*formats: str) -> Callable[[F], F]:
    """`-o FORMAT`; noted for the report too, because an error has to come in the same format."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(formats),
        default="text",
        callback=_note,
        is_eager=True,
        help="How to show the result.",
    )


def _note(context: click.Context, parameter: click.Parameter, given: str) -> str:
    context.meta[OUTPUT] = given
    return given


keys = click.argument("keys", nargs=-1, metavar="[KEY]...")
parallelism = click.option(
    "--parallelism",
    type=click.IntRange(1, 64),
    default=8,
    envvar="PROCSPEC_PARALLELISM",
    help="How many processes at once.",
)
