"""A folder of files -> a `Project`, or everything that is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from procspec.digest import canonical
from procspec.errors import UsageError
from procspec.model import Diagnostic, Document, Holidays, Json, Period, Project, Severity
from procspec.source import checks, environments, files, kinds, periods, scenarios, violations
from procspec.source.calendars import Calendars, calendars
from procspec.source.expand import Scope, expand, references
from procspec.source.moves import node_moves, project_moves
from procspec.source.reader import decode, read
from procspec.source.rules import MOST_OF_COPIES, first, is_cut, ordered, outspoken, problem, unseen
from procspec.source.schedule import compute, holidays
from procspec.source.variables import Resolved, resolve_all

_STATE = ".procspec/state.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What came of a folder: the project if nothing is wrong with it, and all diagnostics in any case.

    `texts` has the text of every file that could be decoded, by the name that places give it, relative
    to the project's folder; lines end with a line feed. `policies` are the policy files as they were read
    for the project's digest.
    """

    project: Project | None
    diagnostics: tuple[Diagnostic, ...]
    texts: Mapping[str, str]
    policies: files.PolicyFiles = field(default_factory=files.PolicyFiles)


@dataclass(slots=True)
class _Files:
    """The files as they were read; `problems` are those of their YAML, `found` collects for all."""

    raw: dict[str, bytes] = field(default_factory=dict)
    policies: files.PolicyFiles = field(default_factory=files.PolicyFiles)
    texts: dict[str, str] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    problems: dict[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    found: list[Diagnostic] = field(default_factory=list)


def load(
    folder: Path,
    *,
    environment: str | None = None,
    variables: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Loaded:
    """Reads the project in `folder` for one environment.

    `environment` and `variables` are the command line's; `environ` the process's (`PROCSPEC_ENV`,
    `PROCSPEC_PERIOD`, `PROCSPEC_VAR_x`; nothing is read from elsewhere). Problems of the files are
    diagnostics.

    Raises `UsageError` when the folder holds no project, and for an environment or a period from outside
    that does not exist.
    """
    environ = environ or {}
    if not (folder / files.PROJECT).is_file():
        raise UsageError(f"There is no {files.PROJECT} in {folder}.", hint="Run `procspec init`, or use -C.")
    sources = _read(folder)
    main = sources.documents.pop(files.PROJECT, None)
    chosen = environments.choose(main, environment, environ)
    values = resolve_all(main, chosen, variables or {}, environ) if main else Resolved()
    business, faults = calendars(main)
    if main is not None:
        problems = first(_project_problems(main, sources.texts[files.PROJECT], chosen, values))
        sources.found += outspoken(outspoken(sources.problems[files.PROJECT], faults), problems)
    now, unknown = periods.choose(main, environ)
    sources.found += unknown
    names = _Names(_scope(main, chosen, values, now), _known(main, chosen), business, values.values, now)
    documents = _documents(sources, names)
    moved, moves = _moved(main, documents, sources)
    sources.found += moves
    diagnostics = ordered(sources.found)
    broken = any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)
    project = None
    if main is not None and chosen is not None and not broken:
        project = _project(folder, main, chosen, names, moved, documents, sources)
    return Loaded(project=project, diagnostics=diagnostics, texts=sources.texts, policies=sources.policies)


def _read(folder: Path) -> _Files:
    names, found = files.listing(folder)
    sources = _Files(found=list(found))
    for name in (files.PROJECT, *names):
        raw, unreadable = files.read_bytes(folder, name)
        sources.found += unreadable
        if raw is None:
            continue
        sources.raw[name] = raw
        text, _ = decode(name, raw)
        if text is not None:
            sources.texts[name] = text
        document, problems = read(name, raw)
        if document is None:
            sources.found += problems
        else:
            sources.documents[name] = document
            sources.problems[name] = problems
    sources.policies = files.policies(folder)
    return sources


def _project_problems(
    main: Document, text: str, chosen: str | None, values: Resolved
) -> Iterator[Diagnostic]:
    yield from violations.check(main, "project")
    yield from environments.check(main, chosen)
    yield from values.found
    for written, place in references(main, text):
        detail = f'Expressions are replaced in process files alone: here "{written}" would stay as it is.'
        yield problem("malformed-expression", place, detail)


def _known(main: Document | None, chosen: str | None) -> checks.Known:
    """The names that processes may use; a project file that is broken forbids none."""
    if main is None or not isinstance(main.data, dict) or chosen is None:
        return checks.Known(people=None, calendars=None, elsewhere={}, environment="")
    people, elsewhere = environments.names_of_people(main, chosen)
    calendars = main.data.get("calendars")
    names = frozenset(calendars) if isinstance(calendars, dict) else frozenset()
    return checks.Known(people=people, calendars=names, elsewhere=elsewhere, environment=chosen)


def _scope(main: Document | None, chosen: str | None, values: Resolved, now: Period | None) -> Scope:
    """What processes may refer to; nothing is held against them that a broken project file may explain."""
    declared = main.data.get("variables", {}) if main is not None and isinstance(main.data, dict) else None
    unset = values.unset if chosen is not None else {}
    blind = not isinstance(declared, dict) or chosen is None
    names: dict[str, Mapping[str, Json]] = {"var": values.values}
    if now is not None:
        names["period"] = periods.names(now)
    elif main is None or "period" in _mapping(main.data):
        names["period"] = periods.NOTHING
    return Scope(names=names, unset=unset, blind=blind)


def _mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class _Names:
    """What the process files may refer to."""

    scope: Scope
    known: checks.Known
    business: Calendars
    variables: Mapping[str, Json]
    now: Period | None


def _documents(sources: _Files, names: _Names) -> tuple[Document, ...]:
    """The documents of all files, expanded; what is wrong with them goes to `sources.found`."""
    computed: list[Document] = []
    for name, written in sources.documents.items():
        documents, problems = expand(kinds.shaped(written), sources.texts[name], names.scope)
        found = outspoken(sources.problems[name], problems)
        sources.found += found
        said = [*ordered(found)]  # once for all copies: every one of them asks
        for document in documents:
            if len(sources.found) > MOST_OF_COPIES and document is not documents[0]:
                sources.found.append(unseen(written.place(())))
                break
            dated, wrong = _dated(document, names, said)
            sources.found += wrong
            computed.append(dated)
    sources.found += checks.process_keys(computed)
    whole = _is_whole(sources, computed)
    staged, problems = scenarios.checked(scenarios.Cast(computed, names.known, names.business, whole))
    sources.found = outspoken(sources.found, problems)
    return staged


def _is_whole(sources: _Files, documents: Iterable[Document]) -> bool:
    """Whether all files could be read: else nobody knows which keys there are."""
    read_all = sources.problems.keys() == sources.raw.keys() and not is_cut(sources.found)
    named = (one for one in documents if isinstance(one.data, dict) and kinds.kind_of(one) != "Jobs")
    keys = (document.data.get("key") for document in named)
    return read_all and all(isinstance(key, str) for key in keys)


def _dated(document: Document, names: _Names, before: list[Diagnostic]) -> tuple[Document, list[Diagnostic]]:
    """The expanded document with its dates, and what is wrong that was not said `before` of its places."""
    if kinds.kind_of(document) != "Process":
        return document, outspoken(before, kinds.checked(document, names.known))[len(before) :]
    strange = [*kinds.unknown(document)]
    if strange:  # nobody knows what else it should have
        return document, outspoken(before, strange)[len(before) :]
    dated, problems = compute(document, names.business)
    found = outspoken(before, problems)
    found = outspoken(found, first(violations.check(dated, "process")))
    found = outspoken(found, first(checks.process(dated, names.known)))
    found = outspoken(found, node_moves(dated)[1])
    return dated, found[len(before) :]


def _moved(
    main: Document | None, documents: tuple[Document, ...], sources: _Files
) -> tuple[Mapping[str, str], tuple[Diagnostic, ...]]:
    """The moves of the project file; where a file cannot be read, nobody knows which keys there are."""
    if main is None:
        return {}, ()
    keys = [document.data.get("key") for document in documents if isinstance(document.data, dict)]
    return project_moves(main, frozenset(map(str, keys)) if _is_whole(sources, documents) else None)


def _project(
    folder: Path,
    main: Document,
    chosen: str,
    names: _Names,
    moved: Mapping[str, str],
    documents: tuple[Document, ...],
    sources: _Files,
) -> Project:
    processes, runs, scenarios, jobs = (
        tuple(document for document in documents if kinds.kind_of(document) == kind) for kind in kinds.KINDS
    )
    taken = holidays(processes, names.business)
    others = {document.file for document in (*scenarios, *jobs)}  # no plan depends on them
    raw = {name: content for name, content in sources.raw.items() if name not in others}
    return Project(
        folder=str(folder),
        name=main.data["name"],
        environment=environments.environment(main, chosen),
        variables=names.variables,
        people=environments.people(main, chosen),
        calendars=main.data.get("calendars", {}),
        state=main.data.get("state", _STATE),
        document=main,
        processes=processes,
        texts=sources.texts,
        digest=_digest({**raw, **sources.policies.raw}, chosen, names.variables, names.now, taken),
        period=names.now,
        holidays=taken,
        moved=moved,
        runs=runs,
        scenarios=scenarios,
    )


def _digest(
    raw: Mapping[str, bytes],
    chosen: str,
    values: Mapping[str, Json],
    now: Period | None,
    taken: Mapping[str, Holidays],
) -> str:
    """SHA-256 over all that a plan depends on, every part after its length; not over places on disk."""
    result = hashlib.sha256()
    named = [
        part for name, content in raw.items() for part in (name.encode("utf-8", "surrogateescape"), content)
    ]
    about = [now.name if now else "", {name: [one.source, *one.dates] for name, one in taken.items()}]
    for part in (chosen.encode(), canonical(values), canonical(about), *named):
        result.update(len(part).to_bytes(8, "big") + part)
    return result.hexdigest()
