"""What the libraries log of our exchanges: the answers' headers may say our secrets again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from procspec.redaction import Redactor

_LOGGERS = ("httpx", *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy", "socks")))


@dataclass(frozen=True, slots=True, eq=False)
class Curtain:
    """A filter of those loggers, from `draw` to `lift`: secrets are blotted out before anybody listens."""

    redactor: Callable[[], Redactor]

    def draw(self) -> None:
        """Puts it before the loggers."""
        for name in _LOGGERS:
            logging.getLogger(name).addFilter(self.filter)

    def lift(self) -> None:
        """Takes it away."""
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self.filter)

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets every record through, with its message made and cleaned."""
        record.msg, record.args = self.redactor().text(record.getMessage()), None
        return True
