"""An emulator of the Workiva Processes API (preview 2026-04-01): strict, stateful, on one SQLite file.

It follows the published documents and shares no code with the client beside it: shared code would let a
bug confirm itself. Importing this module is cheap; the server parts are imported when they are called.

"Guide" in these modules is "Introduction to the Processes API"; "reference" is the endpoint's own page.
A rule that no document states is marked (inference); a trap of the documents is marked T1 to T23.
"""

from __future__ import annotations

from procspec.providers.emulator import Emulator, EmulatorError

__all__ = ["EMULATOR", "TOKEN", "EmulatorError", "create_app", "serve"]

TOKEN = "emulator"  # noqa: S105 -- a name that everybody may know: it opens nothing but the emulator
"""A bearer token that is always accepted, with both scopes, and that never expires."""

EMULATOR = Emulator(title="Workiva", key=f"token: {TOKEN}", file="emulator.db", app=f"{__name__}.app")
create_app, serve = EMULATOR.create_app, EMULATOR.serve
