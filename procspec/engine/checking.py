"""load -> compile -> policies: everything that can be said about files without asking anybody."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from procspec import providers
from procspec.engine.session import Wanted, WantedRun, compiled, launched
from procspec.model import Diagnostic, Json, Node, Project, Severity, Waiver
from procspec.policy import POLICIES, Custom, parse
from procspec.policy import check as judge
from procspec.source import RULES, Loaded
from procspec.source import files as source_files
from procspec.source.reader import decode
from procspec.source.rules import ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """The policies of a team, what is wrong with their files, and the texts of these by name."""

    custom: tuple[Custom, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A project after all checks; None when its files cannot even be read as one.

    `plain` is what is wrong with the files themselves, `found` what policies say; both sorted by place.
    `as_of` is the day that they were checked for. `texts` has every file that was read, by name. `files`
    is what the files want, compiled, by key, `runs` what they declare; `custom` are the policies of the team.
    """

    project: Project | None
    plain: tuple[Diagnostic, ...]
    found: tuple[Diagnostic, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    as_of: date
    texts: Mapping[str, str]
    files: Mapping[str, Wanted] = field(default_factory=dict)
    custom: tuple[Custom, ...] = ()
    runs: Mapping[str, WantedRun] = field(default_factory=dict)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All of it, sorted by place."""
        return ordered((*self.plain, *self.found))

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What stops a command."""
        return tuple(one for one in self.diagnostics if one.severity is Severity.ERROR)


def check(loaded: Loaded, *, today: date, as_of: date | None = None) -> Checked:
    """Compiles a project and applies all policies to it, those of its folder included.

    `as_of` is the day to check for; without it the clock of an emulated environment, else `today`.
    """
    project = loaded.project
    if project is None:
        return Checked(project=None, plain=loaded.diagnostics, as_of=as_of or today, texts=loaded.texts)
    clock = project.environment.clock
    as_of = as_of or (date.fromisoformat(clock) if clock else today)
    team = _policies(loaded.policies)
    provider = providers.get(project.environment.provider)
    files, uncompiled = compiled(project, provider)
    runs, unlaunched = launched(project, provider)
    parts = _parts(project, files) if team.custom else {}
    findings = judge(project, as_of=as_of, custom=team.custom, parts=parts)
    return Checked(
        project=project,
        plain=ordered((*loaded.diagnostics, *uncompiled, *unlaunched)),
        found=ordered((*team.diagnostics, *findings.diagnostics)),
        waivers=findings.waivers,
        as_of=as_of,
        texts={**loaded.texts, **team.texts},
        files=files,
        custom=team.custom,
        runs=runs,
    )


def _parts(project: Project, files: Mapping[str, Wanted]) -> dict[str, tuple[tuple[Node, Json], ...]]:
    """What the schemas of a team are applied to, by process."""
    provider = providers.get(project.environment.provider)
    return {key: provider.parts(file.desired) for key, file in files.items()}


# ------------------------------------------------------------------------------- policies of a team


def policies(folder: Path) -> Policies:
    """The policies in `policies/*.schema.json` below a project's folder, in the order of their names."""
    return _policies(source_files.policies(folder))


def _policies(read: source_files.PolicyFiles) -> Policies:
    custom, texts, found = dict[str, Custom](), dict[str, str](), [*read.diagnostics]
    for name, raw in read.raw.items():
        text, _ = decode(name, raw)
        texts |= {name: text} if text is not None else {}
        one, problems = parse(name, raw, _taken(custom))
        found += problems
        custom |= {one.policy.id: one} if one else {}
    return Policies(custom=tuple(custom.values()), diagnostics=tuple(found), texts=texts)


def _taken(custom: Collection[str]) -> frozenset[str]:
    """Ids that another rule has; `explain` and waivers go by them."""
    return frozenset({*POLICIES, *RULES, *custom})
