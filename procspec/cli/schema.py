"""`procspec schema`."""

from __future__ import annotations

import click

from procspec.cli.screen import Globals


@click.command("schema")
@click.argument("name", type=click.Choice(["project", "process", "run", "scenario", "jobs", "plan", "drift"]))
@click.pass_obj
def command(given: Globals, name: str) -> int:
    """Print a JSON Schema (draft-07), for an editor or another tool."""
    from procspec.source.schemas import schema

    given.screen.data(schema(name))
    return 0
