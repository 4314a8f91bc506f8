"""`procspec show`: a saved plan, without an account and without the files."""

from __future__ import annotations

from pathlib import Path

import click

from procspec.cli import options
from procspec.cli.files import read_text
from procspec.cli.screen import Globals


@click.command("show")
@click.argument("file", metavar="PLAN", type=click.Path(path_type=Path))
@click.option("--requests", is_flag=True, help="Print the exact HTTP bodies instead.")
@options.output("text", "json")
@click.pass_obj
def command(given: Globals, file: Path, requests: bool, output: str) -> int:
    """Show a saved plan, or with --requests exactly what an apply of it would send."""
    from procspec.engine.saved import load, save
    from procspec.render.plan import plan as render
    from procspec.render.requests import requests as render_requests

    plan = load(read_text(file))
    if output == "json":
        given.screen.data(save(plan))
    elif requests:
        given.screen.say(render_requests(plan, given.screen.paint))
    else:
        given.screen.say(render(plan, given.screen.paint, verbose=given.verbose))
    return 0
