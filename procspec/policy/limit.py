"""A limit for what may never end: a regular expression of a policy file, on a text that it does not like."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_AGAIN = 0.1
"""So often the alarm is repeated: an exception in a finalizer is swallowed."""


class TooLong(Exception):
    """It has computed for longer than it may."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises TooLong in the body once the process has computed for so long in it; waiting does not count.

    The kernel's alarm is what gets through to a search of `re`, which looks for signals as it goes. It
    reaches the main thread alone, so that elsewhere, and where there is no such alarm, there is no limit.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    armed = True

    def late(number: int, frame: FrameType | None) -> None:
        if armed:
            raise TooLong

    before = signal.signal(signal.SIGVTALRM, late)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _AGAIN)
        try:
            yield
        finally:
            armed = False
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
