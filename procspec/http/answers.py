"""Reading answers: their JSON, what an error says, how long the server asks us to wait."""

from __future__ import annotations

import json
import re
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import NoReturn

from procspec.http.contract import Garbled, Lost
from procspec.model import Json
from procspec.redaction import Redactor

LONGEST = 500
"""Characters of a server's message that are shown."""

_IN_SECONDS = re.compile(r"[Rr]etry (?:the |this )?request in (\d{1,9}) seconds?")


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer as it came; the names of the headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def unpacked(pieces: Iterable[bytes], coding: str, limit: int) -> bytes:
    """A body, decompressed, and never more than `limit` bytes of it in memory; raises Lost or Garbled."""
    coding = coding.strip().lower() or "identity"
    if coding not in ("identity", "gzip", "deflate"):
        raise Garbled("the answer is compressed in a way that was not asked for")
    unpack = None if coding == "identity" else zlib.decompressobj(47)
    body, empty = bytearray(), True
    for piece in pieces:
        empty = False
        body += unpack.decompress(piece, limit + 1 - len(body)) if unpack else piece
        if len(body) > limit:
            raise Garbled(f"the answer is larger than {limit} bytes")
    if unpack and not unpack.eof and not empty:
        raise Lost("the compressed answer was cut off")
    return bytes(body)


class Unreadable(Exception):
    """The body is not JSON; says what it is instead."""


def parse(reply: Reply) -> Json:
    """The JSON of a body, None for an empty one; raises Unreadable."""
    if not reply.body.strip():
        return None
    try:
        text = reply.body.decode("utf-8-sig")
        value = json.loads(text, parse_constant=_no_number)
        _check_depth(value)
        # A lone half of a surrogate pair is legal in JSON and can be printed nowhere.
        if re.search(r"\\u[dD][89a-fA-F]", text):
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise Unreadable(_kind(reply)) from None
    return value


_DEEPEST = 200
"""Levels of nesting: no document comes near it, and what walks a body must not run out of stack."""


def _check_depth(value: Json) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [each for node in level for each in _below(node)]
        if not level:
            return
    raise ValueError("too deep")


def _below(node: Json) -> Iterable[Json]:
    if isinstance(node, dict):
        return node.values()
    return node if isinstance(node, list) else ()


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _kind(reply: Reply) -> str:
    start = reply.body[:200].lstrip().lower()
    if "html" in reply.headers.get("content-type", "") or start.startswith((b"<!doctype html", b"<html")):
        return "an HTML page instead of JSON"
    return "a body that is not JSON"


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the body of an error says: the server's own word for it (T10), and a text for people."""

    code: str = ""
    message: str = ""
    body: Json = None

    def __str__(self) -> str:
        code = f" ({self.code})" if self.code else ""
        return f"{code}: {self.message}" if self.message else code


def complaint(reply: Reply, redactor: Redactor) -> Complaint:
    """What an error answer says, in any documented shape, without our secrets in it."""
    try:
        body = redactor.value(parse(reply))
    except Unreadable as error:
        return Complaint(message=str(error))
    if not isinstance(body, dict):
        return Complaint(body=body)
    code, message = _words(body)
    return Complaint(code=code[:80], message=_with_fields(message, body)[:LONGEST], body=body)


def _words(body: Mapping[str, Json]) -> tuple[str, str]:
    """The code and the message.

    `error` is the code beside a message, and the message beside a code (003); alone, a code is one word.
    """
    code, error = _first(body, "code"), _first(body, "error")
    message = _first(body, "message", "error_description", "detail")
    if code or (not message and " " in error):
        return code, message or error
    return error, message


_FIELDS = 5
"""Fields of an error that are named."""
_FIELD = 80
"""Characters of a field's name, and of what is said about it."""


def _with_fields(message: str, body: Mapping[str, Json]) -> str:
    """The message and what it says about single fields: `errors` of `{field, message}` (api-facts 3.4)."""
    errors = body.get("errors")
    said = [text for one in errors[:_FIELDS] if (text := _field(one))] if isinstance(errors, list) else []
    if isinstance(errors, list) and said and len(errors) > _FIELDS:
        said.append(f"and {len(errors) - _FIELDS} more")
    fields = "; ".join(said)
    return f"{message[: LONGEST // 2]} ({fields})" if message and fields else message or fields


def _field(error: Json) -> str:
    if isinstance(error, str):
        return error[:_FIELD]
    if not isinstance(error, dict):
        return ""
    field, message = _first(error, "field"), _first(error, "message", "defaultMessage", "code")
    return ": ".join(part[:_FIELD] for part in (field, message) if part)


_TRACES = (
    "x-request-id",
    "request-id",
    "x-correlation-id",
    "correlation-id",
    "x-amzn-requestid",
    "x-amz-request-id",
    "x-amzn-trace-id",
    "x-trace-id",
    "traceparent",
)
"""The headers in which servers and gateways name a request, the server's own first."""

_LONGEST_TRACE = 128


def trace(headers: Mapping[str, str], redactor: Redactor) -> str:
    """The server's own id of a request, for its support; "" for none that can be shown as it is."""
    for name in _TRACES:
        value = headers.get(name, "").strip()
        if value and len(value) <= _LONGEST_TRACE and value.isascii() and value.isprintable():
            return value if redactor.text(value) == value else ""
    return ""


def _first(body: Mapping[str, Json], *names: str) -> str:
    """The first member that is a text or a number; one level down when `error` is an object."""
    for name in names:
        value = body.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value)
    inner = body.get("error")
    return _first(inner, *names) if isinstance(inner, dict) else ""


_AGES = 10**9
"""Seconds; a larger number is no time, and may be too large for a float."""


def wait(reply: Reply, said: Complaint) -> float | None:
    """The seconds that the server asks us to wait; None when it does not say.

    `Retry-After` in seconds or as a date, a `retryAfter` in the body (api-facts 3.4), or the words of the
    documented message, which comes without the header (api-facts 1.3).
    """
    header = reply.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d*)?", header):
        return float(header)
    if header and (moment := _moment(header)) is not None:
        # The server's own clock, where it tells it: ours may be wrong.
        now = _moment(reply.headers.get("date", "")) or time.time()
        return min(max(0.0, moment - now), _AGES)
    number = said.body.get("retryAfter") if isinstance(said.body, dict) else None
    if isinstance(number, str) and re.fullmatch(r"[0-9]{1,9}(\.[0-9]*)?", number):
        return float(number)
    if isinstance(number, int | float) and not isinstance(number, bool):
        return float(max(0, min(number, _AGES)))
    found = _IN_SECONDS.search(said.message)
    return float(found[1]) if found else None


def _moment(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
