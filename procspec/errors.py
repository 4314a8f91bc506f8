"""The ways in which the world can fail; problems in the user's files are values (`model.Diagnostic`).

    ProcspecError                exit 1    the command could not do what it was asked to do
    ├── UsageError               exit 64   the command line asks for something that does not exist
    ├── SpecError                exit 3    the files are wrong; carries every diagnostic
    ├── StateError               exit 1    the state store cannot be read or written
    │   └── Contended            exit 5    somebody else holds the lock, or won the race for a record
    ├── StalePlan                exit 6    the world is not the one that the plan was computed from
    ├── Refused                  exit 8    a guard: a replacement, a trash or a prune without consent
    ├── NotConverged             exit 1    everything was sent, yet differences remain
    ├── Interrupted              exit 130  Ctrl-C came before this could begin
    │   └── Terminated           exit 143  SIGTERM did
    └── ServiceError             exit 1    the remote system refused, or could not be reached
        ├── Unanswered           exit 1    no whole answer came, to a request that can be sent again
        ├── Denied               exit 7    401 or 403
        └── UnknownOutcome       exit 4    it may have acted, and there is no way to ask

A run that `watch` sees fail, be cancelled or time out is no failure of ours: exit 9 is told by
`engine.runtime.watching.End`, without an exception.

Every error has a message for people and, where there is one, a hint that says what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from procspec.model import Diagnostic


class ProcspecError(Exception):
    """The root of the tree; `exit_code` is the one of DESIGN section 7."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ProcspecError):
    """The command line names a thing that does not exist."""

    exit_code = 64


class SpecError(ProcspecError):
    """The files, or the process as the server sees it, are wrong."""

    exit_code = 3

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(f"{len(diagnostics)} problem(s) found")
        self.diagnostics = tuple(diagnostics)


class StateError(ProcspecError):
    """The state store cannot be read or written, or is of another version."""


class Contended(StateError):
    """The lock is held by somebody else, or a record was changed meanwhile."""

    exit_code = 5


class StalePlan(ProcspecError):
    """The live process, the files or the state moved since the plan was made."""

    exit_code = 6


class Refused(ProcspecError):
    """A guard stopped something that was not consented to."""

    exit_code = 8


class NotConverged(ProcspecError):
    """All requests were answered well, yet the process is not as planned."""


class Interrupted(ProcspecError):
    """Ctrl-C came before a request was sent, so it was not."""

    exit_code = 130


class Terminated(Interrupted):
    """SIGTERM came before a request was sent, so it was not."""

    exit_code = 143


class ServiceError(ProcspecError):
    """The remote system refused a request, or could not be reached.

    `status` is None when no answer came. `code` is whatever the server calls it (T10: not stable;
    show it, never branch on it). `trace` is the server's own id of the request, "" when it gave none.
    `wait` is how many seconds the server asks to wait, 0 when it does not say.
    """

    def __init__(
        self,
        message: str,
        *,
        request: str = "",
        status: int | None = None,
        code: str = "",
        body: object = None,
        hint: str = "",
        trace: str = "",
        wait: float = 0.0,
    ) -> None:
        super().__init__(message, hint=hint)
        self.request = request
        self.status = status
        self.code = code
        self.body = body
        self.trace = trace
        self.wait = wait


class Unanswered(ServiceError):
    """Nobody was reached, or an answer was lost that has changed nothing: asking later may go well."""


class Denied(ServiceError):
    """The credentials are missing, wrong, or do not suffice."""

    exit_code = 7


class UnknownOutcome(ServiceError):
    """The request went out and no readable answer came back: it may have been carried out."""

    exit_code = 4
