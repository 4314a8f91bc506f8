"""Whether a job of a run is one that was sent: no id says so while the answer to the sending is lost."""

from __future__ import annotations

from procspec.model import Json, Node, RunNode


def same_job(sent: Node, found: RunNode) -> bool:
    """By what a run shows of a job; an answer may leave out what was sent (guide, example answers).

    T5: a date comes back as a date-time, and its day is what counts.
    """
    fields = sent.fields
    if (str(fields.get("action")), sent.title.strip()) != (found.action, found.title.strip()):
        return False
    pairs = (
        (sent.person("assignee"), found.person),
        (sent.person("approver"), found.approver),
        (_day(fields.get("dueDate")), found.due),
        (_day(fields.get("approverDueDate")), found.approver_due),
    )
    return all(shown in ("", ours) for ours, shown in pairs)


def _day(written: Json) -> str:
    return str(written or "")[:10]
