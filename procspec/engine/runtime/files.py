"""files: what a system keeps for a run, listed and downloaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from procspec.engine.runtime.folder import Folder
from procspec.engine.runtime.runs import read, run_of
from procspec.engine.session import Session
from procspec.errors import ProcspecError
from procspec.model import Json, Run
from procspec.providers.base import Ability, require

Heard = Callable[[int, int | None], None]
"""Told how many bytes there are so far, and how many there will be, if the server says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFile:
    """A file under the name that the system keeps it by; `variable` holds that name, where one does."""

    file: str
    variable: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The files of a run; `run` is its id."""

    run: str
    files: tuple[RunFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """What became of a file: where it is now and how many bytes it has, or why it is not there."""

    file: str
    variable: str = ""
    path: str = ""
    bytes: int = 0
    exit_code: int = 0
    error: str = ""
    hint: str = ""


def list_files(session: Session, run: str, names: Sequence[str] = ()) -> Files:
    """The files of the run that RUN means, all or those named: 1 GET.

    A name that the run does not list is taken as it is: a variable may hold the name of a file (api-facts
    2.4), and the name of such a variable will do as well. Raises UsageError where the system keeps no files,
    ProcspecError when there is no such run.
    """
    require(session.provider, Ability.FILES)
    found = read(session, run_of(session, run))
    chosen = dict.fromkeys(_stored(found, name) for name in names or found.files)
    files = tuple(RunFile(file=name, variable=_variable(found, name)) for name in chosen)
    return Files(run=found.id, files=files)


def _stored(run: Run, name: str) -> str:
    held = run.variables.get(name)
    return held if name not in run.files and isinstance(held, str) and held else name


def _variable(run: Run, file: str) -> str:
    """The first variable whose value is the file's name, or a list with it."""
    return next((name for name, value in run.variables.items() if _holds(value, file)), "")


def _holds(value: Json, file: str) -> bool:
    return value == file or (isinstance(value, list) and file in value)


def download(
    session: Session,
    wanted: Files,
    out: Path,
    *,
    force: bool,
    heard: Callable[[str], Heard],
    report: Callable[[Download], None],
) -> tuple[Download, ...]:
    """Downloads files one after another: 1 GET each; what fails for one is in its result, the others go on.

    After a signal nothing more is begun, and of what was under way nothing stays. `heard` makes, for the
    name of a file, what is told of its bytes; `report` hears of every file at its end.
    """
    folder = Folder(out, force=force)
    done = []
    with session.halt.politely():
        for file in wanted.files:
            done.append(_one(session, wanted.run, file, folder, heard(file.file)))
            report(done[-1])
    return tuple(done)


def _one(session: Session, run: str, file: RunFile, folder: Folder, heard: Heard) -> Download:
    try:
        session.halt.check()
        path, size = _fetched(session, run, file.file, folder, heard)
    except ProcspecError as error:
        return Download(
            file=file.file,
            variable=file.variable,
            exit_code=error.exit_code,
            error=error.message,
            hint=error.hint,
        )
    return Download(file=file.file, variable=file.variable, path=str(path), bytes=size)


def _fetched(session: Session, run: str, file: str, folder: Folder, heard: Heard) -> tuple[Path, int]:
    with folder.part() as part:
        shown = session.service.download(run, file, part.stream, heard)
        if shown is None:
            raise ProcspecError(
                f"The run {run} has no file {file}.", hint=f"`procspec files {run}` lists what it has."
            )
        size = part.stream.tell()
        return folder.keep(part, shown or file), size


def exit_code(done: Sequence[Download], signalled: int) -> int:
    """A signal's, else that of the first file that is not there."""
    return signalled or next((one.exit_code for one in done if one.exit_code), 0)
