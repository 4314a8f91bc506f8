"""`procspec emulator`."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import click

from procspec.cli.screen import Globals
from procspec.errors import ProcspecError


class _Emulator(NamedTuple):
    """One row: where it is, how people call the system, and the database of the embedded one."""

    module: str
    title: str
    file: str


_EMULATORS: Mapping[str, _Emulator] = {
    "workiva": _Emulator("procspec.providers.workiva.emulator", "Workiva", "emulator.db"),
    "workingflow": _Emulator(
        "procspec.providers.workingflow.emulator", "Workingflow", "emulator-workingflow.db"
    ),
    "apptor": _Emulator("procspec.providers.apptor.emulator", "apptor flow", "emulator-apptor.db"),
}
"""The emulators by provider: `TOKEN` and `serve` of the module."""


@click.group("emulator")
def command() -> None:
    """The emulators of the systems, for curl and other clients."""


@command.command("serve")
@click.option(
    "--provider", type=click.Choice([*_EMULATORS]), default="workiva", show_default=True, help="The system."
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="0 chooses a free one."
)
@click.option(
    "--database",
    type=click.Path(path_type=Path),
    default=None,
    help="Where the processes are kept; by default in .procspec of the project, as embedded.",
)
@click.option("--clock", type=click.DateTime(["%Y-%m-%d"]), help="The emulator's today (YYYY-MM-DD).")
@click.option("--quirk", "quirks", multiple=True, help="Answer as another server may; can be repeated.")
@click.pass_obj
def serve(
    given: Globals,
    provider: str,
    port: int,
    database: Path | None,
    clock: datetime | None,
    quirks: tuple[str, ...],
) -> int:
    """Serve an emulator on a loopback port until Ctrl-C."""
    row = _EMULATORS[provider]
    emulator = importlib.import_module(row.module)

    def ready(url: str) -> None:
        given.screen.say(f"{row.title} emulator on {url}   token: {emulator.TOKEN}   (Ctrl-C ends it)")

    file = database or given.folder / ".procspec" / row.file
    today: date | None = clock.date() if clock else None
    try:
        emulator.serve(file, port=port, clock=today, quirks=quirks, ready=ready)
    except (OSError, ValueError) as error:
        raise ProcspecError(f"The emulator cannot be served: {error}.") from error
    return 0
