"""What keeps a process from being run (guide, "Validating a Process")."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator

from procspec.providers.emulator.nouns import Object
from procspec.providers.workiva.emulator.tree import action_of, jobs, payload_of

DOCUMENTATION = "http://developerdocs.example.com"
"""The `documentationUrl` of the reference's example."""

REQUIRED = {
    "sendTask": ("title", "assignee"),
    "contentRequest": ("title", "assignee", "document", "section"),
    "certification": ("title", "sourceLetter", "steps"),
}
"""What an action cannot do without: the guide's key arguments, and what the product asks for."""

# T2: the guide's own validation error still calls the assignee by the reference's name.
_SPOKEN = {"assignee": "assigneeUser"}

_UNKNOWN = "unknown-"
"""Ids of persons that begin like this belong to nobody, so that every error can be had."""

_MISSING = "missing-"
"""The same for letters."""


def errors(process: Object, today: datetime.date, suspended: Collection[str]) -> list[Object]:
    """Every error, in the order of the tree, then those of the process itself; none: it can run."""
    found: list[Object] = []
    for place in jobs(process["root"]):
        found += [*missing(place.node, place.at), *_dates(place.node, place.at, today)]
        found += [*invalid_users(place.node, suspended), *_letter(place.node)]
    if _past(process.get("dueDate"), today):
        found.append(_invalid_due_date("/dueDate"))
    return found


def missing(job: Object, at: str) -> list[Object]:
    """MISSING_REQUIRED_FIELD, whose target is a JSON pointer to the job (guide)."""
    payload = payload_of(job)
    return [
        {
            "code": "MISSING_REQUIRED_FIELD",
            "message": f"Job is missing required field: {_SPOKEN.get(member, member)}",
            "target": at,
        }
        for member in REQUIRED.get(action_of(job), ())
        if not payload.get(member)
    ]


def _dates(job: Object, at: str, today: datetime.date) -> Iterator[Object]:
    for member in ("dueDate", "approverDueDate"):
        if _past(payload_of(job).get(member), today):
            # The guide shows this error for the process alone; the pointer follows its pattern (inference).
            yield _invalid_due_date(f"{at}/arguments/{action_of(job)}Args/{member}")


def _past(date: str | None, today: datetime.date) -> bool:
    """T22: what is in the future depends on the day; a hand edit may have left a date-time (T5)."""
    return date is not None and str(date)[:10] <= today.isoformat()


def _invalid_due_date(target: str) -> Object:
    return {"code": "INVALID_DUE_DATE", "message": "Due date must be in the future", "target": target}


def invalid_users(job: Object, suspended: Collection[str]) -> Iterator[Object]:
    """The form of the reference ("Run a Process", 400): the bare member, and the job in `meta`."""
    for member in ("assignee", "approver"):
        person = payload_of(job).get(member) or {}
        id = str(person.get("id", ""))
        if id.startswith(_UNKNOWN) or id in suspended:
            yield {
                "code": "invalidUser",
                "documentationUrl": DOCUMENTATION,
                "message": "The provided user is invalid.",
                "meta": {"argumentName": member, "jobId": job["id"]},
                "target": member,
            }


def _letter(job: Object) -> Iterator[Object]:
    """A target that leads nowhere: nothing promises that there are only two forms (inference)."""
    if str(payload_of(job).get("sourceLetter", "")).startswith(_MISSING):
        message = "Letter is not in a status that supports submissions"  # the words of the reference's 409
        yield {"code": "invalidLetter", "message": message, "target": "letter"}
