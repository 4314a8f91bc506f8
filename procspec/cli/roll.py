"""`procspec roll`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import click

from procspec import providers
from procspec.cli import opening, options
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals
from procspec.errors import UsageError


@click.command("roll")
@click.argument("next_period", metavar="PERIOD", callback=options.readable)
@options.project
@options.as_of
@options.output("text", "json")
@click.pass_obj
def command(
    given: Globals,
    next_period: str,
    environment: str | None,
    variables: dict[str, str],
    as_of: date | None,
    output: str,
) -> int:
    """Show what the processes of another PERIOD will be against this one's; nothing is written.

    Same tasks, moved dates, dates that land on a holiday, and ids that must be chosen by hand. The old
    period's processes and records are kept.
    """
    from procspec.cli.checked import checked, sound
    from procspec.codec import encode
    from procspec.engine.roll import roll
    from procspec.render.roll import roll as render

    now, _ = opening.quiet(given, environment, variables)
    if now.period is None:
        raise UsageError("The project has no period.", hint='Write "period: 2024-Q4" into procspec.yaml.')
    if next_period in ("", now.period.name):
        hint = f"Name another one, such as {now.period.next}."
        raise UsageError(f"The project is about {now.period.name} already.", hint=hint)
    later = replace(given, environ={**given.environ, "PROCSPEC_PERIOD": next_period})
    judged = checked(later, environment, variables, as_of)
    then = sound(later, judged)
    with opening.stored(now) as (store, name):
        records = store.read(name)
    found = roll(providers.get(now.environment.provider), now, then, judged.files, records)
    if output == "json":
        given.screen.data({"format_version": FORMAT, "exit_code": 0, **encode(found)})
    else:
        given.screen.say(render(found, given.screen.paint))
    return 0
