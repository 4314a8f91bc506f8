"""Clients with short patience, and all the ways in which an answer can be lost."""

from __future__ import annotations

import gzip
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from procspec.http import Answer, Http, Limits, Resend
from procspec.model import Credentials
from tests.http.wire import (
    Act,
    Server,
    drips,
    hangs_up,
    raw,
    resets,
    says,
    says_nothing,
    sends,
)

QUICK = Limits(read=0.3, deadline=1.0, attempts=3, backoff=0.001, max_wait=2.0, max_body=10_000, rate=0)
TOKEN = Credentials(token="canary-token-1")
CLIENT = Credentials(client_id="id-1", client_secret="canary secret/1")
OK = says(200, {"id": "p-1"})


@contextmanager
def client(
    server: Server, *, credentials: Credentials = TOKEN, limits: Limits = QUICK, **members: Any
) -> Iterator[Http]:
    with closing(Http(server.origin, credentials=credentials, limits=limits, **members)) as http:
        yield http


def get(http: Http, path: str = "/x") -> Answer:
    return http.send("GET", path, resend=Resend.ALWAYS)


def post(http: Http, resend: Resend = Resend.NEVER, accept: tuple[int, ...] = (201,)) -> Answer:
    return http.send("POST", "/processes", body={"name": "Close"}, resend=resend, accept=accept)


def nested(levels: int) -> bytes:
    """JSON of that many lists, one in another."""
    return b"[" * levels + b"]" * levels


LOST: dict[str, Act] = {
    "reset": resets,
    "closed": hangs_up,
    "silence": says_nothing,
    "headers cut off": sends(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "body cut off": sends(raw(200, b'{"id": "p-1"}')[:-3]),
    "chunks cut off": sends(b'HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":'),
    "not HTTP": sends(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "a drip of body": drips(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b" "),
    "a drip of headers": drips(b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
    "headers for ever": drips(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"a" * 20_000 + b"\r\n"),
    "an oversize body": says(200, b'"' + b"a" * 20_000 + b'"'),
    "an oversize compressed body": says(200, gzip.compress(b" " * 9_000_000), Content_Encoding="gzip"),
    "a compressed body cut off": says(200, gzip.compress(b'{"id": "p-1"}')[:-9], Content_Encoding="gzip"),
    "a body that is not compressed": says(200, b'{"id": "p-1"}', Content_Encoding="gzip"),
    "an unknown compression": says(200, b'{"id": "p-1"}', Content_Encoding="br"),
    "500": says(500, {"code": "internal", "message": "Oops."}),
    "502 in HTML": says(502, b"<html><body>Bad gateway</body></html>", Content_Type="text/html"),
    "503": says(503),
    "504": says(504),
    "200 in HTML": says(200, b"<!DOCTYPE html><p>Sign in</p>"),
    "200 cut JSON": says(200, b'{"id": '),
    "200 no UTF-8": says(200, b'{"id": "\xff"}'),
    "200 nested": says(200, b"[" * 9_000),
    "200 nested, and whole": says(200, nested(600)),
    "200 a little too deep": says(200, nested(201)),
    "200 no number": says(200, b'{"id": NaN}'),
}


def token(value: str = "canary-token-2", **members: Any) -> Act:
    return says(
        200, {"access_token": value, "expires_in": 599, "token_type": "bearer", "scope": "", **members}
    )


def everything(error: BaseException) -> str:
    """All that a careless program could print of an error."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
