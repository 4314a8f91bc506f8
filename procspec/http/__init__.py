"""HTTP: authentication, resending, limits, deadlines, calls in this process."""

from __future__ import annotations

import logging
import math
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import BinaryIO
from urllib.parse import urlencode

import stamina
from pyrate_limiter import InMemoryBucket, Limiter, Rate, SingleBucketFactory

from procspec import __version__
from procspec.errors import Denied, ServiceError
from procspec.halt import Halt
from procspec.http import network
from procspec.http.answers import Reply
from procspec.http.auth import Scheme, Tokens
from procspec.http.contract import Answer, Limits, Lost, NotSent, Resend, Unfit
from procspec.http.download import Heard, Sink, Unwritten, shown_name
from procspec.http.inprocess import App
from procspec.http.logs import Curtain
from procspec.http.outgoing import Outgoing, json_of, origin_of, path_of
from procspec.http.patience import Patience
from procspec.http.verdict import Again, Judge
from procspec.http.wire import InProcess, Sockets, Transport, Wire
from procspec.model import Credentials, Json
from procspec.redaction import SHORTEST, Redactor

__all__ = ["Answer", "App", "Http", "Limits", "Resend", "shown_name"]

_UNMISTAKABLE = 12
"""Characters of a secret that nobody writes into a process by accident."""

_TURN = 0.05
"""Seconds between two looks whether the rate allows one more request."""

_NOTHING: Mapping[str, str] = MappingProxyType({})
_BASICS = {
    "User-Agent": f"procspec/{__version__}",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",  # what `unpacked` can unpack without being flooded
}

_WHOLE = (("Accept", "*/*"), ("Accept-Encoding", "identity"))
"""A file as it is, so that its length can be told and checked."""

# stamina warns of every retry, and Python prints warnings that nobody listens to.
logging.getLogger("stamina").addHandler(logging.NullHandler())


