"""An emulator of apptor flow's process API: strict, stateful, on one SQLite file.

It follows the published pages and shares no code with the client beside it: shared code would let a bug
confirm itself. Importing this module is cheap; the server parts are imported when they are called.

"004" in these modules is the page "Execute Workflows"; the other pages are named as in api-facts 3. A rule
that no page states is marked (inference); a trap of the pages is marked A1 to A8.
"""

from __future__ import annotations

from procspec.providers.emulator import Emulator, EmulatorError

__all__ = ["EMULATOR", "JWT", "SYSTEM_KEY", "TOKEN", "EmulatorError", "create_app", "serve"]

TOKEN = "apk_emulator_emulator"  # noqa: S105 -- everybody may know it: it opens nothing but the emulator
"""The API key of an organization, with all permissions; it never expires."""

SYSTEM_KEY = "apk_system_emulator"
"""A key that belongs to no organization: for `POST /process/start`."""

JWT = "emulator.emulator.emulator"
"""A bearer token of somebody in the same organization, with all permissions."""

EMULATOR = Emulator(
    title="apptor flow", key=f"token: {TOKEN}", file="emulator-apptor.db", app=f"{__name__}.app"
)
create_app, serve = EMULATOR.create_app, EMULATOR.serve
