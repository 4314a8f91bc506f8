"""`procspec resolve`."""

from __future__ import annotations

import click

from procspec.cli import opening, options
from procspec.cli.screen import Globals


@click.command("resolve")
@click.argument("key")
@options.project
@click.option("--id", "id", metavar="ID", help="The process on the server that the create made.")
@click.option("--not-created", is_flag=True, help="The create was not carried out.")
@click.pass_obj
def command(
    given: Globals,
    key: str,
    environment: str | None,
    variables: dict[str, str],
    id: str | None,
    not_created: bool,
) -> int:
    """Settle a create whose outcome is unknown: it made the process ID, or nothing."""
    from procspec.engine.resolve import adopt, forget

    if (id is None) is not not_created:
        raise click.UsageError("Give either --id ID or --not-created.")
    project, _ = opening.sound(given, environment, variables)
    with opening.session(given, project) as session:
        if id is None:
            forget(session, key)
            given.screen.say(f"{key}: settled as not created. The next apply creates it.")
        else:
            adopt(session, key, id)
            given.screen.say(f"{key}: settled as {id}. Run plan to see what differs.")
    return 0
