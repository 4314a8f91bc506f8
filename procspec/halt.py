"""The wish to stop: a signal expresses it, and whatever would begin something new asks for it first.

Floor 0, because the connection, the engine and the command line must agree on it.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from procspec.errors import Interrupted, Terminated


class Halt:
    """One wish a command. While `is_polite`, the first signal lets what is under way come to its end."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._signal = 0
        self.is_polite = False

    @property
    def is_asked(self) -> bool:
        """Whether somebody wants the command to end."""
        return self._asked.is_set()

    @property
    def exit_code(self) -> int:
        """130 or 143 once somebody does, 0 before (DESIGN section 7)."""
        return 128 + self._signal if self.is_asked else 0

    def ask(self, number: int) -> None:
        """Notes the signal that came."""
        self._signal = number
        self._asked.set()

    def check(self) -> None:
        """Raises Interrupted or Terminated once somebody wants the command to end."""
        if self.is_asked:
            error = Terminated if self._signal == signal.SIGTERM else Interrupted
            raise error("Interrupted before this could be sent.")

    def wait(self, seconds: float) -> bool:
        """Sleeps, and wakes up early when the command is to end; whether it is."""
        return self._asked.wait(seconds)

    @contextmanager
    def politely(self) -> Iterator[None]:
        """Within, a signal is a wish and no exception: half-done work is brought to a safe end."""
        self.is_polite = True
        try:
            yield
        finally:
            self.is_polite = False
