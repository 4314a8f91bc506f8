"""`procspec trash`."""

from __future__ import annotations

import click

from procspec.cli import opening, options
from procspec.cli.screen import Globals


@click.command("trash")
@click.argument("key", callback=options.readable)
@options.project
@options.output("text", "json")
@options.lock_timeout
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option("--allow-active-run", is_flag=True, help="Consent to that while runs of it go on.")
@click.pass_obj
def command(
    given: Globals,
    key: str,
    environment: str | None,
    variables: dict[str, str],
    output: str,
    lock_timeout: float,
    auto_approve: bool,
    allow_active_run: bool,
) -> int:
    """Move a process to the trash, after a `yes`: one that was applied, whether it has a file or not.

    It can be restored. While its file is there, the next apply brings it back.
    """
    from procspec.cli.carrying import carried
    from procspec.engine.guard import Consent
    from procspec.engine.undo.trashing import trash_errand, trash_plan
    from procspec.render.visible import visible

    project, _ = opening.sound(given, environment, variables)
    with opening.session(given, project) as session:
        return carried(
            given,
            session,
            trash_errand(key),
            lambda: trash_plan(session, key),
            Consent(prune=True, active_run=allow_active_run),
            what="Trash",
            idle=visible(f"{key} is in the trash already."),
            output=output,
            auto_approve=auto_approve,
            lock_timeout=lock_timeout,
        )
