"""`kind: Jobs`: jobs for a run that goes on, in the language of process files.

Such a file is read as a process that has these jobs and no others: they take the place of those of the
process that the run was made from, so that copies, dates and checks are those of any process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Final, cast

from procspec.model import Diagnostic, Document, Json, Location, Path, Project, Severity
from procspec.source import checks, environments, files, periods, violations
from procspec.source.calendars import calendars
from procspec.source.checks import Known, nodes
from procspec.source.copies import WORD
from procspec.source.expand import Scope, expand, references
from procspec.source.places import Entry, Places
from procspec.source.reader import decode, read
from procspec.source.rules import first, ordered, outspoken, problem
from procspec.source.schedule import compute
from procspec.source.violations import ACTIONS
from procspec.workdays import Workday, parse

NAME: Final = "jobs"
"""The field that holds them; the schema has the same name."""
_ROOT: Final = "root"
_CHILDREN: Final = "children"
_FIRST: Final = (_ROOT, _CHILDREN, 0)
"""The path of the first job."""
_DATES: Final = ("dueDate", "approverDueDate")


# ------------------------------------------------------------------------------------ one shape for another


def shaped(document: Document) -> Document:
    """The document with its jobs where a process has them, places too; one of another shape as it is."""
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get(NAME), list) or _ROOT in data:
        return document
    # A forEach of the file itself would make many of it; `faults` reports it, by its place.
    rest = {name: value for name, value in data.items() if name not in (NAME, WORD)}
    below = cast(dict[str, Entry], cast(Places, document.places).root[4])
    jobs = below[NAME]
    return _over(
        document, {**rest, _ROOT: {_CHILDREN: data[NAME]}}, {**below, _ROOT: (*jobs[:4], {_CHILDREN: jobs})}
    )


def unshaped(document: Document) -> Document:
    """A document of `shaped`, as it is written."""
    below = cast(dict[str, Entry], cast(Places, document.places).root[4])
    if not isinstance(document.data, dict) or not isinstance(below, dict) or NAME not in below:
        return document
    if _ROOT not in document.data or below.get(_ROOT, ())[:4] != below[NAME][:4]:
        return document
    rest = {name: value for name, value in document.data.items() if name != _ROOT}
    jobs = cast(dict[str, Entry], below[_ROOT][4])[_CHILDREN]
    kept = {name: entry for name, entry in below.items() if name != _ROOT}
    return _over(document, {**rest, NAME: document.data[_ROOT][_CHILDREN]}, {**kept, NAME: jobs})


def _over(document: Document, data: Json, below: Mapping[str, Entry]) -> Document:
    places, keys = cast(Places, document.places), cast(Places, document.keys)
    entry = (*places.root[:4], below, *places.root[5:])
    return replace(document, data=data, places=places.over(entry), keys=keys.over(entry))


# ---------------------------------------------------------------------------------------------- checks


def checked(document: Document, known: Known) -> list[Diagnostic]:
    """What is wrong inside of an expanded document of `shaped`, whatever the process: days that count from
    its dates are held for right.
    """
    document, found = _jobs_alone(document)
    found = outspoken(found, first(violations.check(unshaped(document), NAME)))
    counted = dict(_counted(document.data))
    found = outspoken(found, first(_impossible(document, counted)))
    plain = replace(document, data=_without(document.data, (), counted))
    return outspoken(found, first(checks.process(plain, known)))


def _jobs_alone(document: Document) -> tuple[Document, list[Diagnostic]]:
    """The document without what is no job, and that it is none: copies are of jobs, and only jobs can be
    added (reference, "Create one or more Job runs").
    """
    found = []
    if place := document.keys.get((WORD,)):
        found.append(problem("unknown-field", place, f'A file of jobs has no "{WORD}". Write it into a job.'))
    groups = {}
    for path, node in nodes(document.data):
        if len(path) == len(_FIRST) and ("group" in node or _CHILDREN in node):
            detail = "Jobs can be added to a run, and no groups. List its jobs, and name a group of the run."
            found.append(problem("value-not-allowed", _head(document, path, node), detail))
            groups[path] = node
    return replace(document, data=_without(document.data, (), groups)), [*first(found)]


def _impossible(document: Document, counted: Mapping[Path, Workday]) -> Iterator[Diagnostic]:
    for path, workday in counted.items():
        if workday.fault:
            yield problem("bad-workday", document.place(path), workday.fault)


def _head(document: Document, path: Path, child: Mapping[str, Json]) -> Location:
    """Where an entry begins: its first key."""
    return document.keys.get((*path, next(iter(child)))) or document.place(path)


def _counted(data: Json) -> Iterator[tuple[Path, Workday]]:
    """The days of jobs that count from the dates of a process."""
    for path, node in nodes(data):
        for action in ACTIONS:
            values = node.get(action)
            given = values if isinstance(values, dict) else {}
            for name in _DATES:
                text = given.get(name)
                workday = parse(text) if isinstance(text, str) else None
                if workday is not None:
                    yield (*path, action, name), workday


def _without(value: Json, path: Path, gone: Mapping[Path, object]) -> Json:
    """The data with None at some paths, which checks leave alone."""
    if path in gone:
        return None
    if isinstance(value, dict):
        return {key: _without(item, (*path, key), gone) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, (*path, index), gone) for index, item in enumerate(value)]
    return value


# --------------------------------------------------------------------------------------------- the file


_NOBODYS: Final = Document(
    file="",
    data={"kind": "Process", "key": "run", "name": "run", _ROOT: {"name": "run"}},
    places={},
    keys={},
)
"""Stands for a process that the files do not have; what is found about it has a place in no file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A file of jobs as it was read; None for a document that cannot be read as YAML."""

    file: str
    document: Document | None
    text: str
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """What came of a file of jobs: a process that has these jobs and no others, with its dates computed;
    None when something is wrong. `texts` has the file's text by its name.
    """

    document: Document | None
    diagnostics: tuple[Diagnostic, ...]
    texts: Mapping[str, str]


def written(path: FilePath, folder: FilePath) -> Written:
    """Reads a file that may lie anywhere; places name one of the project as those of the project do."""
    real = FilePath(os.path.realpath(path))
    home = FilePath(os.path.realpath(folder))
    name = real.relative_to(home).as_posix() if real.is_relative_to(home) else str(path)
    raw, unreadable = files.read_bytes(real.parent, real.name)
    if raw is None:
        found = tuple(replace(one, place=Location(name, 1, 1)) for one in unreadable)
        return Written(file=name, document=None, text="", diagnostics=found)
    document, problems = read(name, raw)
    text, _ = decode(name, raw)
    return Written(file=name, document=document, text=text or "", diagnostics=problems)


def load(given: Written, project: Project, process: Document | None) -> Jobs:
    """The jobs of a file for a run of `process`, which is computed and sound.

    None for a process that the files do not have: then days cannot be counted, and nothing can refer to its
    key. Problems of the file are diagnostics.
    """
    texts = {given.file: given.text}
    if given.document is None:
        return Jobs(document=None, diagnostics=given.diagnostics, texts=texts)
    document, problems = _expanded(given.document, given.text, project, process)
    document, misplaced = _jobs_alone(document)
    found = outspoken(outspoken(given.diagnostics, problems), misplaced)
    dated, problems = _dated(document, project, process)
    found = outspoken(found, problems)
    found = outspoken(found, first(violations.check(unshaped(document), NAME)))
    found = outspoken(found, first(_taken(document, process)))
    found = outspoken(found, first(checks.process(dated, _known(project))))
    ours = ordered(one for one in found if one.place is None or one.place.file == given.file)
    broken = any(one.severity is Severity.ERROR for one in ours)
    return Jobs(document=None if broken else dated, diagnostics=ours, texts=texts)


def _expanded(
    written: Document, text: str, project: Project, process: Document | None
) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The document in the shape of a process, its copies made and its expressions replaced."""
    document = shaped(written)
    if not isinstance(document.data, dict):
        return document, ()
    if process is None:
        made, problems = expand(document, text, _scope(project))
        return (*made, document)[0], (*_keyless(written, text), *problems)
    keyed = replace(document, data={**document.data, "key": process.data["key"]})
    made, problems = expand(keyed, text, _scope(project))
    data = {
        name: value for name, value in (*made, keyed)[0].data.items() if name in written.data or name == _ROOT
    }
    return replace((*made, keyed)[0], data=data), problems


