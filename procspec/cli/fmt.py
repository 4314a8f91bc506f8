"""`procspec fmt`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import click

from procspec import source
from procspec.cli.opening import Invalid
from procspec.cli.screen import Globals
from procspec.errors import UsageError
from procspec.model import Diagnostic, Severity
from procspec.render.visible import visible
from procspec.source.files import PROJECT, listing, read_bytes

_File = tuple[Path, str, str]
"""Folder, name, and what to call it."""
_SUFFIXES = (".yaml", ".yml")


@click.command("fmt")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a file has another layout.")
@click.pass_obj
def command(given: Globals, paths: tuple[str, ...], check: bool) -> int:
    """Bring the files into the one layout, comments kept: the project's, or those named.

    A named file is one whose name ends in .yaml or .yml; of a folder all process files are taken, and those
    of the projects below it.

    Prints the names of the files that change. Data, comments, the order of fields and long texts stay what
    they are; a byte order mark goes, and lines end with a line feed. Exit 1 when a file was left alone,
    exit 3 when one is no YAML.
    """
    ended = _Ended(given, check)
    for folder, name, shown in dict.fromkeys(_files(ended, paths)):
        ended.take(folder, name, shown)
    if ended.found:
        raise Invalid(ended.found, ended.texts)
    return 1 if ended.left or (check and ended.changed) else 0


def _files(ended: _Ended, paths: tuple[str, ...]) -> list[_File]:
    """Every file; raises UsageError, before any is written, for a path that is none or no YAML file."""
    if not paths:
        folder = source.find(ended.given.folder)
        return [(folder, name, name) for name in ended.below(folder, Path())]
    return [one for path in paths for one in _named(ended, path)]


def _named(ended: _Ended, given: str) -> list[_File]:
    """The file, or all those of the folder and of the projects below it."""
    path = Path(given)
    if not given or not os.path.exists(path):
        raise UsageError(f"There is no file {given or repr(given)}.")
    if not path.is_dir():
        if path.suffix.lower() not in _SUFFIXES:
            hint = f"The name of a YAML file ends in {' or '.join(_SUFFIXES)}. Nothing was written."
            raise UsageError(f"{given} is not a YAML file.", hint=hint)
        return [(path.parent, path.name, given)]
    found = [
        (folder, name, str(folder / name))
        for folder in _projects(path)
        for name in ended.below(folder, folder)
    ]
    if not found:
        ended.given.screen.tell(visible(f"note: there is nothing to format in {given}."))
    return found


def _projects(folder: Path) -> list[Path]:
    """The folder, and those of all projects below it; as in `listing`, neither hidden ones nor links."""
    found, waiting = list[Path](), [folder]
    while waiting:
        below = [path for path in _folders(waiting.pop()) if not path.name.startswith(".")]
        found += [path for path in below if os.path.exists(path / PROJECT)]
        waiting += below
    return [folder, *sorted(found)]


def _folders(folder: Path) -> list[Path]:
    try:
        return [folder / entry.name for entry in os.scandir(folder) if entry.is_dir(follow_symlinks=False)]
    except OSError:  # `listing` says so
        return []


class _Ended:
    """What has become of the files so far."""

    def __init__(self, given: Globals, check: bool) -> None:
        self.given = given
        self.check = check
        self.changed = 0
        self.left = 0
        self.found: list[Diagnostic] = []
        self.texts: dict[str, str] = {}

    def below(self, folder: Path, shown: Path) -> list[str]:
        """The names of a folder's files, without nested projects; keeps what cannot be looked at."""
        names, found = listing(folder)
        for one in found:
            if one.severity is Severity.ERROR and one.place:
                place = replace(one.place, file=str(shown / one.place.file))
                self.found.append(replace(one, place=place))
        return [*([PROJECT] if (folder / PROJECT).is_file() else []), *names]

    def take(self, folder: Path, name: str, shown: str) -> None:
        """Formats one file, or says why it is left alone."""
        from procspec.source.layout import formatted
        from procspec.source.rewrite import rewrite

        raw, unreadable = read_bytes(folder, name)
        self.found += unreadable
        if raw is None:
            return
        done = formatted(shown, raw)
        if done.diagnostics:
            self.found += done.diagnostics
            self.texts[shown] = raw.decode("utf-8-sig", "replace")
        elif done.raw is None:
            self.left += 1
            self.given.screen.tell(visible(f"{shown} is left alone: {done.refusal}"))
        elif done.raw != raw:
            if not self.check:
                rewrite(folder / name, done.raw, raw)
            self.changed += 1
            self.given.screen.say(visible(shown))
