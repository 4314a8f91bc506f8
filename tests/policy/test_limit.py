"""What computes for too long is stopped, and nothing else is."""

from __future__ import annotations

import re
import signal
import threading

import pytest

from procspec.policy.limit import TooLong, limited


def test_a_search_that_does_not_end_is_stopped() -> None:
    handler = signal.getsignal(signal.SIGVTALRM)
    with pytest.raises(TooLong), limited(0.1):
        re.search("^(a+)+$", "a" * 60 + "b")
    assert signal.getsignal(signal.SIGVTALRM) is handler
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


def test_what_swallows_it_is_stopped_the_next_time() -> None:
    def stubborn() -> None:
        try:
            re.search("^(a+)+$", "a" * 60 + "b")
        except TooLong:
            re.search("^(b+)+$", "b" * 60 + "a")

    with pytest.raises(TooLong), limited(0.1):
        stubborn()


def test_what_ends_in_time_ends_as_it_would() -> None:
    with limited(60):
        found = re.search("a+", "aab")
    assert found is not None
    with pytest.raises(ZeroDivisionError), limited(60):
        1 / 0  # noqa: B018
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


def test_other_threads_have_none() -> None:
    """The alarm reaches the main thread alone."""
    ended = list[bool]()

    def body() -> None:
        with limited(0.000001):
            ended.append(re.search("^(a+)+$", "a" * 16 + "b") is None)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    assert ended == [True]
