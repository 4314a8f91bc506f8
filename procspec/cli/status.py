"""`procspec status`."""

from __future__ import annotations

from datetime import date

import click

from procspec.cli import opening, options
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals
from procspec.cli.watch import today


@click.command("status")
@click.argument("run", callback=options.readable)
@options.project
@options.as_of
@options.output("text", "json")
@click.pass_obj
def command(
    given: Globals,
    run: str,
    environment: str | None,
    variables: dict[str, str],
    as_of: date | None,
    output: str,
) -> int:
    """Look at a run once; RUN is its id, or a key of which the last run is meant."""
    from procspec.engine.runtime.runs import run_of, seen_run
    from procspec.engine.session import labels
    from procspec.render.run import data
    from procspec.render.run import run as render

    project, _ = opening.sound(given, environment, variables)
    with opening.session(given, project) as session:
        found = seen_run(session, run_of(session, run))
    day = today(project, as_of)
    if output == "json":
        given.screen.data({"format_version": FORMAT, "exit_code": 0, **data(found, day)})
    else:
        given.screen.say(render(found, day, labels(project), given.screen.paint, verbose=given.verbose))
    return 0
