"""Ctrl-C and SIGTERM: the first lets half-done work come to a safe end, the second stops at once."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from procspec.halt import Halt

_NUMBERS = (signal.SIGINT, signal.SIGTERM)
_FIRST = "\nInterrupted: what is under way is brought to an end, no more is begun. Once more stops at once.\n"
_SECOND = (
    "Stopped at once. What was under way may have been carried out: run plan, it says what is not settled."
)


@contextmanager
def heard(halt: Halt, *, as_json: bool) -> Iterator[None]:
    """Handles both signals while a command runs; only the main thread of a process can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        if halt.is_asked:
            _stop(128 + number, as_json)
        halt.ask(number)
        if not halt.is_polite:
            raise KeyboardInterrupt
        _write(2, _FIRST)

    before = [signal.signal(number, handle) for number in _NUMBERS]
    try:
        yield
    finally:
        for number, handler in zip(_NUMBERS, before, strict=True):
            signal.signal(number, handler)


def _stop(code: int, as_json: bool) -> None:
    """Ends the process where it stands: an intent is on the disk before anything dangerous is sent."""
    if as_json:
        error = {"message": _SECOND, "hint": ""}
        _write(1, json.dumps({"format_version": 1, "exit_code": code, "error": error}) + "\n")
    _write(2, f"\n{_SECOND}\n")
    os._exit(code)


def _write(stream: int, text: str) -> None:
    """Past Python's buffers, which the signal may have caught in the middle of a write."""
    try:
        os.write(stream, text.encode())
    except OSError:
        return
