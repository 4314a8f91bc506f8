"""What is known of every endpoint: which answers are good ones, and whether it may be sent a second time.

The statuses are those of 003 ("Endpoints", "Error Responses"); no document names an idempotency key, so that
a repeated start is a second instance (api-facts 2.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from procspec.http import Resend

UNAUTHORIZED = "UNAUTHORIZED"
PROCESS_NOT_FOUND = "PROCESS_NOT_FOUND"
INSTANCE_NOT_FOUND = "INSTANCE_NOT_FOUND"
FILE_NOT_FOUND = "FILE_NOT_FOUND"
PROCESS_SUSPENDED = "PROCESS_SUSPENDED"
START_FORM_NOT_SUPPORTED = "START_FORM_NOT_SUPPORTED"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row: accepted statuses, the resend rule and why it is that one."""

    accept: tuple[int, ...]
    resend: Resend
    reason: str


ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    ("GET", "/processapi/list"): Endpoint((200,), Resend.ALWAYS, "changes nothing"),
    ("POST", "/processapi/{processKey}/start"): Endpoint(
        # 003 says 201; what counts is the instance's id in the answer.
        (200, 201),
        Resend.NEVER,
        "a second one is a second instance, with tasks of its own",
    ),
    ("GET", "/processapi/{id}/status"): Endpoint((200,), Resend.ALWAYS, "changes nothing"),
    ("GET", "/processapi/{id}/files/{filename}"): Endpoint((200,), Resend.ALWAYS, "changes nothing"),
}
"""Method and documented path."""


_BY_END = {(method, path.rpartition("/")[2]): row for (method, path), row in ENDPOINTS.items()}


def endpoint(method: str, path: str) -> Endpoint:
    """The row of a request that is no download; its path has a key or an id in it.

    Raises KeyError for what is not documented.
    """
    return _BY_END[method, path.rpartition("/")[2]]


HINTS: Mapping[str, str] = {
    UNAUTHORIZED: "Keys are made and switched off at /admin/api-keys of the web application.",
    PROCESS_NOT_FOUND: "Look at the key of the process; `procspec plan` checks it against what is deployed.",
    PROCESS_SUSPENDED: "Activate the process in the web application, and start it then.",
    START_FORM_NOT_SUPPORTED: "A person has to start it in the web list: the API cannot fill in a form.",
}
"""What to do, by the code of an error (003, "Error Responses")."""
