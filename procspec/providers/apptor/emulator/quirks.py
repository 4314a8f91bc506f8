"""What a real server may do differently: pure functions on answers, by name."""

from __future__ import annotations

from typing import Any

from procspec.providers.apptor.emulator.nouns import View
from procspec.providers.emulator.quirks import Quirks

_DATABASE = {1: 4, 3: 3}
"""api/executions -> architecture/observability, of an instance that has ended. The stored part of the latter
has no row for a failed one, whose number stays (inference)."""


def _observability_states(body: Any, view: str) -> None:
    """The other published table: 1 active, 2 waiting, 3 aborted, 4 completed (A1)."""
    if view == View.ENDED:
        body["stateCd"] = _DATABASE.get(body["stateCd"], body["stateCd"])
    elif view in (View.GOING, View.WAITING):
        body["stateCd"] = 2 if view == View.WAITING else 1


def _absent_nulls(body: Any, view: str) -> None:
    """A member that is null may as well be missing: no page shows an instance that goes on."""
    for member in [member for member, value in body.items() if value is None]:
        del body[member]


def _extra_fields(body: Any, view: str) -> None:
    """Members that a later version may add."""
    body |= {"organizationId": "org_emulator", "added": {"later": [1, None]}}


QUIRKS: Quirks = {
    "observability-states": _observability_states,
    "absent-nulls": _absent_nulls,
    "extra-fields": _extra_fields,
}
