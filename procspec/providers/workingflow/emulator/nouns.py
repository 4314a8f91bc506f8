"""The kinds of answers."""

from __future__ import annotations

import enum


class View(enum.StrEnum):
    """What kind of answer it is; quirks look at it."""

    LIST = "list"
    STARTED = "started"
    STATUS = "status"
