"""The name that a server shows for a file, made one that any file system takes and no folder is left by."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 200
"""Bytes of a name in UTF-8; file systems take 255, and a copy's number needs some."""

_EXTENSION: Final = 20
"""Bytes up to which the end of a name, from its last dot, is kept when it is cut."""
_HIDDEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories of what nobody sees: control, format (bidirectional), separators of lines."""
_FORBIDDEN: Final = re.compile(r'[<>:"|?*]')
"""What Windows takes in no name; a colon there also begins a stream behind a file."""
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
"""Devices of Windows, with any extension."""


def safe(shown: str) -> str:
    """The last part of a path as a name, without what is hidden or forbidden; `file` when nothing is left."""
    last = re.sub(r"\s", " ", re.split(r"[/\\]", shown)[-1])
    seen = "".join(each for each in last if unicodedata.category(each) not in _HIDDEN)
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", seen)).strip(". ")
    if _RESERVED.fullmatch(name.partition(".")[0].rstrip()):
        name = f"_{name}"
    return _cut(name, "") or "file"


def numbered(name: str, number: int) -> str:
    """The name of another file that is shown under the same one: `receipt (2).pdf`."""
    return _cut(name, f" ({number})")


def _cut(name: str, mark: str) -> str:
    """The name with a mark before its extension, within the longest."""
    stem, extension = _parted(name)
    room = LONGEST - len(f"{mark}{extension}".encode())
    kept = stem.encode()[:room].decode(errors="ignore").rstrip(". ")
    return f"{kept}{mark}{extension}"


def _parted(name: str) -> tuple[str, str]:
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) >= _EXTENSION:
        return name, ""
    return stem, f"{dot}{extension}"
