"""A run, out of either of its two answers: a dumb copy that derives nothing (T15, T16).

The answer to a start wraps children in `job`, a GET in `jobRun` (T6); nested groups follow that
(inference). What the documents call in several ways is read in all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from procspec.errors import ServiceError
from procspec.model import Json, Kind, Phase, Review, Run, RunNode

_GUIDE = 'guide, "Understanding Status Fields"'
_T3 = "T3: `actionStatus` says it otherwise than `status`"
_UI = "api-facts 1.7: how the product spells it"


@dataclass(frozen=True, slots=True)
class _Word:
    """What a status means, and who says so. `ends` marks those in which nothing of a run goes on."""

    word: str
    phase: Phase
    source: str
    ends: bool = False


_TABLE = (
    _Word("waiting", Phase.WAITING, _GUIDE),
    _Word("running", Phase.RUNNING, _GUIDE),
    _Word("complete", Phase.COMPLETE, _GUIDE, ends=True),
    _Word("completed", Phase.COMPLETE, _T3, ends=True),
    _Word("cancelled", Phase.CANCELLED, _GUIDE, ends=True),
    _Word("canceled", Phase.CANCELLED, _UI, ends=True),
    _Word("cancelling", Phase.RUNNING, _GUIDE),
    _Word("canceling", Phase.RUNNING, _UI),
    _Word("error", Phase.FAILED, _GUIDE, ends=True),
    # Guide: "Paused due to an error; may be retried". So nothing has ended.
    _Word("errorHold", Phase.FAILED, _GUIDE),
)
_WORDS: Mapping[str, _Word] = {row.word.casefold(): row for row in _TABLE}
_UNKNOWN = _Word("", Phase.UNKNOWN, "")

_REVIEWS: Mapping[str, Review] = {"approval": Review.APPROVAL, "returned": Review.RETURNED}
"""The product's words; `status` has none for them, so `actionStatus` must (api-facts 1.7, inference)."""

_TASK = frozenset({"created", "completed", "cancelled"})
"""What the task of a job is (guide, `sendTaskMetadata`) where the job's status says as much."""

_GENERATED = "Generated"
# T2: the reference's examples call these fields otherwise, and give the id alone.
_ASSIGNEE = ("assignee", "assigneeUser")
_APPROVER = ("approver", "approverUser")


def run(body: Json) -> Run:
    """A run from either of its answers, its nodes without keys; raises ServiceError when it is none.

    T3: statuses are compared without regard to case; a word that nobody knows counts as going on.
    """
    data = _object(body, "run")
    status = _text(data.get("status"))
    root = data.get("root")
    return Run(
        id=_id(data, "run"),
        process=_text(data.get("process")),
        status=status,
        over=_word(status).ends,
        phase=_word(status).phase,
        name=_text(data.get("name")),
        due=_day(data.get("dueDate")),
        started=_moment(data.get("created")),
        root=None if root is None else _group(_object(root, "root group")),
    )


def _group(data: Mapping[str, Json]) -> RunNode:
    children = data.get("children") or []
    if not isinstance(children, list):
        raise ServiceError("The answer has a group whose children are no list.")
    status = _text(data.get("status"))
    return RunNode(
        kind=Kind.GROUP,
        id=_id(data, "group run"),
        title=_text(data.get("name")),
        status=status,
        phase=_word(status).phase,
        source=_text(data.get("group")),
        parallel=data.get("parallel") is True,
        manual=_manual(data),
        children=tuple(_child(_object(child, "child")) for child in children),
    )


def _child(wrapper: Mapping[str, Json]) -> RunNode:
    """T6: the member that holds it says what it is, with or without `Run` behind it."""
    for name, read in (("jobRun", _job), ("job", _job), ("groupRun", _group), ("group", _group)):
        if isinstance(wrapper.get(name), dict):
            return read(wrapper[name])
    raise ServiceError("The answer has a child that is neither a job nor a group.")


def _job(data: Mapping[str, Json]) -> RunNode:
    """Example answers have jobs without arguments, status or metadata (guide; T8): that is no error."""
    arguments = _object(data.get("arguments") or {}, "job arguments")
    metadata = _object(data.get("metadata") or {}, "job metadata")
    given = {**arguments, **_payload(arguments, "Args")}
    sent = _payload(metadata, "Metadata")
    # T7: `action` and `arguments.type` say the same, and either may be missing.
    action = _text(data.get("action") or arguments.get("type") or metadata.get("type"))
    status = _text(data.get("status") or data.get("actionStatus"))
    return RunNode(
        kind=Kind.JOB,
        id=_id(data, "job run"),
        title=_text(given.get("title")),
        status=status,
        phase=_word(status).phase,
        source=_text(data.get("job")),
        action=action,
        person=_person(given, _ASSIGNEE),
        due=_day(given.get("dueDate")),
        approver=_person(given, _APPROVER),
        approver_due=_day(given.get("approverDueDate")),
        task=_text(sent.get("task")),
        permalink=_text(sent.get("permalink")),
        manual=_manual(data),
        generated=action.endswith(_GENERATED),  # T20: whatever the server generated is not ours
        review=_REVIEWS.get(_text(data.get("actionStatus")).casefold(), Review.NONE),
        detail=_detail(status, data.get("actionStatus"), sent.get("status")),
    )


def _detail(status: str, action: Json, task: Json) -> str:
    """A word of the action, or of its task, that says more than the job's status does: whose turn it is."""
    words = (_text(action), _text(task))
    more = (word for word in words if word and word.casefold() not in {*_WORDS, *_TASK, status.casefold()})
    return next(more, "")


def _payload(data: Mapping[str, Json], suffix: str) -> dict[str, Any]:
    """What one of a kind holds beside its `type`: `sendTaskArgs`, `certSignerMetadata` (api-facts 1.5)."""
    found = (value for name, value in data.items() if name.endswith(suffix) and isinstance(value, dict))
    return next(found, {})


def _manual(data: Mapping[str, Json]) -> bool:
    """Whether somebody has to start it; a group also says whether its turn has come (ProcessGroupRun)."""
    eligible = data.get("eligibleToStart")
    by_hand = _text(data.get("triggerType")).casefold() == "manual"
    return eligible is True or (by_hand and eligible is not False)


def _person(given: Mapping[str, Json], names: tuple[str, ...]) -> str:
    """The id of somebody, from the object or from the id alone (T2)."""
    return next(_who(given, names), "")


def _who(given: Mapping[str, Json], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        value = given.get(name)
        id = _text(value.get("id") if isinstance(value, dict) else value)
        if id:
            yield id


def _day(value: Json) -> str:
    """The day in ISO form of a date or a date-time (T5); what is neither stays as it is."""
    text = _text(value)
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return text


def _moment(stamp: Json) -> str:
    return _text(stamp.get("dateTime")) if isinstance(stamp, dict) else ""


def _word(status: str) -> _Word:
    return _WORDS.get(status.casefold(), _UNKNOWN)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _id(data: Mapping[str, Json], what: str) -> str:
    """Without an id two looks at a run cannot be compared."""
    id = _text(data.get("id"))
    if not id:
        raise ServiceError(f"The answer has no {what} id.")
    return id


def _object(value: Json, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ServiceError(f"The answer has no readable {what}.")
    return value
