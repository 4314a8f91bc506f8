"""The requests that start a flow and finish a human step (004, "Execute Workflows")."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from procspec.errors import UsageError
from procspec.model import Action, Answered, Decision, Json, Launch, Request
from procspec.providers.apptor.endpoints import EXEC, INSTANCE, START, TASK

_MEDIA = "application/json"
_WORDS: Mapping[Decision, str] = {Decision.COMPLETE: "COMPLETE", Decision.CANCEL: "CANCEL"}
"""004, "Resume a User Task", `action`."""


def start(launch: Launch) -> Request:
    """The request that starts a run; raises UsageError without the flow's environment.

    A3: the environment is always sent, because the API's own default is PRODUCTION. A5: which of the two
    endpoints it is depends on the key.
    """
    if not launch.environment:
        raise UsageError(
            "A run on apptor needs an environment: DEVELOPMENT or PRODUCTION.",
            hint="Write it into a file of the kind Run, which `procspec apply` starts.",
        )
    body: dict[str, Json] = {"processId": launch.process}
    if launch.correlation:
        body["correlationKey"] = launch.correlation
    if launch.inputs:
        body["data"] = dict(launch.inputs)
    version = {"versionNumber": launch.version} if launch.version else {}
    return Request(
        action=Action.RUN,
        method="POST",
        path=START if launch.system_key else EXEC,
        query={"environment": launch.environment, **version},
        body=body,
        media=_MEDIA,
    )


def answer(step: Answered) -> Request:
    """The request that finishes a human step."""
    body: dict[str, Json] = {
        "processInstanceId": step.run,
        "nodeId": step.node,
        "action": _WORDS[step.decision],
    }
    if step.data:
        body["data"] = dict(step.data)
    return Request(action=Action.TASK, method="POST", path=TASK, body=body, media=_MEDIA)


def instance(id: str) -> str:
    """The path of an instance; an id is one segment, whatever is in it."""
    return f"{INSTANCE}/{quote(id, safe='')}"
