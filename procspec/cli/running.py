"""`procspec run`."""

from __future__ import annotations

from datetime import date

import click

from procspec.cli import opening, options
from procspec.cli.confirm import confirm
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals
from procspec.errors import SpecError
from procspec.render.visible import visible


@click.command("run")
@click.argument("key")
@options.project
@options.as_of
@options.output("text", "json")
@options.lock_timeout
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option("--no-complete-email", is_flag=True, help="No e-mail to the owner when the run is complete.")
@click.pass_obj
def command(
    given: Globals,
    key: str,
    environment: str | None,
    variables: dict[str, str],
    as_of: date | None,
    output: str,
    lock_timeout: float,
    auto_approve: bool,
    no_complete_email: bool,
) -> int:
    """Start a run of a process that is applied and valid: people get tasks and mail at once."""
    from procspec.cli.checked import checked, sound
    from procspec.engine.running import prepare, start
    from procspec.engine.session import labels
    from procspec.render.start import start as render

    found = checked(given, environment, variables, as_of)
    project = sound(given, found)
    with opening.session(given, project, found) as session:
        try:
            ready = prepare(session, key)
        except SpecError as error:
            raise opening.Invalid(error.diagnostics, found.texts) from error
        tell = given.screen.tell if output == "json" else given.screen.say
        tell(render(ready.record, ready.title, ready.tasks, labels(project), given.screen.paint))
        if not auto_approve:
            confirm(given.screen, "Start it?", "Use run with --auto-approve.", answer=ready.title)
        id = start(session, ready, email=not no_complete_email, lock_timeout=lock_timeout)
    if output == "json":
        code = given.halt.exit_code
        given.screen.data({"format_version": FORMAT, "exit_code": code, "key": key, "run": id})
    else:
        given.screen.say(f"Started {visible(key)}: run {visible(id)}.")
    return given.halt.exit_code
