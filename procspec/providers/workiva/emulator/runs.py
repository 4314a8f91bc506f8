"""The state machine of a run: what starts when, and what a group's status is.

A run is kept as one tree: `{"type": "job" | "group", ...}` as in a process, with statuses. How it is
answered is the business of `runviews`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from procspec.providers.emulator.errors import bad_request
from procspec.providers.emulator.nouns import NewId, Object
from procspec.providers.workiva.emulator.certification import APPROVER, FINALIZER, expand, units
from procspec.providers.workiva.emulator.errors import conflict, not_found
from procspec.providers.workiva.emulator.tree import Place, action_of, is_generated, payload_of, walk

OUTCOMES = ("complete", "error", "errorHold", "cancelled")
"""How a job run can end, or stop; `error` and `errorHold` can be finished again."""

APPROVAL, RETURNED = "Approval", "Returned"
"""Where a running job with an approver is, in the words of the product (api-facts 1.7)."""

_REVIEWED = ("sendTask", "contentRequest")
_FINISHED = ("complete", "cancelled")
_OWN = ("id", "revision", "created", "modified", "root", "name")


def start(process: Object, stamp: Object, new_id: NewId, *, email: bool) -> Object:
    """A run in which nothing has started yet: that is what the run call answers (T16)."""
    settings = {name: value for name, value in process.items() if name not in _OWN}
    return {
        "id": new_id("processRun"),
        # The guide's run has the name of its process; the reference's adds " - Run".
        "name": process["name"],
        "process": process["id"],
        "status": "running",
        "settings": settings,
        "sendProcessCompleteEmail": email,
        "revision": 0,
        "created": stamp,
        "modified": stamp,
        "root": _group_run(process["root"], stamp, new_id),
    }


def _group_run(group: Object, stamp: Object, new_id: NewId) -> Object:
    return {
        **{name: group[name] for name in ("name", "parallel", "readOnly", "triggerType")},
        "id": new_id("groupRun"),
        "revision": 0,
        "created": stamp,
        "modified": stamp,
        "children": [_child_run(child, stamp, new_id) for child in group["children"]],
    }


def _child_run(child: Object, stamp: Object, new_id: NewId) -> Object:
    if child["type"] == "group":
        return {"type": "group", "group": _group_run(child["group"], stamp, new_id)}
    return {"type": "job", "job": {**_job_run(child["job"], stamp, new_id), "job": child["job"]["id"]}}


def _job_run(job: Object, stamp: Object, new_id: NewId) -> Object:
    return {
        "id": new_id("jobRun"),
        "status": "waiting",
        "readOnly": is_generated(job),
        "revision": 0,
        "triggerType": job.get("triggerType", "whenEligible"),
        "arguments": job["arguments"],
        "created": stamp,
        "modified": stamp,
    }


# ------------------------------------------------------------------------------------------- statuses


def status_of(kind: str, node: Object) -> str:
    """A job's own status, or the aggregate of a group's children (inference: no document says how)."""
    if kind == "job":
        return str(node["status"])
    found = {status_of(child["type"], child[child["type"]]) for child in node["children"]}
    if not found:
        return "complete" if node.get("started") else "waiting"
    for status in ("error", "errorHold"):
        if status in found:
            return status
    if found <= set(_FINISHED):
        return "complete" if "complete" in found else "cancelled"
    return "waiting" if found == {"waiting"} else "running"


def is_finished(kind: str, node: Object) -> bool:
    """Whether a serial group may go on to the next child."""
    return status_of(kind, node) in _FINISHED


def set_status(job: Object, status: str, stamp: Object) -> None:
    """Moves a job run on; a task is made when it starts."""
    job |= {"status": status, "modified": stamp, "revision": job["revision"] + 1}
    job.pop("review", None)
    if status == "running" and "task" not in job:
        job["task"] = f"task-{uuid.uuid4().hex[:12]}"


# ------------------------------------------------------------------------------------------ advancing


def advance(run: Object, stamp: Object) -> None:
    """Starts whatever may start, and ends the run when everything is done and it closes by itself."""
    if run["status"] in _FINISHED:
        return
    _advance_group(run, run["root"], stamp)
    status = status_of("group", run["root"])
    done = status in _FINISHED and run["settings"]["autoClose"]
    run["status"] = status if done or status == "error" else "running"
    run |= {"modified": stamp, "revision": run["revision"] + 1}


def _may_start(node: Object) -> bool:
    """Guide, "Key Concepts": `whenEligible` starts by itself, `manual` when somebody says so."""
    node["eligible"] = True
    return node["triggerType"] != "manual" or bool(node.get("released"))


def _advance_group(run: Object, group: Object, stamp: Object) -> None:
    """Guide, "Common Issues": serial groups go top to bottom, parallel ones start all children at once."""
    if not _may_start(group):
        return
    group["started"] = True
    for unit in units(group["children"]):
        _advance_unit(run, unit, stamp)
        if not group["parallel"] and not all(is_finished(c["type"], c[c["type"]]) for c in unit):
            return


def _advance_unit(run: Object, unit: list[Object], stamp: Object) -> None:
    """One child; for a certification, its generated jobs one after another, then itself (inference)."""
    head = unit[0][unit[0]["type"]]
    if unit[0]["type"] == "group":
        _advance_group(run, head, stamp)
        return
    if head["status"] == "waiting" and _may_start(head):
        set_status(head, "running", stamp)
    if head["status"] != "running" or len(unit) == 1:
        return
    for generated in (child["job"] for child in unit[1:]):
        if generated["status"] == "waiting":
            set_status(generated, "complete" if _by_itself(run, generated) else "running", stamp)
        if generated["status"] not in _FINISHED:
            return
    set_status(head, "complete", stamp)


def _by_itself(run: Object, job: Object) -> bool:
    """A phase finalizer is the system's own step; `certAutoApprove` approves without a person."""
    action = action_of(job)
    return action == FINALIZER or (action == APPROVER and run["settings"]["certAutoApprove"])


