"""`procspec history`."""

from __future__ import annotations

import click

from procspec.cli import opening, options
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals


@click.command("history")
@click.argument("apply", required=False, callback=options.readable)
@options.project
@options.output("text", "json")
@click.pass_obj
def command(
    given: Globals, apply: str | None, environment: str | None, variables: dict[str, str], output: str
) -> int:
    """List the last applies of an environment, newest first; or show one, and what would undo it."""
    from procspec.codec import encode
    from procspec.engine.history import applies, find
    from procspec.render import history

    with opening.store(given, environment, variables) as (store, name):
        one = find(store, name, apply) if apply is not None else None
        found = applies(store, name) if one is None else ()
    if output == "json":
        told = {"applies": encode(found)} if one is None else {"apply": encode(one)}
        given.screen.data({"format_version": FORMAT, "exit_code": 0, **told})
    else:
        paint = given.screen.paint
        given.screen.say(history.table(found, paint) if one is None else history.apply(one, paint))
    return 0
