"""An emulator of Workingflow's REST API: strict, stateful, on one SQLite file.

It follows the published document (003, "24. REST API") and shares no code with the client beside it: shared
code would let a bug confirm itself. Importing this module is cheap; the server parts are imported when they
are called.

What people do in the web application, which the API cannot, is done by control endpoints. A rule that no
document states is marked (inference).
"""

from __future__ import annotations

from procspec.providers.emulator import Emulator, EmulatorError

__all__ = ["EMULATOR", "TOKEN", "EmulatorError", "create_app", "serve"]

TOKEN = "wf_emulator"  # noqa: S105 -- a name that everybody may know: it opens nothing but the emulator
"""An API key that every new database has; a control endpoint can switch it off."""

EMULATOR = Emulator(
    title="Workingflow", key=f"token: {TOKEN}", file="emulator-workingflow.db", app=f"{__name__}.app"
)
create_app, serve = EMULATOR.create_app, EMULATOR.serve
