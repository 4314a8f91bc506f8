"""What every emulator is made of: strict reading, a private database, faults, control endpoints, an app.

Nothing here knows a system. An emulator beside its provider says what its system is like (its error bodies,
its authentication, its operations), and imports nothing of ours but itself and this package; this package
imports nothing of ours but itself: code shared with a client would let a bug confirm itself.

The parts: a `Store` (store) with its tables, a `World` (world) with its `Manners` (manners), `Operation`s
(calls), and a `System` (app) that `build` makes an app of. Importing this package is cheap; the server parts
are imported by whoever calls them.
"""

from __future__ import annotations

from procspec.providers.emulator.errors import EmulatorError
from procspec.providers.emulator.package import Emulator

__all__ = ["Emulator", "EmulatorError"]
