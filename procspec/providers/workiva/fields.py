"""What each field of a Workiva process can do: data, one row a field, each with its source.

`guide` is the Processes API guide (2026-04-01.processes.preview). A row says how a difference is
carried out, how two values compare, whether a patch may remove the value, and what the server fills in.
"""

from __future__ import annotations

from procspec.model import Compare, FieldRule, FieldTable, Json, Update

_PATCH = 'guide, "Patching Process Configuration", patchable paths'
_BATCH = 'guide, "Batch Renaming Jobs and Groups"'
_T12 = 'guide, "Batch Renaming", note; T12: no documented way to change a job after its creation'
_NESTED = "guide, patchable paths: nothing below /root/children"

ACTIONS = ("sendTask", "contentRequest", "certification")
"""The actions that a file may ask for (guide, "Action Types")."""


def _patch(
    name: str, compare: Compare = Compare.EXACT, *, on: str = "process", default: Json = None
) -> FieldRule:
    """A member that is always there: `replace` only."""
    return FieldRule(on=on, name=name, update=Update.PATCH, source=_PATCH, compare=compare, default=default)


def _optional(name: str, compare: Compare = Compare.EXACT) -> FieldRule:
    """A member that may be absent: `replace` and `remove`."""
    return FieldRule(
        on="process", name=name, update=Update.PATCH, source=_PATCH, compare=compare, removable=True
    )


def _name(on: str, name: str) -> FieldRule:
    """What a batch update renames; a job's name is the title of its action (inference, api-facts 1.5)."""
    return FieldRule(on=on, name=name, update=Update.RENAME, source=_BATCH, compare=Compare.TEXT)


_CONTENT = frozenset({"document", "section", "sourceLetter"})
"""Ids of files and letters, which every period has its own of (guide, "Action Types")."""


def _fixed(on: str, name: str, compare: Compare = Compare.EXACT, *, default: Json = None) -> FieldRule:
    """What only a new process can change."""
    return FieldRule(
        on=on,
        name=name,
        update=Update.IMMUTABLE,
        source=_NESTED if on in ("root", "group") else _T12,
        compare=compare,
        default=default,
        chosen=name in _CONTENT,
    )


def _job(action: str, **arguments: Compare) -> tuple[FieldRule, ...]:
    """The rows of one action: what it is, when it starts, and its arguments."""
    return (
        _fixed(action, "action"),
        _fixed(action, "triggerType", Compare.WORD, default="whenEligible"),
        _name(action, "title"),
        *(_fixed(action, name, compare) for name, compare in arguments.items()),
    )


ROWS: tuple[FieldRule, ...] = (
    _patch("name", Compare.TEXT),
    _patch("autoClose", default=False),
    _patch("relativeDates", default=False),
    _patch("certAutoApprove", default=False),
    _patch("ipmBetaEnabled", default=False),
    _patch("iwmOptOut", default=False),
    _optional("dueDate", Compare.DATE),
    _optional("businessStartDate", Compare.DATE),
    _optional("businessEndDate", Compare.DATE),
    _optional("businessDaysOfWeek", Compare.SET),
    _optional("businessDateExclusions", Compare.SET),
    _optional("businessDateInclusions", Compare.SET),
    _optional("calendarIds", Compare.IDS),
    _optional("defaultCertSignerReminders"),
    _optional("defaultCertApproverReminders"),
    _name("root", "name"),
    _patch("parallel", on="root", default=False),
    _patch("triggerType", Compare.WORD, on="root", default="whenEligible"),
    _fixed("root", "readOnly", default=False),
    _name("group", "name"),
    _fixed("group", "parallel", default=False),
    _fixed("group", "triggerType", Compare.WORD, default="whenEligible"),
    _fixed("group", "readOnly", default=False),
    *_job(
        "sendTask",
        assignee=Compare.PERSON,
        approver=Compare.PERSON,
        dueDate=Compare.DATE,
        approverDueDate=Compare.DATE,
        instructions=Compare.TEXT,
        document=Compare.EXACT,
    ),
    *_job(
        "contentRequest",
        assignee=Compare.PERSON,
        approver=Compare.PERSON,
        dueDate=Compare.DATE,
        approverDueDate=Compare.DATE,
        document=Compare.EXACT,
        section=Compare.EXACT,
        instructions=Compare.TEXT,
    ),
    *_job("certification", sourceLetter=Compare.EXACT, steps=Compare.EXACT),
)

FIELDS: FieldTable = {(row.on, row.name): row for row in ROWS}


def names(on: str) -> tuple[str, ...]:
    """The fields of a process, a root, a group or an action, in the order of the table."""
    return tuple(row.name for row in ROWS if row.on == on)
