"""`procspec files`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from procspec.cli import opening, options
from procspec.cli.report import FORMAT
from procspec.cli.screen import Globals

if TYPE_CHECKING:
    from procspec.engine.runtime.files import Download, Files
    from procspec.engine.session import Session


def _readable(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    for name in given:
        options.readable(context, parameter, name)
    return given


@click.command("files")
@click.argument("run", callback=options.readable)
@click.argument("names", nargs=-1, metavar="[NAME]...", callback=_readable)
@options.project
@options.output("text", "json")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Download into this folder.")
@click.option("--force", is_flag=True, help="Replace files that are there already.")
@click.pass_obj
def command(
    given: Globals,
    run: str,
    names: tuple[str, ...],
    environment: str | None,
    variables: dict[str, str],
    output: str,
    out: Path | None,
    force: bool,
) -> int:
    """List the files of a run, or download all or those named with --out.

    RUN is the id of a run, or a key: then the last run of it. NAME is the name that the system keeps a file
    by, or a variable of the run that holds it.
    """
    from procspec.engine.runtime.files import list_files

    if out is None and (force or names):
        raise click.UsageError("NAME and --force are for downloads: say --out DIR.")
    project, _ = opening.sound(given, environment, variables)
    with opening.session(given, project) as session:
        found = list_files(session, run, names)
        if out is not None:
            return _download(given, session, found, out, force=force, output=output)
    _list(given, found, output)
    return 0


def _list(given: Globals, found: Files, output: str) -> None:
    from procspec.codec import encode
    from procspec.render.files import table

    if output == "json":
        files = [encode(one) for one in found.files]
        given.screen.data({"format_version": FORMAT, "exit_code": 0, "run": found.run, "files": files})
    else:
        given.screen.say(table([(one.file, one.variable) for one in found.files], given.screen.paint))


def _download(given: Globals, session: Session, found: Files, out: Path, *, force: bool, output: str) -> int:
    from procspec.cli.progress import Bar
    from procspec.codec import encode
    from procspec.engine.runtime.files import download, exit_code

    bar = Bar()

    def report(one: Download) -> None:
        bar.end()
        if output != "json":
            _tell(given, one)

    try:
        done = download(session, found, out, force=force, heard=bar.of, report=report)
    finally:
        bar.end()
    code = exit_code(done, given.halt.exit_code)
    if output == "json":
        files = [encode(one) for one in done]
        given.screen.data({"format_version": FORMAT, "exit_code": code, "run": found.run, "files": files})
    elif not done:
        given.screen.say("No files.")
    return code


def _tell(given: Globals, one: Download) -> None:
    """What is there goes to stdout, what is not to stderr."""
    from procspec.render.files import downloaded, failed

    if one.exit_code:
        given.screen.tell(failed(one.file, one.error, one.hint, given.screen.paint))
    else:
        given.screen.say(downloaded(one.file, one.path, one.bytes, given.screen.paint))
