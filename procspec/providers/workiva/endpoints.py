"""What is known of every endpoint: which answers are good ones, and whether it may be sent a second time.

The resend rule is that of DESIGN section 5; the statuses are those of api-facts 1.4 (guide, "Summary of API
Endpoints"), none of which documents an idempotency key, an ETag or an If-Match (api-facts 1.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from procspec.http import Resend


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row: accepted statuses, the resend rule and why it is that one."""

    accept: tuple[int, ...]
    resend: Resend
    reason: str


ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    ("POST", "/processes"): Endpoint(
        # No document shows the status of a create: 201 is the custom, 200 is what the guide's others answer.
        (200, 201),
        Resend.NEVER,
        "a second one is a second process, and no list call can find it (T21)",
    ),
    ("GET", "/processes/{processId}"): Endpoint((200, 404), Resend.ALWAYS, "changes nothing"),
    ("PATCH", "/processes/{processId}"): Endpoint(
        (200,), Resend.CHECKED, "replaces whole values; somebody may have set others in between"
    ),
    ("POST", "/processes/{processId}/batchUpdates"): Endpoint(
        (200,), Resend.CHECKED, "sets names; somebody may have set others in between"
    ),
    ("POST", "/processes/{processId}/validation"): Endpoint((200,), Resend.ALWAYS, "changes nothing"),
    ("POST", "/processes/{processId}/run"): Endpoint(
        (200, 201), Resend.NEVER, "a second one is a second run: everybody gets mail again (T11)"
    ),
    ("DELETE", "/processes/{processId}"): Endpoint(
        # Guide, "Trashing a Process": 204. A process that is gone already is what was wanted.
        (200, 204, 404),
        Resend.CHECKED,
        "somebody may have restored it in between",
    ),
    ("POST", "/processes/{processId}/restore"): Endpoint(
        (200,), Resend.CHECKED, "409 once it is restored, which says nothing about who did it"
    ),
    ("GET", "/processRuns/{processRunId}"): Endpoint((200, 404), Resend.ALWAYS, "changes nothing"),
    ("POST", "/processRuns/{processRunId}/jobRuns"): Endpoint(
        (200, 201), Resend.NEVER, "a second one is a second set of tasks, with mail"
    ),
}
"""Method and documented path; the token call is `http`'s own, and may always be sent again."""


def endpoint(method: str, path: str) -> Endpoint:
    """The row of a request; its path has ids in it. Raises KeyError for what is not documented."""
    _, root, *rest = path.split("/")
    id = {"processes": "{processId}", "processRuns": "{processRunId}"}[root]
    known = "/".join(["", root, *([id, *rest[1:]] if rest else [])])
    return ENDPOINTS[method, known]
