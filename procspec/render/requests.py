"""The HTTP requests of a plan, word for word."""

from __future__ import annotations

from urllib.parse import urlencode

from procspec.model import Plan, Request, When
from procspec.render.style import PLAIN, Paint
from procspec.render.visible import json_text, visible

_WHEN = {
    When.ALWAYS: "",
    When.VALID: "  (when the new process is valid)",
    When.INVALID: "  (when the new process is not valid)",
}


def requests(plan: Plan, paint: Paint = PLAIN) -> str:
    """Every request that changes something, in order: a process after another, then the runs."""
    blocks = [_request(request, paint) for item in plan.pending for request in item.requests]
    blocks += [_request(run.request, paint) for run in plan.starting if run.request is not None]
    return "\n".join(blocks) if blocks else "No requests."


def _request(request: Request, paint: Paint) -> str:
    query = f"?{urlencode(request.query)}" if request.query else ""
    where = visible(f"{request.path}{query}")
    head = f"{paint(visible(request.method), 'head')} {where}{paint(_WHEN[request.when], 'dim')}"
    if request.body is None:
        return head + "\n"
    shown = json_text(request.body)
    return f"{head}\nContent-Type: {visible(request.media)}\n\n{shown}\n"