class Http:
    """One account on one origin, for all threads.

    `origin` is scheme, host and port; plain http only to loopback (`UsageError` otherwise). `headers` go
    with every request, that for a token included. With `app`, an ASGI application, every request is
    served in this process and `origin` is only a name; the rate is not limited then. Once `halt` is asked
    for, nothing is sent a second time, and no wait that the server asked for goes on.

    An API key goes out in `key_header`, instead of a bearer token, where the header is named and the key is
    there. Client credentials are exchanged at `token_path`; "" for a system that takes none.
    """

    def __init__(
        self,
        origin: str,
        *,
        headers: Mapping[str, str] = _NOTHING,
        credentials: Credentials,
        token_path: str = "/oauth2/token",  # noqa: S107
        key_header: str = "",
        app: App | None = None,
        limits: Limits = Limits(),  # noqa: B008
        halt: Halt | None = None,
    ) -> None:
        self._halt = halt or Halt()
        self._origin = origin.rstrip("/") if app else origin_of(origin)
        self._headers = {**_BASICS, **headers}
        self._credentials = credentials
        self._scheme = Scheme(key_header=key_header, token_path=token_path)
        self._app = app
        self._limits = limits
        self._context = ssl.create_default_context() if self._origin.startswith("https:") else None
        self._tokens = Tokens(credentials, self._scheme)
        self._proxy_secrets = () if app else network.secrets(self._origin)
        self._curtain = Curtain(self._redactor)
        self._curtain.draw()
        self._limiter = _limiter(limits) if limits.rate and not app else None
        self._lock = threading.Lock()
        self._wires: list[Wire] = []
        self._idle: list[Wire] = []

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] = _NOTHING,
        body: Json = None,
        media: str = "application/json",
        resend: Resend,
        accept: tuple[int, ...] = (200,),
        once: bool = False,
        within: float = math.inf,
    ) -> Answer:
        """Sends a request, again where `resend` allows it, and brings an answer with an accepted status.

        With `once` there is a single attempt, and no wait; `within` is how many seconds there are for all of
        it, the fetch of a token included. `path` is ready to be sent, ids quoted. Raises `Denied` (401, 403,
        no credentials), `UnknownOutcome` (it may have been carried out; never with `Resend.ALWAYS`),
        `Unanswered` (not reached), `ServiceError` (refused), `UsageError` (a path or body that cannot be
        sent).
        """
        headers = {**self._headers, **({} if body is None else {"Content-Type": media})}
        content = None if body is None else json_of(body)
        until = time.monotonic() + within
        request = Outgoing(method, path_of(path), query, content, headers, until, once)
        answer = self._persist(request, resend, accept, self._authorised)
        return answer if self._app else self._cleaned(answer)

    def download(
        self,
        path: str,
        *,
        into: BinaryIO,
        heard: Heard | None = None,
        query: Mapping[str, str] = _NOTHING,
        most: int | None = None,
    ) -> Answer:
        """Gets a file into `into`, piece by piece: any size, or `most` bytes; the answer has no body.

        Silence for `read` seconds ends an attempt, not its length. `heard` is called with the bytes so far
        and how many there will be, or None; first with 0, and anew in every attempt. After a part came there
        is another attempt only if `into` can be rewound to where it stood, and truncated. After an exception
        a part may be in it. Raises as `send` does for `Resend.ALWAYS`, Interrupted once `halt` is asked for,
        and the OSError of `into` or `heard`.
        """
        sink = Sink(into, most, heard, self._halt)
        request = Outgoing("GET", path_of(path), query, None, self._headers).having(*_WHOLE)
        try:
            answer = self._attempts(request, Resend.ALWAYS, (200,), lambda one: self._into(one, sink))
        except Again as again:
            self._halt.check()
            raise again.error from again.__cause__
        except Unwritten as fault:
            raise fault.error from None
        return answer if self._app else self._cleaned(answer)

    def _into(self, request: Outgoing, sink: Sink) -> Reply:
        """One exchange whose body goes into a file; no other one where the first cannot be undone."""
        sink.check()
        try:
            return self._authorised(request, sink)
        except (NotSent, Lost, Unfit) as fault:
            if sink.rewind() and not isinstance(fault, Unfit):
                raise
            raise ServiceError(f"{request.name}: {fault}.", request=request.name) from None

    def _cleaned(self, answer: Answer) -> Answer:
        """What is shown or kept of an answer that went well must not say a secret either."""
        redactor = self._redactor(shortest=_UNMISTAKABLE)
        headers = {name: redactor.text(value) for name, value in answer.headers.items()}
        return replace(answer, headers=headers, body=redactor.value(answer.body))

    def _redactor(self, shortest: int = SHORTEST) -> Redactor:
        return Redactor.of((*self._tokens.secrets(), *self._proxy_secrets), shortest)

    def close(self) -> None:
        """Closes the connections of all threads."""
        self._curtain.lift()
        with self._lock:
            for wire in self._wires:
                wire.close()
            self._wires.clear()
            self._idle.clear()
        if self._limiter:
            self._limiter.close()

    def _persist(
        self,
        request: Outgoing,
        resend: Resend,
        accept: tuple[int, ...],
        exchange: Callable[[Outgoing], Reply],
    ) -> Answer:
        try:
            return self._attempts(request, resend, accept, exchange)
        except Again as again:
            raise again.error from again.__cause__

    def _attempts(
        self,
        request: Outgoing,
        resend: Resend,
        accept: tuple[int, ...],
        exchange: Callable[[Outgoing], Reply],
    ) -> Answer:
        """Attempts until one is the last; raises `Again` when it is not the request that ends them."""
        limits = self._limits_of(request)
        attempts = stamina.retry_context(
            on=Patience(self._halt, limits.attempts, request.until),
            attempts=limits.attempts,
            timeout=None,
            wait_initial=limits.backoff,
            wait_jitter=limits.backoff,
            wait_max=min(limits.max_wait, max(0.0, request.until - time.monotonic())),
        )
        last: Again | None = None
        for attempt in attempts:
            with attempt:
                if last is not None and (self._halt.is_asked or time.monotonic() >= request.until):
                    raise last
                try:
                    return self._attempt(request, resend, accept, exchange)
                except Again as again:
                    last = again
                    raise
        raise AssertionError("an attempt returns or raises")

    def _limits_of(self, request: Outgoing) -> Limits:
        """Whoever asks again anyway makes the waits too, however long."""
        return replace(self._limits, attempts=1, max_wait=math.inf) if request.once else self._limits

    def _attempt(
        self,
        request: Outgoing,
        resend: Resend,
        accept: tuple[int, ...],
        exchange: Callable[[Outgoing], Reply],
    ) -> Answer:
        def judge() -> Judge:  # made late: the exchange may have fetched a token, which is a secret too
            return Judge(
                name=request.name,
                resend=resend,
                accept=accept,
                limits=self._limits_of(request),
                redactor=self._redactor(),
                hints=self._scheme.hints(self._credentials),
            )

        try:
            reply = exchange(request)
        except NotSent as fault:
            raise judge().not_sent(fault, self._origin) from fault
        except Lost as fault:
            raise judge().lost(fault) from fault
        return judge().answer(reply)

    def _authorised(self, request: Outgoing, sink: Sink | None = None) -> Reply:
        """One exchange under our name; a second one when the server no longer takes a token it gave us."""

        def fetch() -> Json:
            return self._fetch_token(request)

        proof = self._tokens.current(fetch)
        reply = self._exchange(request.having(proof), sink)
        if reply.status == 401 and self._tokens.renew(proof):
            reply = self._exchange(request.having(self._tokens.current(fetch)), sink)
        return reply

    def _fetch_token(self, whose: Outgoing) -> Json:
        """Client credentials, form-encoded (api-facts 1.2); the answer holds the token.

        As patient as the request that needs it.
        """
        form = {
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
            "grant_type": "client_credentials",
        }
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        content = urlencode(form).encode()
        path = self._scheme.token_path
        request = Outgoing("POST", path, _NOTHING, content, headers, whose.until, whose.once)
        try:
            return self._persist(request, Resend.ALWAYS, (200,), self._exchange).body
        except ServiceError as error:
            if error.status not in (400, 401, 403):
                raise
            raise Denied(
                f"The server gave no token: {error.message}",
                request=request.name,
                status=error.status,
                code=error.code,
                hint=f"Check {' and '.join(self._credentials.variables[1:3])}.",
                trace=error.trace,
            ) from None

    def _exchange(self, request: Outgoing, sink: Sink | None = None) -> Reply:
        self._await_turn(request, sink)
        wire = self._borrow()
        try:
            return wire.exchange(request, sink)
        finally:
            with self._lock:
                self._idle.append(wire)

    def _await_turn(self, request: Outgoing, sink: Sink | None) -> None:
        """Waits until the rate allows one more; raises NotSent when that is too late.

        It is, after a signal, for all but a GET.

        A download is no look at what was sent: a signal ends it in any case.
        """
        while self._limiter and not self._limiter.try_acquire("request", blocking=False):
            if sink:
                sink.check()
            if self._halt.is_asked and request.method != "GET":
                raise NotSent("the command was interrupted")
            if time.monotonic() >= request.until:
                raise NotSent("the rate of requests allowed none in time")
            time.sleep(_TURN)

    def _borrow(self) -> Wire:
        """A connection for one exchange: as many are opened as there are exchanges at once."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
            wire = Wire(self._origin, self._transport(), self._limits)
            self._wires.append(wire)
            return wire

    def _transport(self) -> Transport:
        if self._app:
            return InProcess(self._app, self._limits)
        return Sockets(self._origin, self._context)


def _limiter(limits: Limits) -> Limiter:
    bucket = InMemoryBucket([Rate(limits.rate, round(limits.window * 1000))])
    return Limiter(SingleBucketFactory(bucket, schedule_leak=False))