# ----------------------------------------------------------------------------- what a person does to it


def find(run: Object, id: str, kinds: Iterable[str] = ("job", "group")) -> Place:
    """A job run or a group run of this run."""
    for place in walk(run["root"]):
        if place.node["id"] == id and place.kind in kinds:
            return place
    raise not_found(f"{' or '.join(kinds)} run", id)


def release(run: Object, id: str, stamp: Object) -> None:
    """Starts a manual job or group whose turn has come."""
    place = find(run, id)
    if not place.node.get("eligible") or status_of(place.kind, place.node) != "waiting":
        raise conflict("It is not eligible to start")
    place.node["released"] = True
    advance(run, stamp)


def finish(run: Object, id: str, outcome: str, stamp: Object) -> None:
    """Ends a job run. With a certification, its generated jobs end too."""
    place = find(run, id, ("job",))
    if place.node["status"] in _FINISHED or (place.node["status"] == "waiting" and outcome != "cancelled"):
        raise conflict(f"The job run is {place.node['status']}")
    unit = next(unit for unit in units(_siblings(place)) if any(c.get("job") is place.node for c in unit))
    for child in unit if unit[0].get("job") is place.node else ():
        if outcome in _FINISHED and child["job"]["status"] not in _FINISHED:
            set_status(child["job"], outcome, stamp)
    if place.node["status"] != outcome:
        set_status(place.node, outcome, stamp)
    advance(run, stamp)


def submit(run: Object, id: str, stamp: Object) -> None:
    """The assignee is done: the approver has the job, or, where there is none, it is complete.

    Support tells of Approval and Returned for tasks and content requests alone (api-facts 1.7), so nobody
    submits a certification here; its signers sign. That a job stays `running` meanwhile, because `status`
    has no word for it, is (inference).
    """
    job = _running_task(run, id)
    if job.get("review") == APPROVAL:
        raise conflict("The job run is in approval")
    if "approver" in payload_of(job):
        _review(job, APPROVAL, stamp)
    else:
        set_status(job, "complete", stamp)
    advance(run, stamp)


def give_back(run: Object, id: str, stamp: Object) -> None:
    """The approver returns a job to its assignee, who has it as before."""
    job = _running_task(run, id)
    if job.get("review") != APPROVAL:
        raise conflict("The job run is not in approval")
    _review(job, RETURNED, stamp)
    advance(run, stamp)


def _running_task(run: Object, id: str) -> Object:
    job = find(run, id, ("job",)).node
    if job["status"] != "running":
        raise conflict(f"The job run is {job['status']}")
    if action_of(job) not in _REVIEWED:
        raise conflict(f"A {action_of(job)} is not submitted")
    return job


def _review(job: Object, step: str, stamp: Object) -> None:
    job |= {"review": step, "modified": stamp, "revision": job["revision"] + 1}


def _siblings(place: Place) -> list[Object]:
    siblings: list[Object] = place.parent["children"] if place.parent else []
    return siblings


def close(run: Object, stamp: Object) -> None:
    """Closes a run: what is not finished is cancelled."""
    if run["status"] in _FINISHED:
        raise conflict(f"The run is {run['status']}")
    open_jobs = [p.node for p in walk(run["root"]) if p.kind == "job" and not is_finished(p.kind, p.node)]
    for job in open_jobs:
        set_status(job, "cancelled", stamp)
    run["status"] = "cancelled" if open_jobs else "complete"
    run |= {"modified": stamp, "revision": run["revision"] + 1}


def add(
    run: Object, made: list[Object], query: Object, stamp: Object, new_id: NewId
) -> tuple[Object, list[Object]]:
    """Inserts job runs; returns their group and them (guide, "Adding Jobs to a Running Process")."""
    if run["status"] in _FINISHED:
        raise conflict(f"The run is {run['status']}")
    group, index = _point(run, query)
    children: list[Object] = [{"type": "job", "job": _job_run(job, stamp, new_id)} for job in made]
    group["children"][index:index] = expand(
        children, lambda arguments: _job_run({"arguments": arguments}, stamp, new_id)
    )
    return group, [child["job"] for child in children]


def _point(run: Object, query: Object) -> tuple[Object, int]:
    """Which group, and before which child. The root group's end when nothing is said (reference)."""
    group = run["root"]
    if "parentGroupId" in query:
        group = find(run, query["parentGroupId"], ("group",)).node
    if "relativeSiblingId" not in query:
        return group, len(group["children"])
    sibling = find(run, query["relativeSiblingId"])
    if "parentGroupId" not in query and sibling.parent is not None:
        # Only the sibling is given: its own group is the target (inference).
        group = sibling.parent
    return group, _index(group, sibling, before=query.get("before", "true") == "true")


def _index(group: Object, sibling: Place, *, before: bool) -> int:
    """A certification and its generated jobs are never separated."""
    index = 0
    for unit in units(group["children"]):
        if any(child[child["type"]] is sibling.node for child in unit):
            return index if before else index + len(unit)
        index += len(unit)
    raise bad_request("relativeSiblingId is not in the target group")
