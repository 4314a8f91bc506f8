"""What a text must look like to be a day of the calendar; `schedule` computes those that are counted."""

from __future__ import annotations

import re
from datetime import date

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ].*")
_WORKDAY = re.compile(r"WD[+-]\d+|(?:start|end|due)[+-]\d+(?:wd|d)", re.IGNORECASE)
_OTHER = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")


def iso(text: str) -> date | None:
    """The day that is written as YYYY-MM-DD; None if the text is something else, or there is no such day."""
    if not text.isascii() or not _ISO.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def fault(text: str) -> str | None:
    """Why the text is not a day of the calendar, in a sentence that says what to do; None if it is one."""
    match = _ISO.fullmatch(text) if text.isascii() else None
    if match:
        return _impossible(text, *(int(part) for part in match.groups()))
    if _DATE_TIME.fullmatch(text):
        return f'"{text}" has a time of day. A due date is a day: write "{text[:10]}".'
    if _WORKDAY.fullmatch(text):
        return _workday(text)
    if _OTHER.fullmatch(text):
        return f'"{text}" can be read in several ways. Write the day as YYYY-MM-DD, such as 2024-12-31.'
    return f'"{text}" is not a date. Write the day as YYYY-MM-DD, such as 2024-12-31.'


def _impossible(text: str, year: int, month: int, day: int) -> str | None:
    try:
        date(year, month, day)
    except ValueError as error:
        return f'"{text}" is not in the calendar: {error}. Write a day that exists.'
    return None


def _workday(text: str) -> str:
    """About a day to count that was not counted: it is misspelt, or it stands where none may."""
    spelt = text.upper() if text[:2].upper() == "WD" else text.lower()
    if not text.isascii() or sum(map(str.isdigit, text)) > 4:
        return f'"{text}" does not count as it should. Write up to four of the digits 0 to 9, and no others.'
    if spelt != text:
        return f'"{text}" is not spelt as days that are counted are. Write "{spelt}".'
    return (
        f'"{text}" is counted, which only the dates of a process and of its jobs can be. '
        f"Write the day as YYYY-MM-DD."
    )
