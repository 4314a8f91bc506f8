"""An emulator of Workingflow's REST API: strict, stateful, on one SQLite file.

It follows the published document (003, "24. REST API") and shares no code with the client beside it: shared
code would let a bug confirm itself. Importing this module is cheap; the server parts are imported when they
are called.

What people do in the web application, which the API cannot, is done by control endpoints. A rule that no
document states is marked (inference).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from procspec.providers.emulator import EmulatorError

if TYPE_CHECKING:
    import datetime
    import os
    from collections.abc import Callable, Iterable

    from starlette.types import ASGIApp

__all__ = ["FILE", "TOKEN", "EmulatorError", "create_app", "serve"]

TOKEN = "wf_emulator"  # noqa: S105 -- a name that everybody may know: it opens nothing but the emulator
"""An API key that every new database has; a control endpoint can switch it off."""

FILE = "emulator-workingflow.db"
"""The database of the embedded emulator, in a project's `.procspec`."""


def create_app(
    database: str | os.PathLike[str],
    *,
    clock: datetime.date | None = None,
    quirks: Iterable[str] = (),
) -> ASGIApp:
    """The emulator as an ASGI app; `database` is a file or `:memory:`, `clock` its today.

    Raises EmulatorError when the file is no database of this emulator, ValueError for an unknown quirk.
    """
    from procspec.providers.workingflow.emulator.app import create

    return create(database, clock=clock, names=quirks)


def serve(
    database: str | os.PathLike[str],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    clock: datetime.date | None = None,
    quirks: Iterable[str] = (),
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serves the emulator until it is interrupted; calls `ready` with the URL once it listens.

    Raises ValueError for a host that is not loopback, and whatever `create_app` raises.
    """
    from procspec.providers.emulator import listening

    listening.serve(
        lambda: create_app(database, clock=clock, quirks=quirks), host=host, port=port, ready=ready
    )
