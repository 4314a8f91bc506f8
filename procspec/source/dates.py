"""What a text must look like to be a day of the calendar; `schedule` computes those that are counted."""

from __future__ import annotations

import re
from datetime import date

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_WORKDAYS = (
    "WD+5 is the fifth business day after businessEndDate; start+3wd, end-2wd and due-1wd count business "
    "days from businessStartDate, businessEndDate and dueDate, end+10d calendar days."
)
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ].*")
_WORKDAY = re.compile(r"WD[+-]\d+|(?:start|end|due)[+-]\d+(?:wd|d)", re.IGNORECASE)
_NEARLY = re.compile(r"(?P<anchor>wd|start|end|due)\W*(?P<count>\d{0,4})\W*(?P<unit>wd|bd|d|days?)?", re.I)
"""What somebody may write who means a day that is counted."""
_MINUS = re.compile(r"[-\u2010-\u2015\u2212]")
_OTHER = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")


def iso(text: str) -> date | None:
    """The day that is written as YYYY-MM-DD; None if the text is something else, or there is no such day."""
    if not text.isascii() or not _ISO.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def fault(text: str, *, counted: bool = True) -> str | None:
    """Why the text is not a day of the calendar, in a sentence that says what to do; None if it is one.

    `counted` says that a workday may stand there.
    """
    match = _ISO.fullmatch(text) if text.isascii() else None
    if match:
        return _impossible(text, *(int(part) for part in match.groups()))
    if _DATE_TIME.fullmatch(text):
        return f'"{text}" has a time of day. A due date is a day: write "{text[:10]}".'
    if _WORKDAY.fullmatch(text):
        return _workday(text) if counted else _uncounted(text)
    if nearly := _NEARLY.fullmatch(text.strip()):
        return _meant(text, nearly) if counted else _uncounted(text)
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
    return _uncounted(text)


def _meant(text: str, match: re.Match[str]) -> str:
    """About something that looks like a day to count, with what it probably is."""
    anchor, count, unit = match["anchor"].lower(), match["count"], (match["unit"] or "").lower()
    sign = "-" if _MINUS.search(text) else "+"
    unit = {"": "", "wd": "wd", "bd": "wd"}.get(unit, "d")
    guess = ""
    if count.isascii() and count.strip("0"):
        if anchor == "wd" and not unit:
            guess = f"WD{sign}{count}"
        elif anchor != "wd" and unit:
            guess = f"{anchor}{sign}{count}{unit}"
    advice = f'Did you mean "{guess}"?' if guess else _WORKDAYS
    return f'"{text}" is not how a day that is counted is written. {advice}'


def _uncounted(text: str) -> str:
    return (
        f'"{text}" is counted, which only the dates of a process and of its jobs can be. '
        f"Write the day as YYYY-MM-DD."
    )
