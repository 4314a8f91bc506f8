"""What the house sees of an emulator: its name, its key, its data, and the two ways to run it."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime
    import os
    from collections.abc import Callable, Iterable

    from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True, kw_only=True)
class Emulator:
    """The emulator of one system; its server parts are imported when they are called.

    `title` is how people call the system, `key` how a client says who it is, for people. `file` is the
    database of the embedded one. `app` is the module whose `create` makes the app.
    """

    title: str
    key: str
    file: str
    app: str

    def database(self, folder: Path | str) -> Path:
        """Where the embedded one of a project keeps its data."""
        return Path(folder) / ".procspec" / self.file

    def create_app(
        self,
        database: str | os.PathLike[str],
        *,
        clock: datetime.date | None = None,
        quirks: Iterable[str] = (),
    ) -> ASGIApp:
        """The emulator as an ASGI app; `database` is a file or `:memory:`, `clock` its today.

        Raises EmulatorError when the file is no database of the emulator, ValueError for an unknown quirk.
        """
        app: ASGIApp = importlib.import_module(self.app).create(database, clock=clock, names=quirks)
        return app

    def serve(
        self,
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
            lambda: self.create_app(database, clock=clock, quirks=quirks), host=host, port=port, ready=ready
        )
