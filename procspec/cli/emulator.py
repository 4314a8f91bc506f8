"""`procspec emulator`."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from procspec.cli.screen import Globals
from procspec.errors import ProcspecError


@click.group("emulator")
def command() -> None:
    """The emulator of the Processes API, for curl and other clients."""


@command.command("serve")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="0 chooses a free one."
)
@click.option(
    "--database",
    type=click.Path(path_type=Path),
    default=None,
    help="Where the processes are kept; by default .procspec/emulator.db of the project, as embedded.",
)
@click.option("--clock", type=click.DateTime(["%Y-%m-%d"]), help="The emulator's today (YYYY-MM-DD).")
@click.option("--quirk", "quirks", multiple=True, help="Answer as another server may; can be repeated.")
@click.pass_obj
def serve(
    given: Globals, port: int, database: Path | None, clock: datetime | None, quirks: tuple[str, ...]
) -> int:
    """Serve the emulator on a loopback port until Ctrl-C."""
    from procspec.providers.workiva import emulator

    def ready(url: str) -> None:
        given.screen.say(f"Workiva emulator on {url}   token: {emulator.TOKEN}   (Ctrl-C ends it)")

    file = database or given.folder / ".procspec" / "emulator.db"
    today: date | None = clock.date() if clock else None
    try:
        emulator.serve(file, port=port, clock=today, quirks=quirks, ready=ready)
    except (OSError, ValueError) as error:
        raise ProcspecError(f"The emulator cannot be served: {error}.") from error
    return 0
