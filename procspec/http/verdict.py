"""What becomes of a request after one attempt: an answer, an error, or another attempt. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from procspec.errors import Denied, ServiceError, Unanswered, UnknownOutcome
from procspec.http.answers import Complaint, Reply, Unreadable, complaint, parse, trace, wait
from procspec.http.contract import Answer, Garbled, Limits, Lost, NotSent, Resend
from procspec.redaction import Redactor


class Again(Exception):
    """The request may be sent once more, after `wait` seconds (None: the usual backoff); else, `error`."""

    def __init__(self, error: ServiceError, wait: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.wait = wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Judges the attempts of one request.

    `name` is its method and path, `redactor` knows what nobody may read, `hints` say by status what to do
    about the credentials.
    """

    name: str
    resend: Resend
    accept: tuple[int, ...]
    limits: Limits
    redactor: Redactor
    hints: Mapping[int, str]

    def answer(self, reply: Reply) -> Answer:
        """The answer in a whole reply; raises `Again`, `Denied`, `UnknownOutcome` or `ServiceError`."""
        if reply.status not in self.accept:
            raise self._refusal(reply)
        try:
            body = parse(reply)
        except Unreadable as error:
            said = Complaint(message=str(error))
            raise self._unclear(reply, said) if reply.status < 300 else self._error(reply, said) from None
        return Answer(status=reply.status, headers=reply.headers, body=body, trace=self._trace(reply))

    def _trace(self, reply: Reply) -> str:
        return trace(reply.headers, self.redactor)

    def _refusal(self, reply: Reply) -> Exception:
        said = complaint(reply, self.redactor)
        if reply.status == 429:
            return self._later(reply, said)
        if reply.status >= 500 and self.resend is Resend.ALWAYS:
            return self._later(reply, said)
        if reply.status >= 500 or reply.status < 300 or self._may_be_done(reply):
            return self._unclear(reply, said)
        return self._error(reply, said)

    def _may_be_done(self, reply: Reply) -> bool:
        """301 to 303 may say "done, look there", and 408 says nothing; none of them is a clear no."""
        return self.resend is Resend.NEVER and reply.status in (301, 302, 303, 408)

    def _later(self, reply: Reply, said: Complaint) -> Exception:
        """Another attempt when the server asks for a wait that we are ready to make."""
        error = self._error(reply, said)
        asked = wait(reply, said)
        error.wait = asked or 0.0
        if asked is None or asked <= self.limits.max_wait:
            return Again(error, asked)
        return ServiceError(
            f"{self.name}: the server asks to wait {asked:.0f} seconds (status {reply.status}), which is more"
            f" than the {self.limits.max_wait:.0f} that procspec waits.",
            request=self.name,
            status=reply.status,
            code=said.code,
            body=said.body,
            hint=f"Run the command again in {asked:.0f} seconds.",
            trace=self._trace(reply),
            wait=asked,
        )

    def _unclear(self, reply: Reply, said: Complaint) -> Exception:
        """An answer from which nobody can tell what was done."""
        if self.resend is Resend.ALWAYS:
            return Again(self._error(reply, said))
        return UnknownOutcome(
            f"{self.name} was answered with {_told(reply, said)}. It may have been carried out.",
            request=self.name,
            status=reply.status,
            code=said.code,
            body=said.body,
            trace=self._trace(reply),
        )

    def _error(self, reply: Reply, said: Complaint) -> ServiceError:
        kind = Denied if reply.status in (401, 403) else ServiceError
        return kind(
            f"{self.name} was answered with {_told(reply, said)}",
            request=self.name,
            status=reply.status,
            code=said.code,
            body=said.body,
            hint=self.hints.get(reply.status) or _HINTS.get(reply.status, ""),
            trace=self._trace(reply),
        )

    def not_sent(self, fault: NotSent, origin: str) -> Again:
        """The server was not reached: any request may be tried again."""
        return Again(
            Unanswered(
                f"{self.name} could not be sent to {origin}: {self.redactor.text(str(fault))}.",
                request=self.name,
                hint="Check the environment's url, the network and the proxy (HTTPS_PROXY).",
            )
        )

    def lost(self, fault: Lost) -> Exception:
        """The request went out and no whole answer came: again, if that changes nothing."""
        if self.resend is Resend.ALWAYS:
            kind = ServiceError if isinstance(fault, Garbled) else Unanswered
            return Again(kind(f"{self.name}: {fault}.", request=self.name))
        return UnknownOutcome(
            f"{self.name}: {fault}. The request had gone out; it may have been carried out.",
            request=self.name,
        )


_HINTS: Mapping[int, str] = {
    404: "Check the environment's url, and whether the id belongs to this account.",
    413: "The request is larger than the server takes.",
    429: "The server limits the rate of requests: wait a little, or use a smaller --parallelism.",
    503: "The service is not available just now: try again later.",
}


def _told(reply: Reply, said: Complaint) -> str:
    redirect = 300 <= reply.status < 400
    return f"a redirect ({reply.status}), which is never followed" if redirect else f"{reply.status}{said}"
