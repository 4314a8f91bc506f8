"""Dates as files may write them; workdays will stand beside them (`WD+3`)."""

from __future__ import annotations

import re
from datetime import date

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ].*")
_WORKDAY = re.compile(r"WD[+-]\d+|(?:start|end|due)[+-]\d+(?:wd|d)", re.IGNORECASE)
_OTHER = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")


def fault(text: str) -> str | None:
    """Why the text is not a day of the calendar, in a sentence that says what to do; None if it is one."""
    match = _ISO.fullmatch(text) if text.isascii() else None
    if match:
        return _impossible(text, *(int(part) for part in match.groups()))
    if _DATE_TIME.fullmatch(text):
        return f'"{text}" has a time of day. A due date is a day: write "{text[:10]}".'
    if _WORKDAY.fullmatch(text):
        return f'"{text}" counts workdays, which procspec does not do yet. Write the day as YYYY-MM-DD.'
    if _OTHER.fullmatch(text):
        return f'"{text}" can be read in several ways. Write the day as YYYY-MM-DD, such as 2024-12-31.'
    return f'"{text}" is not a date. Write the day as YYYY-MM-DD, such as 2024-12-31.'


def _impossible(text: str, year: int, month: int, day: int) -> str | None:
    try:
        date(year, month, day)
    except ValueError as error:
        return f'"{text}" is not in the calendar: {error}. Write a day that exists.'
    return None
