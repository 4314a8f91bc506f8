"""What is known of every endpoint: which answers are good ones, and whether it may be sent a second time.

"004" is the page "Execute Workflows"; the others are named in api-facts 3. No page documents an idempotency
key, and nothing says that a correlation key is unique or can be looked up (A8 of docs/traps.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from procspec.http import Resend

EXEC = "/process/exec"
"""Starts with the key of an organization."""
START = "/process/start"
"""Starts with a system key, which belongs to no organization."""
TASK = "/process/task"
INSTANCE = "/process/instance"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row: accepted statuses, the resend rule, why it is that one, and the page that has it."""

    accept: tuple[int, ...]
    resend: Resend
    reason: str
    source: str


_SECOND = "a second one is a second run, and there is no list to find it in"

ENDPOINTS: Mapping[tuple[str, str], Endpoint] = {
    # The page shows 200; the generic table of "Error Reference" has 201 for whatever was made.
    ("POST", EXEC): Endpoint((200, 201), Resend.NEVER, _SECOND, "004, Start a Workflow"),
    ("POST", START): Endpoint((200, 201), Resend.NEVER, _SECOND, "004, Start a Workflow (System Key)"),
    ("POST", TASK): Endpoint(
        (200,),
        Resend.NEVER,
        "the flow goes on, and may wait at the same node again: a second answer is another person's",
        "004, Resume a User Task",
    ),
    ("GET", INSTANCE): Endpoint((200, 404), Resend.ALWAYS, "changes nothing", "api-facts 3.2, 3.3"),
}
"""By method and path; that of an instance without its id."""


def endpoint(method: str, path: str) -> Endpoint:
    """The row of a request; its path may have an id in it. Raises KeyError for what is not documented."""
    return ENDPOINTS[method, INSTANCE if path.startswith(f"{INSTANCE}/") else path]
