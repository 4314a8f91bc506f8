"""task: finishes a human step of a run, once. The act is durable first, because it is never resent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from procspec.engine.runtime.acts import about, act, holder, pending, send, taken, unknown
from procspec.engine.runtime.runs import read, run_of
from procspec.engine.session import Session
from procspec.errors import Refused, UnknownOutcome
from procspec.model import Action, Answered, Decision, Json, Record, Request, Run
from procspec.providers.base import Ability, require


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A human step that may be finished: of which run, as it was looked at, and the request that does it."""

    run: Run
    answered: Answered
    request: Request
    record: Record


def prepare(session: Session, text: str, node: str, decision: Decision, data: Mapping[str, Json]) -> Step:
    """Looks whether the run still goes on: 1 GET; `text` is its id, or a key whose last run it is.

    Raises UsageError for a system without human steps, UnknownOutcome while something about the run is not
    settled (both before any request), Refused for a run that is over.
    """
    require(session.provider, Ability.TASK)
    id = run_of(session, text)
    record = holder(session, id)  # before the look: what somebody does after it makes this one stale
    begun = pending(record, id)
    if begun is not None:
        raise UnknownOutcome(unknown(record, id, begun))
    run = read(session, id)
    if run.over:
        raise Refused(f"Nothing was sent: the run {id} is over ({run.status}).")
    answered = Answered(run=id, node=node, decision=decision, data=data)
    request = session.provider.answer(answered)
    return Step(run=run, answered=answered, request=request, record=about(record, run))


def finish(session: Session, step: Step, *, lock_timeout: float = 0.0) -> None:
    """Finishes the step that was looked at: 1 POST, never a second one.

    Raises StalePlan when the record has moved since, UnknownOutcome when nobody can tell whether the step
    was finished: the act stays then, until `resolve`.
    """
    id, node = step.answered.run, step.answered.node
    with session.store.lock(session.environment, f"procspec task {id} {node}", lock_timeout) as owner:
        record = taken(session, step.record, id)
        begun = act(record, Action.TASK, step.request.body, owner=str(owner), node=node)
        with session.halt.politely():
            send(session, record, id, step.request, begun)
