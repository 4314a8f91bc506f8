"""`procspec plan`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from procspec.cli import opening, options
from procspec.cli.files import write_plan
from procspec.cli.screen import Globals


@click.command("plan")
@options.keys
@options.project
@options.as_of
@options.output("text", "json")
@options.parallelism
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan, for `apply FILE`.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@click.option("--prune", is_flag=True, help="Plan to trash processes whose file is gone.")
@click.option(
    "--since",
    metavar="REV",
    callback=options.readable,
    help="Mark the changes that the edits of the files since this git revision do not explain.",
)
@click.option("--fail-on-unexplained", is_flag=True, help="Exit 8 when there are such changes.")
@click.pass_obj
def command(
    given: Globals,
    keys: tuple[str, ...],
    environment: str | None,
    variables: dict[str, str],
    as_of: date | None,
    output: str,
    parallelism: int,
    out: Path | None,
    detailed_exitcode: bool,
    prune: bool,
    since: str | None,
    fail_on_unexplained: bool,
) -> int:
    """Show what an apply would do: live against the files, nothing is written."""
    from procspec.cli.checked import checked, sound
    from procspec.cli.since import held_against
    from procspec.engine.plan import plan
    from procspec.engine.saved import save
    from procspec.engine.since import unexplained
    from procspec.render.plan import plan as render
    from procspec.render.visible import visible

    if since == "":
        raise click.UsageError("--since has no revision: it is empty.")
    if fail_on_unexplained and since is None:
        raise click.UsageError("--fail-on-unexplained needs --since REV.")
    found = checked(given, environment, variables, as_of)
    project = sound(given, found)
    with opening.session(given, project, found) as session, opening.placed(found.texts):
        running = session.store.holder(session.environment)
        made = plan(session, keys, prune=prune, parallelism=parallelism)
        made = held_against(given, made, session, since, variables) if since is not None else made
    if running is not None:
        given.screen.tell(f"note: {visible(str(running))} is at work now; this plan may be out of date.")
    if out is not None:
        write_plan(out, save(made))
    if output == "json":
        given.screen.data(save(made))
    else:
        given.screen.say(render(made, given.screen.paint, verbose=given.verbose))
    if any(item.blocked for item in made.processes) or any(run.blocked for run in made.runs):
        return 4
    if fail_on_unexplained and unexplained(made):
        return 8
    return 2 if detailed_exitcode and made.is_due else 0
