"""What is a day, and what a text that is none is told."""

from __future__ import annotations

from datetime import date

import pytest

from procspec.source.dates import fault, iso


@pytest.mark.parametrize("text", ["2024-02-29", "0001-01-01", "9999-12-31"])
def test_days(text: str) -> None:
    assert fault(text) is None and iso(text) == date.fromisoformat(text)


FAULTS: list[tuple[str, str]] = [
    ("2024-02-30", "not in the calendar"),
    ("2023-02-29", "not in the calendar"),
    ("0000-01-01", "not in the calendar"),
    ("2024-12-31T17:00:00Z", 'write "2024-12-31"'),
    ("31/12/2024", "several ways"),
    ("2024-1-5", "several ways"),
    ("20241231", "not a date"),
    ("2024-W01-1", "not a date"),
    ("", "not a date"),
    ("soon", "not a date"),
    ("٢٠٢٤-١٢-٣١", "several ways"),
    ("2024-12-31\n", "not a date"),
    ("WD+3", "only the dates of a process and of its jobs"),
    ("due-1wd", "only the dates of a process and of its jobs"),
    ("wd+3", 'Write "WD+3"'),
    ("Start+3WD", 'Write "start+3wd"'),
    ("WD5", 'Did you mean "WD+5"?'),
    ("WD +5", 'Did you mean "WD+5"?'),
    ("wd\u22125", 'Did you mean "WD-5"?'),
    ("end - 2 wd", 'Did you mean "end-2wd"?'),
    ("Due-1bd", 'Did you mean "due-1wd"?'),
    ("start+3 days", 'Did you mean "start+3d"?'),
    ("start", "start+3wd"),
    ("start+3", "start+3wd"),
    ("WD+5wd", "WD+5 is the fifth"),
    ("WD5\n", 'Did you mean "WD+5"?'),
    ("startup", "not a date"),
    ("end of month", "not a date"),
    ("WD+12345", "up to four of the digits 0 to 9"),
    ("WD+٣", "up to four of the digits 0 to 9"),
]


@pytest.mark.parametrize("text, words", FAULTS)
def test_faults(text: str, words: str) -> None:
    reason = fault(text)
    assert reason is not None and words in reason and reason[-1] in ".?"
    assert iso(text) is None


@pytest.mark.parametrize("text", ["WD+5", "wd+5", "WD5", "start"])
def test_where_no_day_is_counted_nobody_is_told_how(text: str) -> None:
    reason = fault(text, counted=False)
    assert reason is not None and "Write the day as YYYY-MM-DD." in reason and "WD+5 is" not in reason
