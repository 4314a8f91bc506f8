"""Reading a request strictly: headers, query and body, before any operation sees it."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

from starlette.requests import Request

from procspec.providers.emulator.calls import Operation, Takes
from procspec.providers.emulator.errors import Refusal, bad_request
from procspec.providers.emulator.nouns import Object

FAULT = "emulator.fault"
"""Member of the ASGI scope that names the fault of a request."""

QUIRKS = "emulator.quirks"
"""Member of the ASGI scope with the quirks of this one answer."""

MOST_BYTES = 10_485_760
"""The payload limit that Workiva documents; the other documents name none."""

_MOST_NESTED = 250
"""Our own: a body nested deeper than this could not be walked safely."""


def check_origin(request: Request) -> None:
    """Keeps web pages out, those that rebind a name to loopback included."""
    if "origin" in request.headers or not _is_loopback(request.url.hostname or ""):
        raise Refusal(403, "Forbidden")


def _is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def media_of(request: Request) -> str:
    """The content type without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def entry_of(request: Request) -> Object:
    """A line of the request log: no headers, so no credentials; which fault it met, if any."""
    path, query = request.url.path, request.url.query
    entry = {"method": request.method, "path": path, "query": query, "body": None, "status": None}
    return entry | ({"fault": request.scope[FAULT]} if FAULT in request.scope else {})


def quirks_of(request: Request) -> tuple[str, ...]:
    """The quirks of this one answer, beside those that are on."""
    return tuple(request.scope.get(QUIRKS, ()))


def query_of(request: Request, operation: Operation[Any]) -> dict[str, str]:
    """The query parameters, each of them documented and given once."""
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name not in operation.query or name in found:
            raise bad_request(f"Unknown or repeated query parameter {name[:64]}")
        found[name] = value
    return found


async def bytes_of(request: Request) -> bytes:
    """The body; 413 for one that is too large."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MOST_BYTES:
            raise Refusal(413, f"The body must not be larger than {MOST_BYTES} bytes")
    return bytes(raw)


def body_of(raw: bytes, media: str, operation: Operation[Any]) -> Any:
    """The JSON body of an operation, or None when it has none."""
    if not raw:
        if operation.takes is Takes.BODY:
            raise bad_request("The request needs a body")
        return None
    if operation.takes is Takes.NOTHING:
        raise bad_request("The request takes no body")
    if media not in operation.media:
        raise Refusal(415, f"Content-Type must be one of: {', '.join(sorted(operation.media))}")
    return parse(raw)


def parse(raw: bytes) -> Any:
    """Strict JSON: UTF-8, no duplicate members, no NaN, no half of a surrogate pair, no abyss."""
    try:
        if b"\\u" in raw:
            json.dumps(json.loads(raw), ensure_ascii=False).encode()
        value = json.loads(
            raw.decode(), object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite
        )
        _check_depth(value)
    except (ValueError, RecursionError):
        raise bad_request("The body is not valid JSON") from None
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("duplicate member")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(text)
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(_MOST_NESTED):
        level = [
            each
            for node in level
            if isinstance(node, dict | list)
            for each in (node.values() if isinstance(node, dict) else node)
        ]
        if not level:
            return
    raise ValueError("too deep")
