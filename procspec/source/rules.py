"""Every rule of the source floor, and the one way to report a breach of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final

from procspec.model import Diagnostic, Location, Severity
from procspec.redaction import masked

RULES: Final = {
    # the file
    "too-many-problems": "Too many problems",
    "unreadable-file": "Unreadable file",
    "unread-file": "File is not read",
    "not-utf8": "File is not UTF-8",
    "empty-file": "Empty file",
    # YAML
    "invalid-yaml": "Invalid YAML",
    "several-documents": "Several documents in one file",
    "nested-too-deep": "Nested too deeply",
    "too-many-values": "Too many values",
    "too-much-text": "Too much text",
    "alias-cycle": "Alias inside its own anchor",
    "unknown-alias": "Unknown alias",
    "explicit-tag": "Tag not allowed",
    "merge-key": "Merge key not allowed",
    "duplicate-key": "Duplicate key",
    "key-not-text": "Key is not text",
    "null-value": "Empty value",
    "number-out-of-range": "Number out of range",
    "control-character": "Control character",
    # expressions and variables
    "malformed-expression": "Malformed expression",
    "unknown-reference": "Unknown reference",
    "unknown-variable": "Unknown variable",
    "variable-without-value": "Variable without a value",
    "bad-variable-value": "Bad value for a variable",
    "bad-for-each": "Bad forEach",
    "for-each-key": "Copies with one key",
    "bad-period": "Bad period",
    # shape
    "unknown-field": "Unknown field",
    "missing-field": "Missing field",
    "wrong-type": "Wrong type",
    "value-not-allowed": "Value not allowed",
    "bad-key": "Bad key",
    "empty-text": "Empty text",
    "job-without-action": "Job without an action",
    "job-with-several-actions": "Job with several actions",
    "entry-without-key": "Neither a job nor a group",
    "nothing-stated": "Nothing is stated",
    "several-verbs": "Several things in one step",
    # meaning
    "duplicate-process": "Duplicate process key",
    "duplicate-node": "Duplicate job or group key",
    "moved-in-a-circle": "Keys moved in a circle",
    "ambiguous-move": "Ambiguous move",
    "moved-key-in-use": "Old key is still in use",
    "unknown-environment": "Unknown environment",
    "unknown-person": "Unknown person",
    "unknown-calendar": "Unknown calendar",
    "bad-date": "Bad date",
    "bad-workday": "Bad workday",
    "date-cycle": "Dates that count from each other",
    "workday-without-anchor": "Workday without a date to count from",
    "workday-without-calendar": "Workday without business days",
    "calendar-without-days": "Calendar without business days",
    "unknown-holidays": "Unknown region of holidays",
    "holidays-not-installed": "Holidays are not installed",
    "year-without-holidays": "Year without holidays",
    "bad-url": "Bad URL",
    "clock-without-emulator": "Clock without an emulator",
    "unknown-process": "Unknown process",
    "unknown-job": "Unknown job or group",
    "time-runs-back": "Day before the one before",
    "impossible-step": "Impossible step",
    # warnings
    "duplicate-entry": "Duplicate entry",
    "duplicate-person": "Two names for one person",
    "person-of-one-environment": "Person of one environment alone",
    "person-without-id-here": "People without an id in this environment",
    "approver-date-without-approver": "Approval date without an approver",
    "empty-group": "Empty group",
    "empty-for-each": "forEach without entries",
    "exclusions-replace-calendar": "Exclusions instead of the calendar's",
    "ends-before-it-begins": "End before the start",
    "moved-to-nothing": "Move to a key that is not there",
}
"""Rule id -> summary: a fixed phrase without user values, so that readers learn to recognise it."""


def problem(
    rule: str,
    place: Location | None,
    detail: str,
    *,
    severity: Severity = Severity.ERROR,
    related: Iterable[Location] = (),
) -> Diagnostic:
    """A diagnostic of the table's rule `rule`."""
    return Diagnostic(
        rule=rule,
        summary=RULES[rule],
        detail=masked(detail),
        place=place,
        severity=severity,
        related=tuple(related),
    )


def warning(
    rule: str, place: Location | None, detail: str, *, related: Iterable[Location] = ()
) -> Diagnostic:
    """A diagnostic that stops nothing."""
    return problem(rule, place, detail, severity=Severity.WARNING, related=related)


MOST: Final = 100
"""So many problems of a kind are reported for a file: nobody reads more, and it bounds the time."""


MOST_OF_COPIES: Final = 10 * MOST
"""So many problems are collected of a project's copies; nobody mends more at once."""
_NAMED: Final = 10
"""So many other copies with the same problem are named."""


def first(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """At most `MOST` diagnostics, and a last one that says so if there are more."""
    for count, diagnostic in enumerate(diagnostics):
        if count == MOST:
            yield too_many(diagnostic.place)
            return
        yield diagnostic


def too_many(place: Location | None) -> Diagnostic:
    """Says that what follows was not looked at."""
    return problem("too-many-problems", place, "There are more problems in this file. Mend these first.")


def unseen(place: Location | None) -> Diagnostic:
    """Says that further copies were not looked at."""
    detail = "There are so many problems that not all copies in this file were looked at. Mend these first."
    return problem("too-many-problems", place, detail)


def is_cut(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether what was looked at is not all that there is."""
    return any(one.rule in _CUT for one in diagnostics)


_CUT: Final = frozenset({"too-many-problems", "too-many-values", "too-much-text"})


def ordered(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sorted by place, those without one first; the same problem said twice is said once.

    A mistake in a template is one of every copy: it is said of the first, and names the others.
    """
    alike: dict[Diagnostic, list[Diagnostic]] = {}
    for one in dict.fromkeys(diagnostics):
        alike.setdefault(_uncopied(one), []).append(one)
    cut = {one.place.file for one in alike if one.place and is_cut([one])}
    return tuple(sorted((_merged(group, cut) for group in alike.values()), key=_order))


def _uncopied(one: Diagnostic) -> Diagnostic:
    if one.place is None or not one.place.copy:
        return one
    related = tuple(replace(place, copy="") for place in one.related)
    return replace(one, place=replace(one.place, copy=""), related=related)


def _merged(alike: list[Diagnostic], cut: Collection[str]) -> Diagnostic:
    """One for all; in a file that is `cut` nobody knows how many copies have the problem."""
    first, *others = alike
    if first.place is None or not others:
        return first
    copies = list(dict.fromkeys(one.place.copy for one in others if one.place))
    more = f" and {len(copies) - _NAMED} more" if len(copies) > _NAMED else ""
    more = " and more" if first.place.file in cut else more
    told = f"{first.detail} The same in {', '.join(copies[:_NAMED])}{more}."
    return replace(first, detail=masked(told))


def _order(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    place = diagnostic.place or Location("", 0, 0)
    return place.file, place.line, place.column, diagnostic.rule, diagnostic.detail


def outspoken(first: Iterable[Diagnostic], later: Iterable[Diagnostic]) -> list[Diagnostic]:
    """`first`, and of `later` what is not at a place where `first` has an error already.

    One mistake often breaks several rules; the earliest one to notice has the best words for it.
    """
    kept = list(first)
    taken = {d.place and (d.place.file, d.place.line, d.place.column) for d in kept if _is_error(d)} - {None}
    kept += [d for d in later if not d.place or (d.place.file, d.place.line, d.place.column) not in taken]
    return kept


def _is_error(diagnostic: Diagnostic) -> bool:
    return diagnostic.severity is Severity.ERROR
