"""A folder that files are downloaded into: whole or not at all, and over nothing that is there."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from procspec.engine.runtime.names import numbered, safe
from procspec.errors import ProcspecError, Refused

_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
"""A file that was not there, and no link to elsewhere."""

_MODE = 0o666
"""What the umask leaves of it is what any new file has."""


@dataclass(frozen=True, slots=True)
class Part:
    """A download that is not finished: a hidden file of the folder."""

    path: Path
    stream: BinaryIO


class Folder:
    """A folder, made when the first file comes; `force` replaces files that were there before."""

    def __init__(self, path: Path, *, force: bool) -> None:
        self._path = path
        self._force = force
        self._taken: set[str] = set()

    @contextmanager
    def part(self) -> Iterator[Part]:
        """A new file to write into, gone at the end unless it was kept.

        Raises ProcspecError for whatever the file system refuses.
        """
        path = self._path / f".{secrets.token_hex(8)}.part"
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, _NEW, _MODE)
            try:
                with os.fdopen(handle, "wb") as stream:
                    yield Part(path, stream)
            finally:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise ProcspecError(f"{self._path} cannot be written: {error.strerror}.") from error

    def keep(self, part: Part, shown: str) -> Path:
        """Gives a finished part its name, made safe from the one that a server shows; where it is now.

        Raises Refused when a file of that name was there before, OSError as the file system does.
        """
        part.stream.close()
        target = self._path / self._free(safe(shown))
        if self._force:
            os.replace(part.path, target)
            return target
        try:
            _link(part.path, target)
        except FileExistsError:
            hint = "Use --force to replace it, or another --out."
            raise Refused(f"{target} is there already, and stays as it is.", hint=hint) from None
        return target

    def _free(self, name: str) -> str:
        """The name, numbered where another file of this download has it; case is no difference everywhere."""
        number, free = 1, name
        while free.casefold() in self._taken:
            number += 1
            free = numbered(name, number)
        self._taken.add(free.casefold())
        return free


_LINKLESS = (errno.EPERM, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EMLINK)
"""How file systems without hard links say so."""


def _link(part: Path, target: Path) -> None:
    """Makes the target, whole, if there is nothing of its name; raises FileExistsError otherwise."""
    try:
        os.link(part, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _LINKLESS:
            raise
        os.close(os.open(target, _NEW, _MODE))
        os.replace(part, target)
