"""`procspec resolve`."""

from __future__ import annotations

import click

from procspec.cli import opening, options
from procspec.cli.screen import Globals
from procspec.render.visible import visible


@click.command("resolve")
@click.argument("key", callback=options.readable)
@options.project
@options.lock_timeout
@click.option(
    "--id",
    "id",
    metavar="ID",
    callback=options.readable,
    help="The process, or the run, on the server that it made.",
)
@click.option("--not-created", "--not-started", "not_created", is_flag=True, help="It was not carried out.")
@click.pass_obj
def command(
    given: Globals,
    key: str,
    environment: str | None,
    variables: dict[str, str],
    lock_timeout: float,
    id: str | None,
    not_created: bool,
) -> int:
    """Settle a create or a run whose outcome is unknown: it made the process or run ID, or nothing."""
    from procspec.engine.resolve import adopt, forget

    if (id is None) is not not_created:
        raise click.UsageError("Give either --id ID or --not-created.")
    project, _ = opening.sound(given, environment, variables)
    with opening.session(given, project) as session:
        if id is None:
            forget(session, key, lock_timeout)
            given.screen.say(visible(f"{key}: settled as not carried out. Run plan to see what is left."))
        else:
            adopt(session, key, id, lock_timeout)
            given.screen.say(visible(f"{key}: settled as {id}. Run plan to see what differs."))
    return 0
