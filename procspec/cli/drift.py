"""`procspec drift`."""

from __future__ import annotations

import click

from procspec.cli import opening, options
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals


@click.command("drift")
@options.keys
@options.project
@options.output("text", "json")
@options.parallelism
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there is drift.")
@click.pass_obj
def command(
    given: Globals,
    keys: tuple[str, ...],
    environment: str | None,
    variables: dict[str, str],
    output: str,
    parallelism: int,
    detailed_exitcode: bool,
) -> int:
    """Show what was changed on the server since the last apply: live against last applied, read only."""
    from procspec.codec import encode
    from procspec.engine.drift import drift
    from procspec.render.drift import drift as render
    from procspec.render.visible import visible

    project, _ = opening.sound(given, environment, variables)
    with opening.session(given, project) as session:
        running = session.store.holder(session.environment)
        found = drift(session, keys, parallelism=parallelism)
    if running is not None:
        given.screen.tell(f"note: {visible(str(running))} is at work now; this may be out of date.")
    if output == "json":
        given.screen.data({"format_version": FORMAT, **encode(found)})
    else:
        given.screen.say(render(found, given.screen.paint, verbose=given.verbose))
    if any(item.blocked for item in found.processes):
        return 4
    return 2 if detailed_exitcode and found.drifted else 0
