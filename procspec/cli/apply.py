"""`procspec apply`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import click
from click.core import ParameterSource

from procspec.cli import opening, options
from procspec.cli.checked import checked, sound
from procspec.cli.confirm import confirm
from procspec.cli.ending import ended, kept
from procspec.cli.files import read_text
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals
from procspec.codec import encode
from procspec.engine.apply import Applied, apply
from procspec.engine.checking import Checked
from procspec.engine.guard import Consent, check_consent, check_free
from procspec.engine.moves import records
from procspec.engine.plan import plan
from procspec.engine.saved import load, save
from procspec.errors import StalePlan
from procspec.model import Json, Plan, Project
from procspec.render.outcome import outcome
from procspec.render.plan import plan as render
from procspec.source.periods import CHOICE
from procspec.source.variables import spelt


@click.command("apply")
@click.argument("targets", nargs=-1, metavar="[PLAN | KEY...]")
@options.project
@options.as_of
@options.output("text", "json")
@options.parallelism
@options.lock_timeout
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option("--allow-replace", is_flag=True, help="Consent to replacing processes.")
@click.option("--allow-many", is_flag=True, help="Consent to replacing or trashing over 30 % of them.")
@click.option("--allow-active-run", is_flag=True, help="Consent to that while runs of them go on.")
@click.option("--prune", is_flag=True, help="Trash processes whose file is gone.")
@click.pass_obj
def command(
    given: Globals,
    /,
    targets: tuple[str, ...],
    environment: str | None,
    variables: dict[str, str],
    as_of: date | None,
    output: str,
    parallelism: int,
    lock_timeout: float,
    auto_approve: bool,
    **allowed: bool,
) -> int:
    """Carry out a plan: a saved one as it was reviewed, or one made now, after a `yes`."""
    saved = _saved(targets, prune=allowed["prune"])
    if saved is not None:
        environment = environment or saved.environment
        variables = {**spelt(saved.variables), **variables}
        given = _of_period(given, saved)
    project, found = _files(given, environment, variables, as_of, saved)
    consent = _consent(saved, **allowed)
    tell = given.screen.tell if output == "json" else given.screen.say
    with opening.session(given, project, found) as session, opening.placed(found.texts):
        if not lock_timeout:
            check_free(session)

        def planned() -> Plan:
            made = saved or plan(session, targets, prune=consent.prune, parallelism=parallelism)
            tell(render(made, given.screen.paint, verbose=given.verbose))
            check_consent(session, made, records(session), consent)
            if saved is None and made.is_due and not auto_approve:
                confirm(given.screen, "Carry this out?", _UNASKED)
            return made

        done = apply(
            session,
            planned if saved is None and auto_approve else planned(),
            consent,
            parallelism=parallelism,
            lock_timeout=lock_timeout,
            report=lambda one: tell(outcome(one, found.texts, given.screen.paint)),
        )
    return ended(given, done, output, lambda: _document(done), "Apply")


_UNASKED = "Run apply with --auto-approve, or apply a saved plan."


def _consent(
    saved: Plan | None, *, allow_replace: bool, allow_many: bool, allow_active_run: bool, prune: bool
) -> Consent:
    """What the options allow; a saved plan says itself whether it prunes, and was reviewed so."""
    return Consent(
        replace=allow_replace,
        prune=prune or saved is not None,
        many=allow_many,
        active_run=allow_active_run,
    )


def _files(
    given: Globals,
    environment: str | None,
    variables: dict[str, str],
    as_of: date | None,
    saved: Plan | None,
) -> tuple[Project, Checked]:
    """The project; files that are wrong cannot be those that a saved plan was made from.

    What has changed since a plan was saved is stale, whatever policies say about it; what has not may
    break one now, because a waiver has expired.
    """
    found = checked(given, environment, variables, as_of)
    if saved is not None and found.project is None:
        raise StalePlan(
            "The files are not those of the plan: they are not valid now.",
            hint="Run validate, and make a new plan.",
        )
    if saved is not None and found.project is not None and found.project.digest != saved.spec:
        return found.project, found
    return sound(given, found), found


def _saved(targets: tuple[str, ...], *, prune: bool) -> Plan | None:
    """The plan, when the one argument is a file, or looks like one and not like a key."""
    plans = [target for target in targets if target.endswith(".json") or "/" in target]
    if not plans and len(targets) == 1 and Path(targets[0]).is_file():
        plans = [*targets]
    if plans and len(targets) > 1:
        raise click.UsageError("A saved plan says itself which processes it is about: name it alone.")
    if plans and prune:
        raise click.UsageError("A saved plan says itself what it trashes: make it with --prune.")
    return load(read_text(Path(plans[0]))) if plans else None


def _of_period(given: Globals, saved: Plan) -> Globals:
    """In the plan's period, whatever the environment says; raises StalePlan when the flag names another."""
    asked = given.environ.get(CHOICE, "")
    flag = click.get_current_context().get_parameter_source("period") is ParameterSource.COMMANDLINE
    if flag and asked != saved.period:
        made = f"for {saved.period}" if saved.period else "without a period"
        raise StalePlan(
            f"The plan was made {made}, and --period says {asked!r}.",
            hint="Leave --period out, or make a plan of that period.",
        )
    return replace(given, environ={**given.environ, CHOICE: saved.period})


def _document(done: Applied) -> Json:
    return {
        "format_version": FORMAT,
        "exit_code": done.exit_code,
        "plan": save(done.plan),
        "outcomes": [encode(one) for one in done.outcomes],
        "apply": kept(done),
    }
