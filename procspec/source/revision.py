"""The project's folder as it was at a git revision, in a temporary place."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from procspec.errors import UsageError


@contextmanager
def checked_out(folder: Path, revision: str) -> Iterator[Path | None]:
    """A copy of the folder at the revision, gone afterwards; None where it did not exist then.

    Only what git tracks is in it. Raises UsageError when the folder is in no repository, git is not
    there, or the revision is unknown.
    """
    top = Path(_git(folder, "rev-parse", "--show-toplevel").decode("utf-8", "surrogateescape").rstrip("\n"))
    commit = _commit(folder, revision)
    inside = folder.resolve().relative_to(top.resolve()).as_posix()
    with tempfile.TemporaryDirectory(prefix="procspec-") as place:
        if inside != "." and not _git(top, "ls-tree", "-d", commit, "--", inside):
            yield None
            return
        _unpack(_git(top, "archive", "--format=tar", commit, "--", inside), Path(place))
        yield Path(place) / inside


def _commit(folder: Path, revision: str) -> str:
    if revision.startswith("-"):
        raise UsageError(f"{revision!r} is no git revision.")
    try:
        return _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    except UsageError:
        raise UsageError(
            f"git knows no revision {revision!r}.", hint="In CI, check out with enough history for it."
        ) from None


def _unpack(archive: bytes, place: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar.getmembers():
            if member.isfile() or member.isdir():  # a link is no file of a project
                tar.extract(member, place, filter="data")


def _git(folder: Path, *arguments: str) -> bytes:
    """What git says; raises UsageError with its own words when it fails."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)
    except OSError as error:
        raise UsageError(f"git cannot be run: {error.strerror}.", hint="--since needs git.") from error
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise UsageError(f"git {arguments[0]} failed: {words or 'no reason given'}.")
    return done.stdout
