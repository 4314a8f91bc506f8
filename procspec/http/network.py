"""Sockets under a deadline: every read and write gets the time that is left of the attempt, and no more.

httpx's own timeouts start anew with every byte, so a server that drips keeps a client for ever. httpcore,
which httpx is built on, lets its user supply the network; this one also knows whether anything was sent.
"""

from __future__ import annotations

import math
import ssl
import time
import urllib.request
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import httpcore

from procspec.errors import UsageError

_PIECE = 16 * 1024
_IDLE = 4.0  # seconds; servers commonly close an idle connection after five
_GLANCE = 0.2
"""Seconds between two looks whether anybody still wants the answer."""
_LEAST = 0.001
"""Seconds; with none at all a socket does not wait, and says so in another way."""


class Network(httpcore.NetworkBackend):
    """The sockets of one thread. `begin` opens an attempt; `sent` says whether a byte of it may be out."""

    def __init__(self, *, secure: bool) -> None:
        self._backend = httpcore.SyncBackend()
        self._secure = secure
        self._until = 0.0
        self._check: Callable[[], None] | None = None
        self.sent = False

    def begin(self, until: float, check: Callable[[], None] | None = None) -> None:
        """Starts an attempt that ends at `until`, on the monotonic clock, or when `check` raises."""
        self._until = until
        self._check = check
        self.sent = False

    def listen(self) -> None:
        """From now on only silence ends the attempt."""
        self._until = math.inf

    def read(self, stream: httpcore.NetworkStream, max_bytes: int, timeout: float | None) -> bytes:
        """What comes next; where there is a `check`, it is asked several times a second."""
        if self._check is None:
            return stream.read(max_bytes, self.left(timeout))
        silence = time.monotonic() + (math.inf if timeout is None else timeout)
        while True:
            self._check()
            left = self.left(max(_LEAST, silence - time.monotonic()))
            try:
                return stream.read(max_bytes, min(left, _GLANCE))
            except httpcore.ReadTimeout:
                if left <= _GLANCE:
                    raise

    def left(self, timeout: float | None) -> float:
        """The time for one operation; raises `httpcore.ReadTimeout` when there is none left."""
        rest = self._until - time.monotonic()
        if rest <= 0:
            raise httpcore.ReadTimeout("deadline")
        return rest if timeout is None else min(rest, timeout)

    def carries(self, *, tls: bool) -> None:
        """Notes a write: what goes to a proxy before TLS is not yet the request."""
        self.sent = self.sent or tls or not self._secure

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connects within the time that is left (looking the name up is the system's own time)."""
        stream = self._backend.connect_tcp(host, port, self.left(timeout), local_address, socket_options)
        return _Stream(stream, self, tls=False)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, network: Network, *, tls: bool) -> None:
        self._stream = stream
        self._network = network
        self._tls = tls

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._network.read(self._stream, max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            left = self._network.left(timeout)
            self._network.carries(tls=self._tls)
            self._stream.write(buffer[start : start + _PIECE], left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            left = self._network.left(timeout)
        except httpcore.ReadTimeout:
            self.close()  # httpcore closes what fails in its own hands, and this was not there yet
            raise
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _Stream(stream, self._network, tls=True)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def pool(origin: str, network: Network, context: ssl.SSLContext | None) -> httpcore.ConnectionPool:
    """One connection to an origin, through the proxy that the environment names for it, kept alive."""
    return httpcore.ConnectionPool(
        ssl_context=context,
        proxy=_proxy(origin),
        max_connections=1,
        keepalive_expiry=_IDLE,
        network_backend=network,
    )


def secrets(origin: str) -> tuple[str, ...]:
    """The password of the proxy that stands before an origin, if it has one."""
    url = _proxy_url(origin)
    try:
        password = urlsplit(url).password or ""
    except ValueError:  # `pool` says so; until then all of it may be the password
        return (url,)
    return (password, unquote(password))


def _proxy_url(origin: str) -> str:
    """`HTTPS_PROXY` or `ALL_PROXY`, unless `NO_PROXY` excepts the host; never for plain http: loopback."""
    parts = urlsplit(origin)
    proxies = urllib.request.getproxies()
    url = proxies.get("https") or proxies.get("all") or ""
    if parts.scheme != "https" or not url or urllib.request.proxy_bypass(parts.hostname or ""):
        return ""
    return url if "://" in url else f"http://{url}"


def _proxy(origin: str) -> httpcore.Proxy | None:
    """The proxy for an origin; raises UsageError, without the URL, which may hold a password."""
    url = _proxy_url(origin)
    if not url:
        return None
    try:
        return _parsed(urlsplit(url))
    except ValueError:  # its message quotes what it could not read
        raise UsageError(_NO_PROXY, hint=_QUOTING) from None


def _parsed(proxy: SplitResult) -> httpcore.Proxy:
    if proxy.scheme not in ("http", "https") or not proxy.hostname:
        raise UsageError(_NO_PROXY, hint=_QUOTING)
    host = f"[{proxy.hostname}]" if ":" in proxy.hostname else proxy.hostname
    address = f"{proxy.scheme}://{host}:{proxy.port or (443 if proxy.scheme == 'https' else 80)}"
    user, password = (unquote(part or "").encode() for part in (proxy.username, proxy.password))
    return httpcore.Proxy(address, auth=(user, password) if user else None)


_NO_PROXY = "The proxy in HTTPS_PROXY or ALL_PROXY is no http or https URL."
_QUOTING = "In its user and password, `@`, `/`, `?`, `#` and `%` are written %40, %2F, %3F, %23 and %25."
