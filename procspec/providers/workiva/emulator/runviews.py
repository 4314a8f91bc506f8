"""What a run looks like in each of its three answers (T3, T6): run, get, add."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from procspec.providers.emulator.nouns import Object
from procspec.providers.workiva.emulator.runs import APPROVAL, status_of
from procspec.providers.workiva.emulator.tree import action_of, is_generated, jobs

PERMALINK = "https://app.wdesk.com/a/emulator/tasks"
"""Where a task would be opened; the guide's host, a workspace that does not exist."""

_SETTINGS = ("autoClose", "certAutoApprove", "relativeDates", "dueDate", "ipmBetaEnabled", "iwmOptOut")

# T3: `status` is lower case; `actionStatus` and the keys of `statusCounts` are capitalised on a GET.
_ACTION_STATUS = {
    "waiting": "Waiting",
    "running": "Running",
    "complete": "Completed",
    "cancelled": "Cancelled",
    "error": "Error",
    "errorHold": "ErrorHold",
}
_METADATA = {
    "sendTask": "sendTaskMetadata",
    "contentRequest": "contentRequestMetadata",
    "certification": "certificationMetadata",
    "certificationSignerGenerated": "certSignerMetadata",
    "certificationApproverGenerated": "certApproverMetadata",
    "certificationConditionalApproverGenerated": "certConditionalApproverMetadata",
}
"""Schema page of ActionMetadata; there is none for the phase finalizer."""
_TASK_STATUS = {"complete": "Completed", "cancelled": "Cancelled"}


@dataclass(frozen=True, slots=True)
class _View:
    """The differences between the answer to a run and the answer to a GET."""

    got: bool
    generated: bool = True

    def run(self, run: Object) -> Object:
        return {
            **{name: run[name] for name in ("id", "name", "process", "status")},
            "statusCounts": dict(Counter(self.action_status(p.node) for p in jobs(run["root"]))),
            **{name: run["settings"][name] for name in _SETTINGS if name in run["settings"]},
            **{name: run[name] for name in ("revision", "created", "modified")},
            "root": self.group(run["root"], {}),
        }

    def action_status(self, job: Object) -> str:
        if not self.got:
            return str(job["status"])
        # Approval and Returned can only be here: `status` has no such words (api-facts 1.7, inference).
        return str(job.get("review") or _ACTION_STATUS[job["status"]])

    def group(self, group: Object, place: Object) -> Object:
        shown = {
            **{name: group[name] for name in ("id", "name", "parallel", "readOnly")},
            "status": status_of("group", group),
            **place,
        }
        if self.got:
            shown |= _runtime(group)
        shown["children"] = [
            self.child(child, index, group, root=not place) for index, child in self.children(group)
        ]
        return shown

    def children(self, group: Object) -> list[tuple[int, Object]]:
        """T19: excludeGeneratedJobs works on runs too; ordinals stay what they are."""
        numbered = enumerate(group["children"])
        return [each for each in numbered if self.generated or not _is_generated(each[1])]

    def child(self, child: Object, index: int, group: Object, *, root: bool) -> Object:
        """T6: `job` after a run, `jobRun` on a GET; `groupRun` follows that (inference)."""
        kind = child["type"]
        suffix = "Run" if self.got else ""
        if kind == "job":
            return {"type": kind, f"job{suffix}": self.job(child["job"], index, group["id"])}
        # Schema page of ProcessGroupRun: no `parent` when the parent is the root.
        place = {"ordinal": index, **({} if root else {"parent": group["id"]})}
        return {"type": kind, f"group{suffix}": self.group(child["group"], place)}

    def job(self, job: Object, index: int, parent: str) -> Object:
        """T6: the run answer has neither `action` nor the way back to the build-time `job`."""
        shown = {
            "id": job["id"],
            "status": job["status"],
            "actionStatus": self.action_status(job),
            "ordinal": index,
            **{name: job[name] for name in ("readOnly", "revision", "arguments", "created", "modified")},
            "metadata": _metadata(job),
        }
        if self.got:
            shown |= {"action": action_of(job), "parent": parent, "triggerType": job["triggerType"]}
            shown |= {"job": job["job"]} if "job" in job else {}
        return shown


def _is_generated(child: Object) -> bool:
    return child["type"] == "job" and is_generated(child["job"])


def _runtime(group: Object) -> Object:
    """What the schema page of ProcessGroupRun has beyond the guide's example."""
    status = status_of("group", group)
    # T4: a group counts its jobs' `status`, a run counts their `actionStatus`.
    counts = Counter(place.node["status"] for place in jobs(group))
    return {
        "triggerType": group["triggerType"],
        "eligibleToStart": bool(group.get("eligible")) and not group.get("started") and status == "waiting",
        "statusCounts": dict(counts),
        **{name: group[name] for name in ("revision", "created", "modified")},
    }


def _metadata(job: Object) -> Object:
    """Only the type until a task was sent, as in the answer to a run."""
    action = action_of(job)
    if "task" not in job or action not in _METADATA:
        return {"type": action}
    cancelled = job["status"] == "cancelled"
    # The platform's tasks are "Awaiting Approval" then; what those of a process say is (inference).
    waits = "Awaiting Approval" if job.get("review") == APPROVAL else "Created"
    task = {
        "status": _TASK_STATUS.get(job["status"], waits),
        "task": job["task"],
        "permalink": f"{PERMALINK}/{job['task']}",
        "taskCancelled": cancelled,
        "cancelCleanupComplete": cancelled,
        "taskCancelledNotificationSent": cancelled,
    }
    return {"type": action, _METADATA[action]: task}


def started(run: Object) -> Object:
    """The answer to `POST /processes/{id}/run`."""
    return _View(got=False).run(run)


def got(run: Object, *, generated: bool = True) -> Object:
    """The answer to `GET /processRuns/{id}`."""
    return _View(got=True, generated=generated).run(run)


def added(group: Object, made: list[Object]) -> list[Object]:
    """The answer to `POST /processRuns/{id}/jobRuns`: a bare array."""
    ordinals = {child[child["type"]]["id"]: index for index, child in enumerate(group["children"])}
    return [
        {
            "id": job["id"],
            "action": action_of(job),
            "status": job["status"],
            "ordinal": ordinals[job["id"]],
            "parent": group["id"],
            "triggerType": job["triggerType"],
            "arguments": job["arguments"],
        }
        for job in made
    ]
