"""The words of the pages: permissions, environments, states, node types, and the kinds of answers."""

from __future__ import annotations

import enum
from typing import Final

from procspec.providers.emulator.calls import READ, WRITE

PERMISSIONS: Final = {READ: "WORKFLOW_READ", WRITE: "WORKFLOW_EXECUTE"}
"""What a caller needs, by what an operation does. 004 names the second for resuming alone (inference)."""

ENVIRONMENTS: Final = ("DEVELOPMENT", "PRODUCTION")
"""004, query parameter `environment`; the second is the default."""

COMPLETE, CANCEL = "COMPLETE", "CANCEL"

INPUT, EVENT = "inputNode", "catchEvent"
"""The node that waits for a person, and the one that waits for its correlation key."""

NODES: Final = (
    "startEvent",
    "endEvent",
    "scriptTask",
    "setVariable",
    "serviceTask",
    "aiTask",
    "outputNode",
    INPUT,
    EVENT,
)
"""Types of nodes (node-reference/overview); only the spelling of `inputNode` is published (inference)."""

INPUT_TYPES: Final = (
    "textbox",
    "textarea",
    "number",
    "date",
    "select",
    "checkbox",
    "radio",
    "file",
    "form",
)
"""node-reference/input-node."""


class State(enum.StrEnum):
    """What an instance is in, before a table makes a number of it."""

    RUNNING = "running"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class View(enum.StrEnum):
    """What kind of answer it is; quirks look at it."""

    STARTED = "started"
    RESUMED = "resumed"
    GOING = "going"
    WAITING = "waiting"
    ENDED = "ended"
