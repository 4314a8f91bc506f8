"""`procspec watch`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from procspec.cli import opening, options
from procspec.cli.screen import Globals
from procspec.model import Project

if TYPE_CHECKING:
    from procspec.engine.session import Session

INTERVAL = 10.0
"""Seconds between two looks at a run, unless somebody says otherwise."""

_UNITS: Mapping[str, int] = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


class Duration(click.ParamType[float]):
    """Seconds, or a number with its unit: 90, 45s, 30m, 2h, 1d."""

    name = "duration"

    def convert(
        self, value: str | float, parameter: click.Parameter | None, context: click.Context | None
    ) -> float:
        if isinstance(value, int | float):
            return float(value)
        found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)([smhd]?)", value.strip())
        if found is None:
            self.fail(f"{value!r} is no duration such as 90, 45s, 30m or 2h.", parameter, context)
        return float(found[1]) * _UNITS[found[2]]


@click.command("watch")
@click.argument("run", callback=options.readable)
@options.project
@options.as_of
@options.output("text", "jsonl")
@click.option(
    "--until",
    type=click.Choice(["complete", "error"]),
    default="complete",
    help="End when the run is over, or already at the first job in error.",
)
@click.option(
    "--timeout", type=Duration(), metavar="DURATION", help="Give up, with exit code 9: seconds, or 30m, 2h."
)
@click.option(
    "--interval",
    type=options.Seconds(0.01, 86400),
    default=INTERVAL,
    show_default=True,
    envvar="PROCSPEC_INTERVAL",
    metavar="SECONDS",
    help="The pause between two looks; it grows to six times of that while nothing changes.",
)
@click.pass_obj
def command(
    given: Globals,
    run: str,
    environment: str | None,
    variables: dict[str, str],
    as_of: date | None,
    output: str,
    until: str,
    timeout: float | None,
    interval: float,
) -> int:
    """Follow a run until it is over; RUN is its id, or a key of which the last run is meant.

    Exit code 9 when the run ends in error, is cancelled, or is not over in time.
    """
    from procspec.engine.runtime.runs import run_of

    project, _ = opening.sound(given, environment, variables)
    with opening.session(given, project) as session:
        id = run_of(session, run)
        return follow(
            given, session, id, as_of=as_of, output=output, interval=interval, timeout=timeout, until=until
        )


def follow(
    given: Globals,
    session: Session,
    id: str,
    *,
    as_of: date | None = None,
    output: str = "text",
    interval: float = INTERVAL,
    timeout: float | None = None,
    until: str = "complete",
) -> int:
    """Shows a run until it is over, or until the first error; the exit code: 0, or 9 (DESIGN section 7).

    `output` is `text` or `jsonl`; times are in seconds. `as_of` is what due dates are compared with.
    """
    from procspec.cli.looks import telling
    from procspec.engine.runtime.watching import Pace, Until, watch
    from procspec.engine.session import labels

    pace = Pace(
        today=lambda: today(session.project, as_of),
        now=lambda: datetime.now(UTC),
        interval=interval,
        timeout=timeout,
        until=Until(until),
    )
    code = 0
    with telling(given.screen, labels(session.project), output) as tell:
        for sight in watch(session, id, pace):
            tell(sight)
            code = sight.end.exit_code if sight.end else 0
    return code


def today(project: Project, as_of: date | None) -> date:
    """What due dates are compared with: `--as-of`, else the environment's clock, else the day that it is."""
    clock = project.environment.clock
    return as_of or (date.fromisoformat(clock) if clock else date.today())
