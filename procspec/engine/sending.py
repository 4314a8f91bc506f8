"""Sending what was reviewed, in order; a doubtful answer is cleared up by reading again (DESIGN section 5).

Not for creates: nobody can ask what became of one (T21). Theirs is `steps.send_create`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from procspec.engine.history import send
from procspec.engine.work import Work
from procspec.errors import (
    Contended,
    Interrupted,
    NotConverged,
    ProcspecError,
    ServiceError,
    UnknownOutcome,
)
from procspec.model import Outcome, Request


@dataclass(frozen=True, slots=True)
class Sent:
    """How far a list of requests came: what was not certainly carried out, and why."""

    doubtful: tuple[str, ...] = ()
    trouble: ProcspecError | None = None


def send_all(work: Work, requests: Iterable[Request]) -> Sent:
    """Sends in order, and stops before the first that must not go out, or at one that stays doubtful.

    Raises ServiceError for a request that was refused in clear words.
    """
    left = list(requests)
    while left:
        try:
            _send(work, left[0])
        except (UnknownOutcome, Interrupted, Contended) as error:
            return Sent(tuple(path for request in left for path in request.carries), _trouble(error))
        del left[0]
    return Sent()


def send_or_raise(work: Work, requests: Iterable[Request]) -> None:
    """Sends in order; raises at the first that was not certainly carried out."""
    sent = send_all(work, requests)
    if sent.trouble is not None:
        raise sent.trouble


def send_restore(work: Work) -> None:
    """Sends a restore; raises NotConverged for a process that is not even in the trash."""
    try:
        send_or_raise(work, work.item.requests)
    except ServiceError as error:
        if error.status != 404:
            raise
        raise NotConverged(
            f"{work.item.key} ({work.record.id}) is not on the server, and not in its trash.",
            hint="Is it the right account? If the process is gone for good:"
            f" `procspec state rm {work.item.key}`, and the next apply creates it anew.",
        ) from error


def may_send(work: Work) -> None:
    """Raises Interrupted or Terminated after a signal, Contended when the lock is no longer ours."""
    work.session.halt.check()
    work.session.store.check_held(work.session.environment)


def _send(work: Work, request: Request) -> None:
    """Sends a request, and once more when its outcome is unknown and reading shows that it is still due."""
    may_send(work)
    try:
        send(work.session, work.item.key, request)
    except UnknownOutcome as error:
        due, trail = _is_due(work, request, error), work.session.trail
        if trail is not None:
            trail.settle(work.item.key, done=not due)
        if due:
            may_send(work)
            send(work.session, work.item.key, request)


def forgiven(work: Work, sent: Sent, result: Outcome) -> Outcome:
    """The outcome; a doubt that the read after it cleared up is none in the record of the apply either."""
    if sent.trouble is not None and not result.error and work.session.trail is not None:
        work.session.trail.settle(work.item.key, done=True)
    return result


def _is_due(work: Work, request: Request, doubt: UnknownOutcome) -> bool:
    """Whether a plan made now has the very same request in it; raises the doubt when nobody can tell."""
    try:
        now = work.planned(work.record)
    except ProcspecError:
        raise doubt from None
    sent = (request.method, request.path, request.body)
    return now is not None and any((each.method, each.path, each.body) == sent for each in now.requests)


def _trouble(error: ProcspecError) -> ProcspecError:
    """Reading tells what became of it, unlike after a create, so the outcome is no longer unknown."""
    if not isinstance(error, UnknownOutcome):
        return error
    return ServiceError(
        error.message, request=error.request, status=error.status, hint=_AGAIN, trace=error.trace
    )


_AGAIN = "It may have been carried out. Run plan again: it shows what is left to do."
