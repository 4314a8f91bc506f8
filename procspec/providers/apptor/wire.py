"""Between our nouns and the JSON of apptor flow: a dumb copy, reading whatever a page shows."""

from __future__ import annotations

from collections.abc import Mapping

from procspec.errors import ServiceError, UnknownOutcome
from procspec.model import Json, Run
from procspec.providers.apptor.states import read


def run(body: Json, id: str) -> Run:
    """The instance that was asked for (api-facts 3.3); raises ServiceError when it is none, or another.

    The system shows no tree: what a flow waits for can be read in its designer alone (A2).
    """
    data = _object(body)
    if not _text(data, "processInstanceId"):
        raise ServiceError("The answer has no id of an instance.")
    if data["processInstanceId"] != id:
        raise ServiceError(f"The server answered with another instance than the one asked for ({id}).")
    ended = data.get("endTime") not in (None, "")
    state = read(data.get("stateCd"), ended=ended)
    variables = data.get("data")
    return Run(
        id=id,
        process=_text(data, "processId"),
        status=state.status,
        over=state.over,
        phase=state.phase,
        name=_text(data, "processName"),
        started=_text(data, "startTime"),
        ended=_text(data, "endTime"),
        version=_text(data, "processVersion"),
        correlation=_text(data, "correlationKey"),
        variables=variables if isinstance(variables, dict) else {},
    )


def started(sent: Json, body: Json) -> str:
    """The id out of the answer to a start; raises UnknownOutcome without a credible one."""
    data = _object(body)
    id, process = _text(data, "processInstanceId"), _text(data, "processId")
    if not id:
        raise UnknownOutcome("The answer to the start has no id of an instance.", request="POST start")
    if process and process != sent["processId"]:
        raise UnknownOutcome(
            f"The answer to the start is about another flow: {process} ({id}).", request="POST start"
        )
    return id


def resumed(sent: Json, body: Json) -> str:
    """The instance that goes on; raises UnknownOutcome for any other answer than the documented one."""
    data = _object(body)
    id, status = _text(data, "processInstanceId"), _text(data, "status")
    if id != sent["processInstanceId"] or status.casefold() != "resumed":
        raise UnknownOutcome(
            f"The answer does not say that {sent['processInstanceId']} was resumed"
            f" (status {status!r} of {id or 'no instance'}).",
            request="POST /process/task",
        )
    return id


def _object(body: Json) -> Mapping[str, Json]:
    return body if isinstance(body, dict) else {}


def _text(data: Mapping[str, Json], name: str) -> str:
    """A text or a number, as a text; empty for anything else: pages differ in what they write."""
    value = data.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