def _keyless(document: Document, text: str) -> Iterator[Diagnostic]:
    for expression, place in references(document, text):
        if expression.startswith("${process."):
            detail = f'"{expression}" has no value: no process of the files is known to have this run.'
            yield problem("unknown-reference", place, detail)


def _scope(project: Project) -> Scope:
    """What the files of the project may refer to."""
    main = project.document
    declared = main.data.get("variables", {})
    unset = {name: main.keys[("variables", name)] for name in declared if name not in project.variables}
    names: dict[str, Mapping[str, Json]] = {"var": project.variables}
    if project.period is not None:
        names["period"] = periods.names(project.period)
    return Scope(names=names, unset=unset)


def _known(project: Project) -> Known:
    name = project.environment.name
    people, elsewhere = environments.names_of_people(project.document, name)
    return Known(people=people, calendars=frozenset(project.calendars), elsewhere=elsewhere, environment=name)


def _dated(
    document: Document, project: Project, process: Document | None
) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The process with these jobs in place of its own, each workday a day."""
    root = document.data.get(_ROOT) if isinstance(document.data, dict) else None
    jobs = root.get(_CHILDREN) if isinstance(root, dict) else None
    outer = process or _NOBODYS
    data = {**outer.data, _ROOT: {**outer.data[_ROOT], _CHILDREN: jobs}}
    places, keys = _Spliced(outer.places, document.places), _Spliced(outer.keys, document.keys)
    made, found = compute(replace(outer, data=data, places=places, keys=keys), calendars(project.document)[0])
    return made, found if process else tuple(outspoken(_uncounted(document), found))


def _uncounted(document: Document) -> Iterator[Diagnostic]:
    """Days that count from a process which nobody knows."""
    detail = (
        "It is counted from a date of the process, and no process of the files is known to have this run."
    )
    for path, workday in _counted(document.data):
        if not workday.fault:
            advice = "Write the day as YYYY-MM-DD."
            yield problem("workday-without-anchor", document.place(path), f"{detail} {advice}")


def _taken(document: Document, process: Document | None) -> Iterator[Diagnostic]:
    """Keys that the process has already."""
    theirs = {_key(node): (path, node) for path, node in nodes(process.data)} if process else {}
    for path, node in nodes(document.data):
        key = node.get("job")
        if process and isinstance(key, str) and key in theirs:
            where, other = theirs[key]
            place = process.place((*where, "group" if "group" in other else "job"))
            detail = f'The process has the key "{key}" already, in {place.file}. Give this job another one.'
            yield problem("duplicate-node", document.place((*path, "job")), detail, related=(place,))


def _key(node: Mapping[str, Json]) -> Json:
    return node.get("group", node.get("job"))


class _Spliced(Mapping[Path, Location]):
    """The places of a process whose jobs stand in another file."""

    def __init__(self, process: Mapping[Path, Location], jobs: Mapping[Path, Location]) -> None:
        self.process = process
        self.jobs = jobs

    def __getitem__(self, path: Path) -> Location:
        return (self.jobs if _is_job(path) else self.process)[path]

    def __iter__(self) -> Iterator[Path]:
        yield from (path for path in self.process if not _is_job(path))
        yield from filter(_is_job, self.jobs)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _is_job(path: Path) -> bool:
    return path[:2] == (_ROOT, _CHILDREN)
