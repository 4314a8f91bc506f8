"""`procspec restore`."""

from __future__ import annotations

import click

from procspec.cli import opening, options
from procspec.cli.screen import Globals


@click.command("restore")
@click.argument("key", callback=options.readable)
@options.project
@options.output("text", "json")
@options.lock_timeout
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.pass_obj
def command(
    given: Globals,
    key: str,
    environment: str | None,
    variables: dict[str, str],
    output: str,
    lock_timeout: float,
    auto_approve: bool,
) -> int:
    """Bring a process back from the trash, after a `yes`, whether its file is there or not.

    What the file says otherwise is for the next apply; without a file, `apply --prune` would trash it again.
    """
    from procspec.cli.carrying import carried
    from procspec.engine.guard import Consent
    from procspec.engine.undo.trashing import restore_errand, restore_plan
    from procspec.render.visible import visible

    project, _ = opening.sound(given, environment, variables)
    with opening.session(given, project) as session:
        return carried(
            given,
            session,
            restore_errand(key),
            lambda: restore_plan(session, key),
            Consent(),
            what="Restore",
            idle=visible(f"{key} is on the server already."),
            output=output,
            auto_approve=auto_approve,
            lock_timeout=lock_timeout,
        )
