"""`procspec plan`."""

from __future__ import annotations

from pathlib import Path

import click

from procspec.cli import opening, options
from procspec.cli.files import write_plan
from procspec.cli.screen import Globals


@click.command("plan")
@options.keys
@options.project
@options.output("text", "json")
@options.parallelism
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan, for `apply FILE`.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@click.option("--prune", is_flag=True, help="Plan to trash processes whose file is gone.")
@click.pass_obj
def command(
    given: Globals,
    keys: tuple[str, ...],
    environment: str | None,
    variables: dict[str, str],
    output: str,
    parallelism: int,
    out: Path | None,
    detailed_exitcode: bool,
    prune: bool,
) -> int:
    """Show what an apply would do: live against the files, nothing is written."""
    from procspec.engine.plan import plan
    from procspec.engine.saved import save
    from procspec.render.plan import plan as render
    from procspec.render.visible import visible

    project, _ = opening.sound(given, environment, variables)
    with opening.session(given, project) as session:
        running = session.store.holder(session.environment)
        made = plan(session, keys, prune=prune, parallelism=parallelism)
    if running is not None:
        given.screen.tell(f"note: {visible(str(running))} is at work now; this plan may be out of date.")
    if out is not None:
        write_plan(out, save(made))
    if output == "json":
        given.screen.data(save(made))
    else:
        given.screen.say(render(made, given.screen.paint, verbose=given.verbose))
    if any(item.blocked for item in made.processes):
        return 4
    return 2 if detailed_exitcode and made.pending else 0
