"""Whether to try again, and the waits that a server asks for."""

from __future__ import annotations

from procspec.halt import Halt
from procspec.http.verdict import Again


class Patience:
    """For stamina: whether to try again after an error, and after how many seconds.

    A wait that the server asked for may be long: it is made here, where an interrupt ends it, and not
    made at all when there is no attempt left.
    """

    def __init__(self, halt: Halt, attempts: int) -> None:
        self._halt = halt
        self._left = attempts

    def __call__(self, error: Exception) -> bool | float:
        self._left -= 1
        if not isinstance(error, Again) or not self._left or self._halt.is_asked:
            return False
        if error.wait is None:
            return True
        return False if self._halt.wait(error.wait) else 0.0
