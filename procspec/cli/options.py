"""The options that most commands share, and the settings behind them: flag, variable, file, default."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def _pair(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for item in given:
        name, equals, text = item.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{item!r} is not NAME=VALUE.")
        pairs[name] = text
    return pairs


def readable(context: click.Context, parameter: click.Parameter, given: str | None) -> str | None:
    """A callback: bytes that are not UTF-8 reach us as halves of surrogate pairs, and no further."""
    if given is not None and any("\ud800" <= character <= "\udfff" for character in given):
        raise click.BadParameter(f"{given!r} is not UTF-8 text.")
    return given


def project(command: F) -> F:
    """`-e` and `--var`: which project, exactly."""
    command = click.option(
        "--var", "variables", multiple=True, metavar="NAME=VALUE", callback=_pair, help="Set a variable."
    )(command)
    return click.option(
        "-e", "--env", "environment", metavar="NAME", envvar="PROCSPEC_ENV", help="The environment."
    )(command)


def output(*formats: str) -> Callable[[F], F]:
    """`-o FORMAT`."""
    return click.option(
        "-o", "--output", type=click.Choice(formats), default="text", help="How to show the result."
    )


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether a command line asks for JSON; also one that cannot be parsed, whose error is JSON then."""
    joined = {"-ojson", "-o=json", "--output=json"}
    apart = {("-o", "json"), ("--output", "json")}
    return not joined.isdisjoint(arguments) or not apart.isdisjoint(pairwise(arguments))


keys = click.argument("keys", nargs=-1, metavar="[KEY]...")
parallelism = click.option(
    "--parallelism",
    type=click.IntRange(1, 64),
    default=8,
    envvar="PROCSPEC_PARALLELISM",
    help="How many processes at once.",
)
lock_timeout = click.option(
    "--lock-timeout",
    type=click.FloatRange(0, 86400),
    default=0,
    envvar="PROCSPEC_LOCK_TIMEOUT",
    metavar="SECONDS",
    help="How long to wait for somebody else's lock.",
)
