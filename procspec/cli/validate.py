"""`procspec validate`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from procspec.cli import formats, options
from procspec.cli.formats import FORMATS, Found
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals
from procspec.model import Project, Waiver
from procspec.render.visible import visible


@click.command("validate")
@options.project
@options.as_of
@options.output("text", "json", *FORMATS)
@click.pass_obj
def command(
    given: Globals, environment: str | None, variables: dict[str, str], as_of: date | None, output: str
) -> int:
    """Check every file, offline: schema, references, dates, policies. Exit 3 when something is wrong.

    Warnings stop nothing. `procspec explain` lists the policies.
    """
    from procspec.cli.checked import checked, invalid
    from procspec.codec import encode
    from procspec.render.diagnostics import diagnostics

    found = checked(given, environment, variables, as_of)
    if found.project is None or found.errors:
        raise invalid(given, found, found.diagnostics)
    if output == "json":
        told = {"diagnostics": encode(found.diagnostics), "waivers": encode(found.waivers)}
        given.screen.data({"format_version": FORMAT, "exit_code": 0, **told})
        return 0
    if found.diagnostics:
        given.screen.tell(diagnostics(found.diagnostics, found.texts, given.screen.paint))
    if output in FORMATS:
        folder = Path(found.project.folder)
        formats.say(given.screen, output, Found(found.diagnostics, found.texts, folder))
    tell = given.screen.say if output == "text" else given.screen.tell
    tell(f"{given.screen.paint('Valid:', 'ok')} {_counted(found.project, found.waivers)}")
    return 0


def _counted(project: Project, waivers: tuple[Waiver, ...]) -> str:
    counts = {"process": len(project.processes), "run": len(project.runs), "scenario": len(project.scenarios)}
    kinds = [_number(count, one) for one, count in counts.items() if count or one == "process"]
    told = f"{', '.join(kinds)} for the environment"
    files = any(name.endswith(".procspec.yaml") for name in project.texts)
    hint = "" if files else " No file here ends in .procspec.yaml."
    waived = f" {len(waivers)} waiver{' is' if len(waivers) == 1 else 's are'} in force." if waivers else ""
    return f"{told} {visible(project.environment.name)}.{waived}{hint}"


def _number(count: int, one: str) -> str:
    many = f"{one}es" if one.endswith("s") else f"{one}s"
    return f"{count} {one if count == 1 else many}"
