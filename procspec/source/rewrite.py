"""A file of the project, written anew: whole or not at all, with the mode that it had."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path

from procspec.errors import ProcspecError


def rewrite(path: Path, raw: bytes, before: bytes) -> None:
    """Replaces the content of a file in one step, a link's target in place of the link.

    Raises ProcspecError when the file is no longer as it was `before`, and when it cannot be written.
    """
    target = Path(os.path.realpath(path))
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
        if target.read_bytes() != before:
            raise ProcspecError(f"{path.name} has changed meanwhile.", hint="Run the command again.")
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(raw)
                os.fchmod(stream.fileno(), mode)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise ProcspecError(f"{path.name} cannot be written: {error.strerror}.") from error
