"""The files of a project: which there are, and their bytes; regular files only (DESIGN section 3)."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from procspec.errors import UsageError
from procspec.model import Diagnostic, Location
from procspec.source.reader import MAX_BYTES
from procspec.source.rules import problem, warning

PROJECT = "procspec.yaml"
_SUFFIX = ".procspec.yaml"
_NEARLY = ".procspec.yml"
_POLICIES = "policies"
"""The folder in which a team keeps its own policies."""
_SCHEMA = ".schema.json"
"""What the name of a policy file ends in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFiles:
    """The bytes of a team's policy files by name, in order, and what keeps others from being read."""

    raw: Mapping[str, bytes] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


def find(start: Path) -> Path:
    """The folder of the project that `start` is in: the nearest with a `procspec.yaml`, upwards.

    Raises `UsageError` when there is none.
    """
    folder = Path(os.path.abspath(start))
    for candidate in (folder, *folder.parents):
        if (candidate / PROJECT).is_file():
            return candidate
    raise UsageError(
        f"There is no {PROJECT} in {folder} or in a folder above it.",
        hint="Run `procspec init` to begin a project here, or name its folder with -C.",
    )


def listing(folder: Path) -> tuple[tuple[str, ...], tuple[Diagnostic, ...]]:
    """The names of the process files below the folder, '/' separated, in the order of their paths.

    Hidden folders and folders that are projects of their own are left out, links to folders too. The
    diagnostics are about folders that cannot be read, and files whose name is nearly right.
    """
    names: list[str] = []
    found: list[Diagnostic] = []
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        try:
            entries = list(os.scandir(folder / prefix))
        except OSError as error:
            detail = f"The folder cannot be read: {error.strerror or error}."
            found.append(problem("unreadable-file", Location(prefix, 1, 1), detail))
            continue
        shown = [entry for entry in entries if not entry.name.startswith(".")]
        waiting += [f"{prefix}{entry.name}/" for entry in shown if _is_ours(entry)]
        files = [prefix + entry.name for entry in shown if not entry.is_dir(follow_symlinks=False)]
        names += [name for name in files if name.endswith(_SUFFIX)]
        found += [_misnamed(name) for name in files if name.endswith(_NEARLY)]
    return tuple(sorted(names)), tuple(found)


def policies(folder: Path) -> PolicyFiles:
    """The files `policies/*.schema.json`, their names '/' separated; hidden ones are left out."""
    names, found = _policies(folder)
    raw = dict[str, bytes]()
    for name in names:
        content, unreadable = read_bytes(folder, name)
        found += unreadable
        raw |= {name: content} if content is not None else {}
    return PolicyFiles(raw=raw, diagnostics=tuple(found))


def _policies(folder: Path) -> tuple[list[str], list[Diagnostic]]:
    """The names of the policy files, and what is wrong with the folder or nearly right in it."""
    path, place = folder / _POLICIES, Location(_POLICIES, 1, 1)
    if path.is_symlink():
        detail = "Links to folders are not followed, so no policy of it would be checked. Make it a folder."
        return [], [problem("unreadable-file", place, detail)]
    try:
        entries = sorted(entry.name for entry in os.scandir(path) if not entry.name.startswith("."))
    except FileNotFoundError:
        return [], []
    except NotADirectoryError:
        detail = "It is a file, so no policy is checked. Make it a folder of policy files."
        return [], [warning("unread-file", place, detail)]
    except OSError as error:
        detail = f"The folder cannot be read: {error.strerror or error}."
        return [], [problem("unreadable-file", place, detail)]
    names = [f"{_POLICIES}/{name}" for name in entries if name.endswith(_SCHEMA)]
    # A control that nobody runs must not look like one: folders and other endings are told.
    others = [name for name in entries if not name.endswith((_SCHEMA, ".md"))]
    detail = f'Only files here whose name ends in "{_SCHEMA}" are policies. Rename or move this one.'
    return names, [warning("unread-file", Location(f"{_POLICIES}/{name}", 1, 1), detail) for name in others]


def _is_ours(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False) and not os.path.exists(os.path.join(entry.path, PROJECT))


def _misnamed(name: str) -> Diagnostic:
    detail = f'The name of a process file ends in "{_SUFFIX}". Rename this one if it is to be read.'
    return warning("unread-file", Location(name, 1, 1), detail)


def read_bytes(folder: Path, name: str) -> tuple[bytes | None, tuple[Diagnostic, ...]]:
    """The bytes of one file; at most one more than a document may have. Never raises for a bad file."""
    reason = _outside(folder, name)
    if reason:
        return None, (problem("unreadable-file", Location(name, 1, 1), reason),)
    try:
        with open(folder / name, "rb", opener=_opener) as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return file.read(MAX_BYTES + 1), ()
        detail = "This is not a regular file. Replace it by one, or rename it."
    except OSError as error:
        detail = f"The file cannot be read: {error.strerror or error}."
    return None, (problem("unreadable-file", Location(name, 1, 1), detail),)


def _opener(path: str, flags: int) -> int:
    """Without O_NONBLOCK, a pipe with the name of a file would make us wait for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _real(path: Path) -> str:
    """Where links lead; `Path.resolve` raises for those that lead to themselves (until Python 3.13)."""
    return os.path.realpath(path)


def _outside(folder: Path, name: str) -> str:
    """Why a link is not followed: a checkout must not read what lies beside it."""
    path = folder / name
    if not path.is_symlink() or _real(path).startswith(_real(folder) + os.sep):
        return ""
    return "This is a link to a place outside of the project. Copy the file into the project."
