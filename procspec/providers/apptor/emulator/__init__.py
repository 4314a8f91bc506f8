"""An emulator of apptor flow's process API: strict, stateful, on one SQLite file.

It follows the published pages and shares no code with the client beside it: shared code would let a bug
confirm itself. Importing this module is cheap; the server parts are imported when they are called.

"004" in these modules is the page "Execute Workflows"; the other pages are named as in api-facts 3. A rule
that no page states is marked (inference); a trap of the pages is marked A1 to A8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from procspec.providers.emulator import EmulatorError

if TYPE_CHECKING:
    import datetime
    import os
    from collections.abc import Callable, Iterable

    from starlette.types import ASGIApp

__all__ = ["JWT", "SYSTEM_KEY", "TOKEN", "EmulatorError", "create_app", "serve"]

TOKEN = "apk_emulator_emulator"  # noqa: S105 -- everybody may know it: it opens nothing but the emulator
"""The API key of an organization, with all permissions; it never expires."""

SYSTEM_KEY = "apk_system_emulator"
"""A key that belongs to no organization: for `POST /process/start`."""

JWT = "emulator.emulator.emulator"
"""A bearer token of somebody in the same organization, with all permissions."""


def create_app(
    database: str | os.PathLike[str],
    *,
    clock: datetime.date | None = None,
    quirks: Iterable[str] = (),
) -> ASGIApp:
    """The emulator as an ASGI app; `database` is a file or `:memory:`, `clock` its today.

    Raises EmulatorError when the file is no database of the emulator, ValueError for an unknown quirk.
    """
    from procspec.providers.apptor.emulator.app import create

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
