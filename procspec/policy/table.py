"""Every built-in policy: one row each. What it says at length is in `texts`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from procspec.model import Severity
from procspec.policy import days, duties, shape
from procspec.policy.scene import Hit, Scene
from procspec.policy.texts import SOURCES, TEXTS

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A rule about processes that are well formed.

    `summary` is a fixed phrase, `explanation` a paragraph: what it finds, why a controller cares, what to
    do. `source` says where the rule comes from. `most` is the limit of a policy that counts, else 0.
    `fixed` are those about the policies' own settings: their severity stays, and no waiver covers them.
    `find` is None for what is found elsewhere: in waivers, settings and the schemas of a team.
    """

    id: str
    severity: Severity
    summary: str
    explanation: str
    source: str
    most: int = 0
    fixed: bool = False
    find: Callable[[Scene], Iterator[Hit]] | None = None


def _row(
    id: str,
    severity: Severity,
    summary: str,
    find: Callable[[Scene], Iterator[Hit]] | None = None,
    *,
    most: int = 0,
    fixed: bool = False,
) -> Policy:
    return Policy(
        id=id,
        severity=severity,
        summary=summary,
        explanation=TEXTS[id],
        source=SOURCES[id],
        most=most,
        fixed=fixed,
        find=find,
    )


_ROWS = (
    # who
    _row("self-approval", _ERROR, "Assignee approves their own work", duties.self_approval),
    _row("unchecked-approval", _WARNING, "Approval that cannot be checked", duties.unchecked_approval),
    _row("no-approver", _WARNING, "Nobody approves the work", duties.no_approver),
    _row("person-away", _WARNING, "Person is away on the due date", duties.person_away),
    _row("busy-day", _WARNING, "Too many tasks for one person on one day", duties.busy_day, most=10),
    _row("unknown-delegate", _ERROR, "Unknown delegate", duties.unknown_delegate),
    _row("away-dates", _ERROR, "Absence ends before it begins", duties.away_dates),
    # when
    _row(
        "approver-due-before-assignee",
        _ERROR,
        "Approval is due before the work",
        days.approver_due_before_assignee,
    ),
    _row("no-business-day", _WARNING, "Due on a day that is no business day", days.no_business_day),
    _row("due-outside-window", _WARNING, "Due outside of the process's window", days.due_outside_window),
    _row("serial-order", _WARNING, "Due before what it waits for", days.serial_order),
    _row("past-due", _WARNING, "Due date is not in the future", days.past_due),
    # what
    _row("twin-titles", _WARNING, "Two jobs with one title", shape.twin_titles),
    _row(
        "certification-without-letter",
        _ERROR,
        "Certification without a letter",
        shape.certification_without_letter,
    ),
    _row(
        "relative-without-start",
        _ERROR,
        "Relative dates without a start",
        shape.relative_without_start,
    ),
    _row("many-reminders", _ERROR, "Too many reminders", shape.many_reminders),
    # the policies themselves
    _row("expired-waiver", _ERROR, "Waiver has expired", fixed=True),
    _row("unused-waiver", _WARNING, "Waiver covers nothing"),
    _row("unknown-policy", _ERROR, "Unknown policy", fixed=True),
    _row("unknown-owner", _ERROR, "Unknown owner of a waiver", fixed=True),
    _row("bad-policy-setting", _ERROR, "Policy cannot be set or waived like this", fixed=True),
    _row("bad-policy-file", _ERROR, "Policy file cannot be used", fixed=True),
)

POLICIES: Mapping[str, Policy] = {row.id: row for row in _ROWS}
"""The built-in policies by id, in the order in which they are listed."""
