"""`procspec run`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import click

from procspec.cli import opening, options
from procspec.cli.confirm import confirm
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals
from procspec.render.visible import visible

if TYPE_CHECKING:
    from procspec.engine.runtime.running import Start
    from procspec.render.style import Paint


@click.command("run")
@click.argument("key", callback=options.readable)
@options.project
@options.as_of
@options.output("text", "json")
@options.lock_timeout
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option("--no-complete-email", is_flag=True, help="No e-mail to the owner when the run is complete.")
@click.option("--watch", is_flag=True, help="Watch it until it is over, as `watch` does.")
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
    watch: bool,
) -> int:
    """Start a run of a process that is applied and valid, or one that a file declares.

    People get tasks and mail at once: they are shown first, and the process's name has to be typed.
    """
    from procspec.cli.checked import checked, sound
    from procspec.cli.watch import follow
    from procspec.engine.runtime.running import ready, run
    from procspec.engine.session import labels

    if watch and output == "json":
        raise click.UsageError("--watch tells of a run as it goes on: run it without, then `watch -o jsonl`.")
    found = checked(given, environment, variables, as_of)
    project = sound(given, found)
    with opening.session(given, project, found) as session, opening.placed(found.texts):
        one = ready(session, key, email=not no_complete_email)
        tell = given.screen.tell if output == "json" else given.screen.say
        tell(_shown(one, labels(project), given.screen.paint))
        if not auto_approve:
            answer = one.item.title.strip() or key
            confirm(given.screen, "Start it?", "Use run with --auto-approve.", answer=answer)
        id = run(session, one, lock_timeout=lock_timeout)
        code = given.halt.exit_code
        if output == "json":
            given.screen.data({"format_version": FORMAT, "exit_code": code, "key": key, "run": id})
        else:
            given.screen.say(f"Started {visible(key)}: run {visible(id)}.")
        return follow(given, session, id, as_of=as_of) if watch and not code else code


def _shown(one: Start, labels: Mapping[str, str], paint: Paint) -> str:
    from procspec.render.start import start

    return start(one.item, labels, paint)
