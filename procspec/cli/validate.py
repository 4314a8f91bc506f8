"""`procspec validate`."""

from __future__ import annotations

import click

from procspec import providers
from procspec.cli import opening, options
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals
from procspec.render.visible import visible


@click.command("validate")
@options.project
@options.output("text", "json")
@click.pass_obj
def command(given: Globals, environment: str | None, variables: dict[str, str], output: str) -> int:
    """Check every file, offline: schema, references, dates. Exit 3 when something is wrong."""
    from procspec.codec import encode
    from procspec.engine.session import wanted

    project, loaded = opening.sound(given, environment, variables)
    wanted(project, providers.get(project.environment.provider))
    if output == "json":
        found = encode(loaded.diagnostics)
        given.screen.data({"format_version": FORMAT, "exit_code": 0, "diagnostics": found})
    else:
        number = len(project.processes)
        hint = "" if number else " No file here ends in .procspec.yaml."
        given.screen.say(
            f"{given.screen.paint('Valid:', 'ok')} {number} process{'' if number == 1 else 'es'}"
            f" for the environment {visible(project.environment.name)}.{hint}"
        )
    return 0
