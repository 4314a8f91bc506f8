"""`procspec fmt`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from procspec import source
from procspec.cli.opening import Invalid
from procspec.cli.screen import Globals
from procspec.errors import UsageError
from procspec.model import Diagnostic
from procspec.render.visible import visible
from procspec.source.files import PROJECT, listing, read_bytes


@click.command("fmt")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a file has another layout.")
@click.pass_obj
def command(given: Globals, paths: tuple[Path, ...], check: bool) -> int:
    """Bring the files into the one layout, comments kept: the project's, or those named.

    Prints the names of the files that change. Data, comments, the order of fields and long texts stay what
    they are; a byte order mark goes, and lines end with a line feed. Exit 1 when a file was left alone,
    exit 3 when one is no YAML.
    """
    ended = _Ended(given, check)
    for folder, name, shown in dict.fromkeys(_files(given, paths)):
        ended.take(folder, name, shown)
    if ended.found:
        raise Invalid(ended.found, ended.texts)
    return 1 if ended.left or (check and ended.changed) else 0


def _files(given: Globals, paths: tuple[Path, ...]) -> Iterator[tuple[Path, str, str]]:
    """Folder, name, and what to call it, of every file; raises UsageError for a path that is not there."""
    if not paths:
        folder = source.find(given.folder)
        yield from ((folder, name, name) for name in _below(folder))
    for path in paths:
        if path.is_dir():
            yield from ((path, name, str(path / name)) for name in _below(path))
        elif path.exists():
            yield path.parent, path.name, str(path)
        else:
            raise UsageError(f"There is no file {path}.")


def _below(folder: Path) -> list[str]:
    names, _ = listing(folder)
    return [*([PROJECT] if (folder / PROJECT).is_file() else []), *names]


class _Ended:
    """What has become of the files so far."""

    def __init__(self, given: Globals, check: bool) -> None:
        self.given = given
        self.check = check
        self.changed = 0
        self.left = 0
        self.found: list[Diagnostic] = []
        self.texts: dict[str, str] = {}

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
