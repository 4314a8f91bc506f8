"""`procspec rollback`."""

from __future__ import annotations

import click

from procspec.cli import opening, options
from procspec.cli.screen import Globals


@click.command("rollback")
@click.argument("apply", callback=options.readable)
@options.project
@options.output("text", "json")
@options.parallelism
@options.lock_timeout
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option("--allow-many", is_flag=True, help="Consent to replacing or trashing over 30 % of them.")
@click.option("--allow-active-run", is_flag=True, help="Consent to that while runs of them go on.")
@click.pass_obj
def command(
    given: Globals,
    apply: str,
    environment: str | None,
    variables: dict[str, str],
    output: str,
    parallelism: int,
    lock_timeout: float,
    auto_approve: bool,
    allow_many: bool,
    allow_active_run: bool,
) -> int:
    """Undo an apply, after a `yes`: its id is in its last line, and in `procspec history`.

    What has been changed since, by a later apply or by hand, is refused; what cannot be undone is told first.
    """
    from procspec.cli.carrying import carried
    from procspec.codec import encode
    from procspec.engine.guard import Consent
    from procspec.engine.history import find
    from procspec.engine.undo.rollback import missing, rollback_errand, rollback_plan
    from procspec.render import history

    project, _ = opening.sound(given, environment, variables)
    with opening.session(given, project) as session:
        done = find(session.store, session.environment, apply)
        lost = missing(done)
        tell = given.screen.tell if output == "json" else given.screen.say
        tell(history.rollback(done, given.screen.paint))
        if lost:
            tell(history.missing(lost, given.screen.paint))
        errand = rollback_errand(session, done)
        return carried(
            given,
            session,
            errand,
            lambda: rollback_plan(session, done, parallelism=parallelism),
            Consent(replace=True, prune=True, many=allow_many, active_run=allow_active_run),
            what="Rollback",
            idle="Nothing is left to undo.",
            output=output,
            auto_approve=auto_approve,
            lock_timeout=lock_timeout,
            parallelism=parallelism,
            more={"rollback": done.id, "no_inverse": [_lost(deed.key, encode(one)) for deed, _, one in lost]},
        )


def _lost(key: str, inverse: dict[str, object]) -> dict[str, object]:
    return {"key": key, **{name: inverse[name] for name in ("node", "field", "why") if name in inverse}}
