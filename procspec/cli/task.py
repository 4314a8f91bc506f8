"""`procspec task`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from procspec.cli import opening, options
from procspec.cli.confirm import confirm
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals
from procspec.errors import UsageError
from procspec.model import Decision, Json
from procspec.render.visible import visible

if TYPE_CHECKING:
    from procspec.engine.runtime.answering import Step


def _texts(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    for item in given:
        options.readable(context, parameter, item)
    pairs = options.pairs(context, parameter, given)
    if len(pairs) < len(given):
        raise click.BadParameter("a name is given twice.")
    return pairs


@click.command("task")
@click.argument("instance", callback=options.readable)
@click.argument("node", callback=options.readable)
@click.option("--complete", is_flag=True, help="The step is done: the flow goes on with the data.")
@click.option("--cancel", is_flag=True, help="The step is given up.")
@click.option(
    "--data",
    "pairs",
    multiple=True,
    metavar="NAME=TEXT",
    callback=_texts,
    help="A field of the answer, as text; can be repeated, and comes before --data-file.",
)
@click.option(
    "--data-file",
    "file",
    type=click.Path(path_type=Path),
    help="The fields of the answer with their types: an object, in YAML or JSON.",
)
@options.project
@options.output("text", "json")
@options.lock_timeout
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.pass_obj
def command(
    given: Globals,
    instance: str,
    node: str,
    complete: bool,
    cancel: bool,
    pairs: dict[str, str],
    file: Path | None,
    environment: str | None,
    variables: dict[str, str],
    output: str,
    lock_timeout: float,
    auto_approve: bool,
) -> int:
    """Finish the human step NODE of a run that waits at it: once, and never a second time.

    INSTANCE is the id of the run, or a KEY whose last run it is; NODE is the node's id in the designer.
    """
    from procspec.engine.runtime.answering import finish, prepare
    from procspec.render.task import task

    if complete is cancel:
        raise click.UsageError("Give either --complete or --cancel.")
    project, _ = opening.sound(given, environment, variables)
    data = {**_read(file), **pairs}
    with opening.session(given, project) as session:
        step = prepare(session, instance, node, Decision.COMPLETE if complete else Decision.CANCEL, data)
        tell = given.screen.tell if output == "json" else given.screen.say
        tell(task(step.run, step.answered, given.screen.paint))
        if not auto_approve:
            confirm(given.screen, "Finish this step?", "Use task with --auto-approve.")
        finish(session, step, lock_timeout=lock_timeout)
    _ended(given, output, step)
    return given.halt.exit_code


def _read(file: Path | None) -> dict[str, Json]:
    """The fields in a file, read as strictly as any file of the project; raises Invalid, with places."""
    if file is None:
        return {}
    from procspec.source import read
    from procspec.source.reader import decode
    from procspec.source.rules import problem

    try:
        raw = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}.") from None
    document, problems = read(str(file), raw)
    if document is not None and not problems and not isinstance(document.data, dict):
        detail = "The data of a step is an object: fields with their values."
        problems = (problem("wrong-type", document.place(()), detail),)
    if problems or document is None:
        raise opening.Invalid(problems, {str(file): decode(str(file), raw)[0] or ""})
    return dict(document.data)


def _ended(given: Globals, output: str, step: Step) -> None:
    run, node, decision = step.answered.run, step.answered.node, step.answered.decision
    if output == "json":
        told = {"run": run, "node": node, "action": decision.value, "data": dict(step.answered.data)}
        given.screen.data({"format_version": FORMAT, "exit_code": given.halt.exit_code, **told})
    else:
        done = "completed" if decision is Decision.COMPLETE else "cancelled"
        look = f"`procspec status {visible(run)}` shows what the run does now."
        given.screen.say(f"{visible(node)} {done}; {look}")
