"""The flows that a new database has: the page's own, and the one of the example."""

from __future__ import annotations

from procspec.providers.emulator.nouns import Object

ORGANIZATION = "org_emulator"
"""To which the flows and the well-known key belong."""

_NODES: list[Object] = [
    {"id": "start", "type": "startEvent"},
    {"id": "classify", "type": "aiTask", "sets": {"classification": "billing"}},
    {"id": "approval-step", "type": "inputNode", "inputType": "form", "formTitle": "Approve the refund"},
    {"id": "reply", "type": "outputNode", "sets": {"responseText": "Your request was looked at."}},
    {"id": "end", "type": "endEvent"},
]


def _flow(id: str, name: str) -> Object:
    """Version 3 is the active one everywhere; 4 is the draft, which is the same so far."""
    return {
        "id": id,
        "name": name,
        "organization": ORGANIZATION,
        "published": {"3": _NODES},
        "active": {"DEVELOPMENT": "3", "PRODUCTION": "3"},
        "draft": {"version": "4", "nodes": _NODES},
    }


FLOWS: tuple[Object, ...] = (
    _flow("your-flow-uuid", "Support Bot"),
    _flow("3f8a1c2d-0b7e-4c55-9a53-1d2f5a6b7c8d", "Order Support"),
)
"""004 names the first and, at its end, the beginning of the second's id."""

IDS = {"instance": ("inst_xyz789",)}
"""The page's commands name this one, and must work word for word on a new database."""
