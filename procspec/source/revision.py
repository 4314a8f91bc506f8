"""The files of a project as they were at a git revision, in a temporary place."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from procspec.errors import UsageError
from procspec.source.files import PROJECT
from procspec.source.reader import MAX_BYTES

_FILES = ("100644", "100755")
_LINK = "120000"
_LONGEST = 4096
"""A link's target in bytes, and how many links a name may lead through, as in Linux."""
_MOST_LINKS = 40
_COMMIT = "# branch.oid "
"""What `git status` begins the line of the commit with."""
_PATIENCE = 10.0
"""Seconds after which the state of a repository is not worth waiting for."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file or a link of a tree: its mode, the name of git's object and the size of that in bytes."""

    mode: str
    blob: str
    size: int


@dataclass(frozen=True, slots=True)
class Head:
    """What is checked out: the commit, and whether the project's files are others than those in it."""

    commit: str
    dirty: bool


def head(folder: Path) -> Head | None:
    """What is checked out where the project's folder is; None in no repository, or without git."""
    command = ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-C", str(folder)]
    files = [f":(glob)**/{name}" for name in (PROJECT, f"*.{PROJECT}")]
    asked = ["status", "--porcelain=v2", "--branch", "--untracked-files=all", "--", *files]
    try:
        done = subprocess.run([*command, *asked], capture_output=True, check=True, timeout=_PATIENCE)
    except (OSError, subprocess.SubprocessError):
        return None
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    commits = [line.removeprefix(_COMMIT) for line in lines if line.startswith(_COMMIT)]
    if not commits or commits[0] == "(initial)":
        return None
    return Head(commits[0], any(not line.startswith("# ") for line in lines))


@contextmanager
def checked_out(folder: Path, revision: str) -> Iterator[Path | None]:
    """The project in `folder` at the revision, gone afterwards; None where there was no project then.

    What is read are git's own objects, so that no attribute of a file (`export-ignore`) leaves one out.
    Only what `load` reads of a project is there; links that stay inside of it are followed. Raises
    UsageError when the folder is in no repository, git is not there, the revision is unknown, or a link
    leads to no file of the project.
    """
    tree = _tree(folder, _commit(folder, revision))
    names = _ours(tree)
    if PROJECT not in names:
        yield None
        return
    files = _followed(folder, tree, names, revision)
    small = {entry.blob for entry in files.values() if entry.size <= MAX_BYTES}
    contents = _contents(folder, small)
    with tempfile.TemporaryDirectory(prefix="procspec-") as place:
        for name, entry in files.items():
            _put(Path(place, name), contents.get(entry.blob))
        yield Path(place)


def _put(path: Path, content: bytes | None) -> None:
    """Writes a file; one that is too large is only as large as it takes for `load` to say so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content or b"")
    if content is None:
        os.truncate(path, MAX_BYTES + 1)


# -------------------------------------------------------------------------------------------- the tree


def _tree(folder: Path, commit: str) -> dict[str, _Entry]:
    """The files and links below the folder by name, relative to it; no submodules."""
    tree = {}
    for line in filter(None, _git(folder, "ls-tree", "-r", "-z", "-l", commit).split(b"\0")):
        about, _, name = line.partition(b"\t")
        mode, kind, blob, size = about.decode().split()
        if kind == "blob":
            tree[os.fsdecode(name)] = _Entry(mode, blob, int(size))
    return tree


def _ours(tree: Mapping[str, _Entry]) -> list[str]:
    """The names that `files.listing` would give, and the project file's."""
    named = [name for name in tree if name == PROJECT or name.endswith(f".{PROJECT}")]
    return [name for name in named if not _is_foreign(tree, name)]


def _is_foreign(tree: Mapping[str, _Entry], name: str) -> bool:
    """Whether it is hidden, or in a folder that is a project of its own; `..` is hidden too."""
    *folders, _ = parts = name.split("/")
    inside = ("/".join((*folders[: depth + 1], PROJECT)) for depth in range(len(folders)))
    return any(part.startswith(".") for part in parts) or any(other in tree for other in inside)


def _followed(
    folder: Path, tree: Mapping[str, _Entry], names: Iterable[str], revision: str
) -> dict[str, _Entry]:
    """The files that the names stand for."""
    short = {name: one.blob for name, one in tree.items() if one.mode == _LINK and one.size <= _LONGEST}
    targets = _contents(folder, set(short.values()))
    links = {name: _rooted(folder, os.fsdecode(targets[blob])) for name, blob in short.items()}
    found = {}
    for name in names:
        entry = tree.get(_end(name, links) or "")
        if entry is None or entry.mode not in _FILES:
            raise UsageError(
                f"{name!r} is a link at {revision!r}, and leads to no file of the project.",
                hint="Choose a revision at which it did, or at which it was a file.",
            )
        found[name] = entry
    return found


def _rooted(folder: Path, target: str) -> str:
    """A link's target with the project's folder as the root, which `/..` is outside of."""
    top = f"{os.path.realpath(folder)}/"
    if target.startswith(top):
        return f"/{target.removeprefix(top)}"
    return "/.." if target.startswith("/") else target


def _end(name: str, links: Mapping[str, str]) -> str | None:
    """Where a name leads through links; None when that is outside of the tree, or nowhere."""
    done: list[str] = []
    waiting = name.split("/")[::-1]
    followed = 0
    while waiting:
        part = waiting.pop()
        if part == ".." and not done:
            return None
        if part == "..":
            done.pop()
        elif part not in ("", "."):
            done.append(part)
        target = links.get("/".join(done)) if done else None
        if target is not None:
            followed += 1
            done = [] if target.startswith("/") else done[:-1]
            waiting += target.split("/")[::-1]
        if followed > _MOST_LINKS:
            return None
    return "/".join(done)


# ------------------------------------------------------------------------------------------------- git


def _commit(folder: Path, revision: str) -> str:
    if not revision or revision.startswith("-") or "\0" in revision:
        raise UsageError(f"{revision!r} is no git revision.")
    _git(folder, "rev-parse", "--show-toplevel")  # says why there is no repository, if there is none
    try:
        return _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    except UsageError:
        raise UsageError(
            f"git knows no revision {revision!r}.", hint="In CI, check out with enough history for it."
        ) from None


def _contents(folder: Path, blobs: Iterable[str]) -> dict[str, bytes]:
    """What is in git's objects of these names; raises UsageError for one that is not there."""
    wanted = sorted(blobs)
    if not wanted:
        return {}
    answer = _git(folder, "cat-file", "--batch", given="".join(f"{blob}\n" for blob in wanted))
    found: dict[str, bytes] = {}
    at = 0
    for blob in wanted:
        end = answer.index(b"\n", at)
        _, kind, *size = answer[at:end].decode().split()
        if not size:
            raise UsageError(f"git has no object {blob}: it is {kind}.", hint="Fetch it.")
        at = end + 1 + int(size[0])
        found[blob] = answer[end + 1 : at]
        at += 1
    return found


def _git(folder: Path, *arguments: str, given: str = "") -> bytes:
    """What git says; raises UsageError with its own words when it fails."""
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, input=given.encode(), capture_output=True, check=False)
    except OSError as error:
        raise UsageError(f"git cannot be run: {error.strerror}.", hint="--since needs git.") from error
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise UsageError(f"git {arguments[0]} failed: {words or 'no reason given'}.")
    return done.stdout
