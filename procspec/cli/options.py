"""The options that most commands share, and the settings behind them: flag, variable, file, default."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any, TypeVar

import click

from procspec.cli.formats import FORMATS

F = TypeVar("F", bound=Callable[..., Any])
_OUTPUT = ("--output=", "-o=", "-o")


def pairs(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """A callback: texts by name."""
    found = {}
    for item in given:
        name, equals, text = item.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{item!r} is not NAME=VALUE.")
        found[name] = text
    return found


class Seconds(click.FloatRange):
    """A number of seconds in a range; not a number is none."""

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> float:
        found: float = super().convert(value, parameter, context)
        if math.isnan(found):
            self.fail(f"{value!r} is no number of seconds.", parameter, context)
        return found


def readable(context: click.Context, parameter: click.Parameter, given: str | None) -> str | None:
    """A callback: bytes that are not UTF-8 reach us as halves of surrogate pairs, and no further."""
    if given is not None and any("\ud800" <= character <= "\udfff" for character in given):
        raise click.BadParameter(f"{given!r} is not UTF-8 text.")
    return given


def _period(context: click.Context, parameter: click.Parameter, given: str | None) -> None:
    """The flag stands for the variable, which comes before the file."""
    if given is not None:
        context.obj = replace(context.obj, environ={**context.obj.environ, "PROCSPEC_PERIOD": given})


def project(command: F) -> F:
    """`-e`, `--var` and `--period`: which project, exactly."""
    command = click.option(
        "--period",
        metavar="PERIOD",
        expose_value=False,
        callback=_period,
        help="What the processes are about, instead of the project's period: 2024-Q4, 2024-12, 2024.",
    )(command)
    command = click.option(
        "--var", "variables", multiple=True, metavar="NAME=VALUE", callback=pairs, help="Set a variable."
    )(command)
    return click.option(
        "-e", "--env", "environment", metavar="NAME", envvar="PROCSPEC_ENV", help="The environment."
    )(command)


def output(*formats: str) -> Callable[[F], F]:
    """`-o FORMAT`."""
    return click.option(
        "-o", "--output", type=click.Choice(formats), default="text", help="How to show the result."
    )


def wanted(arguments: Sequence[str]) -> str:
    """The format that a command line asks for, the last one as in click; `text` when it names none.

    Also of a command line that cannot be parsed: its error has that format then.
    """
    found = "text"
    for given, following in pairwise([*arguments, ""]):
        joined = (given.removeprefix(flag) for flag in _OUTPUT if given.startswith(flag) and given != flag)
        form = following if given in {"-o", "--output"} else next(joined, "")
        found = form if form in {"text", "json", "jsonl", *FORMATS} else found
    return found


def _day(context: click.Context, parameter: click.Parameter, given: str | None) -> date | None:
    """A callback: one spelling of a day, the one of the files."""
    if given is None:
        return None
    try:
        found = date.fromisoformat(given)
    except ValueError:
        found = None
    if found is None or found.isoformat() != given:
        raise click.BadParameter(f"{given!r} is not a day such as 2024-12-31.")
    return found


as_of = click.option(
    "--as-of",
    metavar="DATE",
    envvar="PROCSPEC_AS_OF",
    callback=_day,
    help="The day that due dates and waivers are checked for (YYYY-MM-DD); else the environment's clock, else"
    " today.",
)
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
    type=Seconds(0, 86400),
    default=0,
    envvar="PROCSPEC_LOCK_TIMEOUT",
    metavar="SECONDS",
    help="How long to wait for somebody else's lock.",
)
