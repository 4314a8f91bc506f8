"""`procspec add-jobs`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from procspec.cli import opening, options
from procspec.cli.confirm import confirm
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals

if TYPE_CHECKING:
    from procspec.engine.runtime.adding import Adding


@click.command("add-jobs")
@click.argument("run", callback=options.readable)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--group", metavar="KEY", callback=options.readable, help="Into this group: its key, or its id."
)
@click.option("--after", metavar="KEY", callback=options.readable, help="Behind this job or group.")
@click.option("--before", metavar="KEY", callback=options.readable, help="Before this job or group.")
@options.project
@options.as_of
@options.output("text", "json")
@options.lock_timeout
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option("--again", is_flag=True, help="Even if the run has jobs already that look the same.")
@click.pass_obj
def command(
    given: Globals,
    run: str,
    file: Path,
    group: str | None,
    after: str | None,
    before: str | None,
    environment: str | None,
    variables: dict[str, str],
    as_of: date | None,
    output: str,
    lock_timeout: float,
    auto_approve: bool,
    again: bool,
) -> int:
    """Add the jobs of FILE (kind: Jobs) to a run that goes on; without a place, at its end.

    RUN is the id of a run, or a key whose last run is meant. The jobs are shown first, and sent once: a run
    that has them already is left alone.
    """
    from procspec.cli.checked import checked, sound
    from procspec.engine.runtime.adding import Where, add, ready, settle
    from procspec.engine.session import labels
    from procspec.source.jobs import written

    if after is not None and before is not None:
        raise click.UsageError("Give either --after or --before.")
    found = checked(given, environment, variables, as_of)
    project = sound(given, found)
    jobs = written(file, Path(project.folder))
    texts = {**found.texts, jobs.file: jobs.text}
    with opening.session(given, project, found) as session, opening.placed(texts):
        where = Where(group=group or "", after=after or "", before=before or "")
        one = ready(session, run, jobs, where, again=again)
        opening.warn(given, one.warnings, texts)
        if one.there:
            settle(session, one, lock_timeout=lock_timeout)
            ids = one.there
        else:
            _asked(given, one, labels(project), output, auto_approve)
            ids = add(session, one, lock_timeout=lock_timeout)
    _told(given, one, ids, output)
    return given.halt.exit_code


def _asked(given: Globals, one: Adding, labels: Mapping[str, str], output: str, auto_approve: bool) -> None:
    """Shows what will be done; raises Refused unless it is approved."""
    from procspec.render.adding import adding

    tell = given.screen.tell if output == "json" else given.screen.say
    paint = given.screen.paint
    tell(adding(one.run, one.changes, str(one.spot), labels, paint))
    if not auto_approve:
        confirm(given.screen, "Add them?", "Use add-jobs with --auto-approve.")


def _told(given: Globals, one: Adding, ids: Sequence[str], output: str) -> None:
    from procspec.render.adding import added

    keys, already = [job.key for job in one.jobs], bool(one.there)
    if output == "json":
        pairs = [{"job": key, "id": id} for key, id in zip(keys, ids, strict=True)]
        code = given.halt.exit_code
        about = {"run": one.run.id, "where": str(one.spot), "already": already, "jobs": pairs}
        given.screen.data({"format_version": FORMAT, "exit_code": code, **about})
    else:
        given.screen.say(added(keys, ids, one.run.id, given.screen.paint, already=already))
