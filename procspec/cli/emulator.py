"""`procspec emulator`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from procspec import providers
from procspec.cli.screen import Globals
from procspec.errors import ProcspecError


@click.group("emulator")
def command() -> None:
    """The emulators of the systems, for curl and other clients."""


@command.command("serve")
@click.option(
    "--provider", type=click.Choice(providers.NAMES), default="workiva", show_default=True, help="The system."
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
    emulator = providers.emulator_of(provider)

    def ready(url: str) -> None:
        given.screen.say(f"{emulator.title} emulator on {url}   {emulator.key}   (Ctrl-C ends it)")

    file = database or emulator.database(given.folder)
    today: date | None = clock.date() if clock else None
    try:
        emulator.serve(file, port=port, clock=today, quirks=quirks, ready=ready)
    except (OSError, ValueError) as error:
        raise ProcspecError(f"The emulator cannot be served: {error}.") from error
    return 0
