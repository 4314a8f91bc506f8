"""The root command, loaded lazily, and the one place where errors become exit codes."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import click

from procspec import __version__
from procspec.cli import options, signals
from procspec.cli.report import DATA, Report
from procspec.cli.screen import Globals, Screen
from procspec.errors import ProcspecError
from procspec.halt import Halt
from procspec.render.style import PLAIN

_COMMANDS: Mapping[str, tuple[str, str]] = {
    "init": ("procspec.cli.init", "Make a project that plans and applies at once."),
    "validate": ("procspec.cli.validate", "Check every file, offline."),
    "fmt": ("procspec.cli.fmt", "Bring the files into the one layout."),
    "compile": ("procspec.cli.compile", "Print the create payloads."),
    "test": ("procspec.cli.testing", "Play the scenarios, each in an emulator of its own."),
    "plan": ("procspec.cli.plan", "Show what an apply would do."),
    "drift": ("procspec.cli.drift", "Show what was changed on the server since the last apply."),
    "show": ("procspec.cli.show", "Show a saved plan."),
    "roll": ("procspec.cli.roll", "Show the next period against this one."),
    "apply": ("procspec.cli.apply", "Carry out a plan."),
    "trash": ("procspec.cli.trash", "Move a process to the trash."),
    "restore": ("procspec.cli.restore", "Bring a process back from the trash."),
    "history": ("procspec.cli.history", "Show what was applied, and what would undo it."),
    "rollback": ("procspec.cli.rollback", "Undo an apply."),
    "run": ("procspec.cli.running", "Start a run."),
    "files": ("procspec.cli.run_files", "List or download the files of a run."),
    "watch": ("procspec.cli.watch", "Follow a run until it is over."),
    "status": ("procspec.cli.status", "Look at a run once."),
    "add-jobs": ("procspec.cli.adding", "Add jobs to a run that goes on."),
    "import": ("procspec.cli.importing", "Take over a process that is on the server."),
    "task": ("procspec.cli.task", "Finish a human step of a run."),
    "resolve": ("procspec.cli.resolve", "Settle what was begun and whose outcome is unknown."),
    "state": ("procspec.cli.state", "Look at and repair records."),
    "explain": ("procspec.cli.explain", "Explain a rule; list the policies."),
    "schema": ("procspec.cli.schema", "Print a JSON Schema of the files."),
    "emulator": ("procspec.cli.emulator", "Serve the emulator on a loopback port."),
}
"""Module and one line of help by command; the attribute in the module is `command`."""


class _Lazy(click.Group):
    """Knows the commands by name, and imports one when it runs or shows its help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(_COMMANDS[cmd_name][0])
        return cast(click.Command, module.command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, help) for name, (_, help) in _COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-C", "--project", "folder", type=click.Path(path_type=Path), default=".", help="The project's folder."
)
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default=None, help="Colour in the output."
)
@click.option("-v", "--verbose", is_flag=True, help="Show no-ops with their reasons.")
@click.version_option(__version__, prog_name="procspec", message="%(prog)s %(version)s")
@click.pass_context
def root(context: click.Context, folder: Path, color: str | None, verbose: bool) -> None:
    """Human workflows as code: plan and apply recurring processes from YAML in git.

    Exit codes: 0 done, 1 failed, 2 changes pending (plan --detailed-exitcode), 3 invalid, 4 outcome
    unknown, 5 locked, 6 stale, 7 not allowed to, 8 refused by a guard, 9 a run failed, was cancelled or
    timed out, 64 wrong usage, 130 and 143 interrupted.
    """
    screen = Screen.open(color or os.environ.get("PROCSPEC_COLOR", "auto"), os.environ)
    context.obj = Globals(folder, screen, verbose, os.environ, context.obj or Halt())


def run(arguments: Sequence[str]) -> int:
    """Runs the command line; the exit code of DESIGN section 7."""
    halt = Halt()
    with signals.heard(halt, as_json=options.wanted(arguments) in DATA):
        return _run(arguments, halt)


def interrupted(arguments: Sequence[str]) -> int:
    """Ctrl-C before anything was begun, told like any other end."""
    return Report(Screen(PLAIN), options.wanted(arguments)).ended(KeyboardInterrupt())


def _run(arguments: Sequence[str], halt: Halt) -> int:
    context: click.Context | None = None
    try:
        with root.make_context("procspec", list(arguments), obj=halt) as context:
            return root.invoke(context) or 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except OSError as error:
        # Our output's reader went away, or the disk is full; Python must not try again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        what = f"{error.filename}" if error.filename else "The output cannot be written"
        return Report(Screen(PLAIN), "text").ended(ProcspecError(f"{what}: {error.strerror}."))
    except (click.ClickException, click.Abort, KeyboardInterrupt, ProcspecError) as error:
        halt.is_polite = True  # the end of a command is told in full
        known = context is not None and isinstance(context.obj, Globals)
        screen = context.obj.screen if context and known else Screen.open("auto", os.environ)
        return Report(screen, options.wanted(arguments), halt.exit_code).ended(error)
