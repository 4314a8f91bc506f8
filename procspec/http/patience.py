"""Whether to try again, and the waits that a server asks for."""

from __future__ import annotations

import time

from procspec.halt import Halt
from procspec.http.verdict import Again


class Patience:
    """For stamina: whether to try again after an error, and after how many seconds.

    A wait that the server asked for may be long: it is made here, where an interrupt ends it, and not
    made at all when there is no attempt left, or when it would not be over by `until` (monotonic).
    """

    def __init__(self, halt: Halt, attempts: int, until: float) -> None:
        self._halt = halt
        self._left = attempts
        self._until = until

    def __call__(self, error: Exception) -> bool | float:
        self._left -= 1
        if not isinstance(error, Again) or not self._left or self._halt.is_asked:
            return False
        if time.monotonic() + (error.wait or 0.0) >= self._until:
            return False
        if error.wait is None:
            return True
        return False if self._halt.wait(error.wait) else 0.0
