"""One exchange over one connection: a socket, or an application in this process."""

from __future__ import annotations

import asyncio
import math
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from typing import Any, Protocol, cast

import httpcore
import httpx

from procspec.http.answers import Reply, unpacked
from procspec.http.contract import Limits, Lost, NotSent
from procspec.http.download import Sink
from procspec.http.inprocess import App, Call, Flow, scope
from procspec.http.network import Network, pool
from procspec.http.outgoing import Outgoing


class Transport(Protocol):
    """An `httpx.BaseTransport` that knows about attempts."""

    def begin(self, until: float, check: Callable[[], None] | None = None) -> None:
        """Starts an attempt that ends at `until`, on the monotonic clock.

        With `check`, the answer may be long: it comes piece by piece, and ends when `check` raises.
        """

    def listen(self) -> None:
        """From now on only silence ends the attempt."""

    @property
    def sent(self) -> bool:
        """Whether a byte of the request may have left since `begin`."""


class Wire:
    """One connection, for one exchange at a time."""

    def __init__(self, origin: str, transport: Transport, limits: Limits) -> None:
        self._origin = origin
        self._transport = transport
        self._limits = limits
        self._until = 0.0
        self._client = httpx.Client(
            transport=cast(httpx.BaseTransport, transport),
            trust_env=False,  # no .netrc; the proxy is `network.pool`'s choice
            follow_redirects=False,
            timeout=httpx.Timeout(limits.read, connect=limits.connect),
        )

    def exchange(self, request: Outgoing, sink: Sink | None = None) -> Reply:
        """Sends once and reads the whole answer, the body of a 200 into `sink`; raises NotSent or Lost.

        What the sink raises of its own goes through: Interrupted, Unfit, Unwritten.
        """
        began = time.monotonic()
        self._until = min(began + self._limits.deadline, request.until)
        self._transport.begin(self._until, sink.check if sink else None)
        try:
            with self._client.stream(
                request.method,
                self._origin + request.path,
                params=request.query or None,
                content=request.content,
                headers=request.headers,
            ) as answer:
                headers = {name.lower(): value for name, value in answer.headers.items()}
                body = self._body(answer, headers, sink)
        except _FAULTS as error:
            why = _why(error, self._until, self._until - began, self._limits)
            # Not `from error`: its text may quote the server or the proxy.
            raise (Lost(why) if self._transport.sent else NotSent(why)) from None
        return Reply(answer.status_code, headers, body)

    def _body(self, answer: httpx.Response, headers: Mapping[str, str], sink: Sink | None) -> bytes:
        if not sink or answer.status_code != 200:
            coding = headers.get("content-encoding", "")
            return unpacked(answer.iter_raw(), coding, self._limits.max_body)
        sink.begin(headers)
        self._until = math.inf
        self._transport.listen()
        for piece in answer.iter_raw():
            sink.take(piece)
        sink.end()
        return b""

    def close(self) -> None:
        self._client.close()


_FAULTS = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.TimeoutException,
    httpx.HTTPError,
    zlib.error,
    OSError,
)


def _why(error: Exception, until: float, most: float, limits: Limits) -> str:
    """The fault in our words: the libraries' may quote the server. `most` is the time of the attempt."""
    if isinstance(error, httpcore.ConnectTimeout):
        return f"no connection within {round(min(limits.connect, most), 1):g} s"
    if isinstance(error, httpcore.ProxyError):
        return f"no connection (the proxy answered {str(error)[:3]})"
    if isinstance(error, httpcore.ConnectError):
        return f"no connection ({error})"
    if isinstance(error, httpcore.TimeoutException):
        late = time.monotonic() >= until
        whole = f"no whole answer within {round(max(0.0, most), 1):g} s"
        return whole if late else f"silence for {limits.read:g} s"
    if isinstance(error, httpcore.NetworkError):
        return "the connection was reset"
    return "the answer was cut off, or is not HTTP"


class Sockets(httpx.BaseTransport):
    """httpx over a pool of httpcore's with our network under it; `httpx.HTTPTransport` takes none."""

    def __init__(self, origin: str, context: ssl.SSLContext | None) -> None:
        self._network = Network(secure=context is not None)
        self._pool = pool(origin, self._network, context)

    def begin(self, until: float, check: Callable[[], None] | None = None) -> None:
        self._network.begin(until, check)

    def listen(self) -> None:
        self._network.listen()

    @property
    def sent(self) -> bool:
        return self._network.sent

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=cast(httpx.SyncByteStream, request.stream),
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(answer.stream))

    def close(self) -> None:
        self._pool.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        self._stream.close()


class InProcess(httpx.BaseTransport):
    """Calls an ASGI application on an event loop of its own; whatever fails there was sent."""

    sent = True

    def __init__(self, app: App, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._loop = asyncio.new_event_loop()
        self._until = 0.0
        self._check: Callable[[], None] | None = None

    def begin(self, until: float, check: Callable[[], None] | None = None) -> None:
        self._until = until
        self._check = check

    def listen(self) -> None:
        self._until = math.inf

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = scope(request.method, request.url.raw_path, request.headers.raw)
        if self._check:
            return self._long(Flow(request.read(), self._check), target)
        call = Call(request.read(), self._limits.max_body)
        self._loop.run_until_complete(call.run(self._app, target, self._left()))
        return httpx.Response(call.status, headers=call.headers, stream=httpx.ByteStream(bytes(call.body)))

    def _left(self) -> float:
        return max(0.0, self._until - time.monotonic())

    def _silence(self) -> float:
        return min(self._left(), self._limits.read)

    def _long(self, flow: Flow, target: MutableMapping[str, Any]) -> httpx.Response:
        """An answer of which no more than the start is there."""
        stream = _Pieces(self._loop, flow, self._silence)
        try:
            self._loop.run_until_complete(flow.begin(self._app, target, self._silence()))
        except BaseException:
            stream.close()
            raise
        return httpx.Response(flow.status, headers=flow.headers, stream=stream)

    def close(self) -> None:
        self._loop.close()


class _Pieces(httpx.SyncByteStream):
    """The body of an answer that the application is still giving."""

    def __init__(self, loop: asyncio.AbstractEventLoop, flow: Flow, silence: Callable[[], float]) -> None:
        self._loop = loop
        self._flow = flow
        self._silence = silence

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._loop.run_until_complete(self._flow.piece(self._silence())):
            yield piece

    def close(self) -> None:
        self._loop.run_until_complete(self._flow.end())
