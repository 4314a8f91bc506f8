"""`procspec import`."""

from __future__ import annotations

from pathlib import Path

import click

from procspec import source
from procspec.cli import opening, options, updating
from procspec.cli.screen import Globals
from procspec.errors import ProcspecError
from procspec.model import Action, ProcessPlan, Project
from procspec.render.visible import visible


def _readable(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    for name in given:
        options.readable(context, parameter, name)
    return given


@click.command("import")
@click.argument("names", nargs=-1, metavar="ID | [KEY]...", callback=_readable)
@click.option("--key", help="The key of the process in the files.")
@click.option("--update", is_flag=True, help="Bring changes made on the server back into the files of KEYs.")
@options.project
@options.lock_timeout
@click.pass_obj
def command(
    given: Globals,
    names: tuple[str, ...],
    key: str | None,
    update: bool,
    environment: str | None,
    variables: dict[str, str],
    lock_timeout: float,
) -> int:
    """Take over a live process: write its YAML and its record, or its record alone if KEY has a file.

    Ends with an empty plan, or says why not. What the server's answer leaves out cannot be imported.

    With --update, processes that are applied already, all of them or those named: values that were changed
    on the server since are written into their files. Nothing else in a file changes. Exit 1 when something
    was left as it is: what a file computes, or jobs and groups that were added, removed or moved.
    """
    if update:
        if key is not None:
            raise click.UsageError("--update takes keys as arguments, and no --key.")
        return updating.run(given, names, environment, variables, lock_timeout)
    if len(names) != 1 or key is None:
        raise click.UsageError("Say `import ID --key KEY`, or `import --update [KEY]...`.")
    return _take_over(given, names[0], key, environment, variables, lock_timeout)


def _take_over(
    given: Globals,
    id: str,
    key: str,
    environment: str | None,
    variables: dict[str, str],
    lock_timeout: float,
) -> int:
    from procspec.engine.importing import draft, fetch, take, target

    project, _ = opening.sound(given, environment, variables)
    with opening.session(given, project) as session:
        live = fetch(session, id, key)
        if key in session.files:
            return _finish(given, project, key, take(session, live, key, lock_timeout))
        path = target(project, key)
        text = source.dump(source.literal(draft(session, live, key)))
    _write_new(path, text)
    try:
        renewed, _ = opening.sound(given, environment, variables)
        with opening.session(given, renewed) as session:
            left = take(session, live, key, lock_timeout)
    except (ProcspecError, KeyboardInterrupt):
        path.unlink()  # a file that cannot be read back would stop every other command
        given.screen.tell(
            visible(f"{path.name} was not kept: the process has something that a file cannot say.")
        )
        raise
    given.screen.say(visible(f"Wrote {path.name}. What the server's answer leaves out is not in it."))
    return _finish(given, renewed, key, left)


def _finish(given: Globals, project: Project, key: str, left: ProcessPlan) -> int:
    """Says what is left to do; 1 when that is something."""
    from procspec.engine.session import labels
    from procspec.render.plan import process

    if left.action is Action.NOOP:
        given.screen.say(visible(f"{key} is taken over: the plan is empty."))
        return 0
    given.screen.say(visible(f"{key} is taken over, and differs from its file:") + "\n")
    given.screen.say(process(left, labels(project), given.screen.paint, verbose=given.verbose))
    return 1


def _write_new(path: Path, text: str) -> None:
    """Never over a file that is there, not even one that appeared a moment ago."""
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise ProcspecError(f"{path.name} cannot be written: {error.strerror}.") from error
