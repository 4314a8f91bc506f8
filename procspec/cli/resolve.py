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
@click.option("--done", is_flag=True, help="Of a run: its jobs were added, or its human step was finished.")
@click.option("--not-done", is_flag=True, help="Of a run: it was not carried out.")
@click.pass_obj
def command(
    given: Globals,
    key: str,
    environment: str | None,
    variables: dict[str, str],
    lock_timeout: float,
    id: str | None,
    not_created: bool,
    done: bool,
    not_done: bool,
) -> int:
    """Settle what was begun and whose outcome is unknown.

    A create or a run of KEY made the process or run ID, or nothing. Of a run, by its id or a KEY that has it:
    its jobs were added or its human step was finished, or not.
    """
    from procspec.engine.resolve import adopt, forget, settle

    if sum((id is not None, not_created, done, not_done)) != 1:
        raise click.UsageError("Give one of --id ID, --not-created, --done and --not-done.")
    project, _ = opening.sound(given, environment, variables)
    with opening.session(given, project) as session:
        if done or not_done:
            run, act = settle(session, key, lock_timeout)
            told = "carried out" if done else "not carried out. Give the command again to do it"
            given.screen.say(visible(f"{run}: {act.action.value}: settled as {told}."))
        elif id is None:
            forget(session, key, lock_timeout)
            given.screen.say(visible(f"{key}: settled as not carried out. Run plan to see what is left."))
        else:
            adopt(session, key, id, lock_timeout)
            given.screen.say(visible(f"{key}: settled as {id}. Run plan to see what differs."))
    return 0
