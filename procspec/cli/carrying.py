"""Shows a plan, asks, and carries it out: for commands that change processes as their files do not say."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from procspec.cli.confirm import confirm
from procspec.cli.ending import ended, kept
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals
from procspec.codec import encode
from procspec.engine.apply import Applied, apply
from procspec.engine.guard import Consent, check_consent, check_free
from procspec.engine.moves import records
from procspec.engine.saved import save
from procspec.engine.session import Session
from procspec.engine.work import Errand
from procspec.model import Json, Plan
from procspec.render.outcome import outcome
from procspec.render.plan import plan as render


def carried(
    given: Globals,
    session: Session,
    errand: Errand,
    planned: Callable[[], Plan],
    consent: Consent,
    *,
    what: str,
    idle: str,
    output: str,
    auto_approve: bool,
    lock_timeout: float,
    parallelism: int = 1,
    more: Mapping[str, Json] | None = None,
) -> int:
    """The exit code. `what` names the command in the last line, `idle` is told when there is nothing to do,
    and `more` is for the JSON.
    """
    screen = given.screen
    tell = screen.tell if output == "json" else screen.say
    if not lock_timeout:
        check_free(session)

    def reviewed() -> Plan:
        made = planned()
        shown = bool(made.due or any(item.blocked for item in made.processes))
        tell(render(made, screen.paint, verbose=given.verbose) if shown else idle)
        check_consent(session, made, records(session), consent)
        if made.is_due and not auto_approve:
            confirm(screen, "Carry this out?", f"Use {what.lower()} with --auto-approve.")
        return made

    texts = session.project.texts
    done = apply(
        session,
        reviewed if auto_approve else reviewed(),
        consent,
        parallelism=parallelism,
        lock_timeout=lock_timeout,
        report=lambda one: tell(outcome(one, texts, screen.paint)),
        errand=errand,
    )
    return ended(given, done, output, lambda: _document(done, more or {}), what)


def _document(done: Applied, more: Mapping[str, Json]) -> Json:
    return {
        "format_version": FORMAT,
        "exit_code": done.exit_code,
        **more,
        "plan": save(done.plan),
        "outcomes": [encode(one) for one in done.outcomes],
        "apply": kept(done),
    }
