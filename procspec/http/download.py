"""Large answers: their bytes go into a file as they come, and the file's shown name is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import BinaryIO
from urllib.parse import unquote_to_bytes

from procspec.halt import Halt
from procspec.http.contract import Lost, Unfit

Heard = Callable[[int, int | None], None]
"""Told how many bytes there are so far, and how many there will be (None: the server does not say)."""


class Unwritten(Exception):
    """Our own side failed, not the server: carries the OSError of the file, or of whoever listens."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error


class Sink:
    """Where the body of one answer goes; never more than a piece of it is in memory."""

    def __init__(self, into: BinaryIO, most: int | None, heard: Heard | None, halt: Halt) -> None:
        self._into = into
        self._most = most
        self._heard = heard
        self._start = _position(into)
        self._total: int | None = None
        self._count = 0
        self.check = halt.check

    def begin(self, headers: Mapping[str, str]) -> None:
        """Takes the headers in; raises Unfit for a body that is compressed, or too large."""
        if headers.get("content-encoding", "").strip().lower() not in ("", "identity"):
            raise Unfit("the answer is compressed, which was not asked for")
        self._total, self._count = _length(headers), 0
        self._limit(self._total or 0)
        self._tell()

    def take(self, piece: bytes) -> None:
        """Writes a piece; raises Unfit, Lost, Interrupted or Unwritten."""
        self.check()
        self._limit(self._count + len(piece))
        if self._total is not None and self._count + len(piece) > self._total:
            raise Lost("the answer is longer than it said")
        try:
            self._write(piece)
        except OSError as error:
            raise Unwritten(error) from error
        self._tell()

    def end(self) -> None:
        """Nothing more comes; raises Lost when that is too early."""
        if self._total is not None and self._count < self._total:
            raise Lost(f"the answer was cut off after {self._count} of {self._total} bytes")

    def rewind(self) -> bool:
        """Drops what was written, for another attempt; False where that cannot be done."""
        if not self._count:
            return True
        if self._start is None:
            return False
        try:
            self._into.seek(self._start)
            self._into.truncate()
        except (OSError, AttributeError):
            return False
        self._count = 0
        return True

    def _limit(self, count: int) -> None:
        if self._most is not None and count > self._most:
            raise Unfit(f"the answer is larger than {self._most} bytes")

    def _write(self, piece: bytes) -> None:
        """All of it, also where a file takes only a part at a time."""
        rest = memoryview(piece)
        while rest:
            done = self._into.write(rest)
            if done == 0:
                raise BlockingIOError("the file takes nothing")
            self._count += len(rest) if done is None else done
            rest = rest[len(rest) if done is None else done :]

    def _tell(self) -> None:
        try:
            if self._heard:
                self._heard(self._count, self._total)
        except OSError as error:
            raise Unwritten(error) from error


def _position(into: BinaryIO) -> int | None:
    """Where the body begins in the file; None when there is no way back to there."""
    try:
        return into.tell() if into.seekable() else None
    except (OSError, AttributeError):
        return None


def _length(headers: Mapping[str, str]) -> int | None:
    """The length that the server says; none counts beside chunks (RFC 9112 section 6.3)."""
    text = headers.get("content-length", "").strip()
    is_one = re.fullmatch(r"[0-9]{1,18}", text) and "transfer-encoding" not in headers
    return int(text) if is_one else None


_PARAMETER = re.compile(
    r""";\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"]*))\s*""", re.ASCII | re.S
)
_EXTENDED = re.compile(r"(utf-8|iso-8859-1)'[\w-]*'((?:%[0-9a-f]{2}|[\w!#$&+.^`|~-])+)", re.ASCII | re.I)


def shown_name(headers: Mapping[str, str]) -> str:
    """The name that a server shows for a file, "" for none: `headers` as an Answer has them (RFC 6266).

    `filename*` comes before `filename`. The name is as it came: whoever writes a file makes it safe.
    """
    found = _parameters(headers.get("content-disposition", ""))
    return _extended(found.get("filename*", "")) or found.get("filename", "")


def _parameters(header: str) -> Mapping[str, str]:
    """The parameters, the first of a name, up to where the header cannot be read."""
    found: dict[str, str] = {}
    place = header.find(";")
    while place >= 0 and (match := _PARAMETER.match(header, place)):
        quoted, plain = match[2], match[3]
        value = plain.strip() if quoted is None else re.sub(r"(?s)\\(.)", r"\1", quoted)
        found.setdefault(match[1].lower(), value)
        place = match.end()
    return found


def _extended(text: str) -> str:
    """The value of `filename*` (RFC 8187), "" when it is none."""
    match = _EXTENDED.fullmatch(text)
    try:
        return unquote_to_bytes(match[2]).decode(match[1]) if match else ""
    except UnicodeDecodeError:
        return ""
