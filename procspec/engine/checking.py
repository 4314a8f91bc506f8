"""load -> compile -> policies: everything that can be said about files without asking anybody."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from procspec import providers
from procspec.engine.session import Wanted, compiled
from procspec.model import Diagnostic, Json, Location, Node, Plan, Project, Severity, Waiver
from procspec.policy import POLICIES, Custom, fault_of_file, parse
from procspec.policy import check as judge
from procspec.source import RULES, Loaded
from procspec.source.files import POLICIES as POLICIES_FOLDER
from procspec.source.files import SCHEMA, read_bytes
from procspec.source.reader import decode
from procspec.source.rules import ordered, warning


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
    is what the files want, compiled, by key.
    """

    project: Project | None
    plain: tuple[Diagnostic, ...]
    found: tuple[Diagnostic, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    as_of: date
    texts: Mapping[str, str]
    files: Mapping[str, Wanted] = field(default_factory=dict)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All of it, sorted by place."""
        return ordered((*self.plain, *self.found))

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What stops a command."""
        return tuple(one for one in self.diagnostics if one.severity is Severity.ERROR)

    def waivers_of(self, plan: Plan) -> tuple[Waiver, ...]:
        """The waivers in force for the processes of a plan."""
        planned = {item.key for item in plan.processes}
        return tuple(one for one in self.waivers if one.key in planned)


def check(loaded: Loaded, *, today: date, as_of: date | None = None) -> Checked:
    """Compiles a project and applies all policies to it, those of its folder included.

    `as_of` is the day to check for; without it the clock of an emulated environment, else `today`.
    """
    project = loaded.project
    if project is None:
        return Checked(project=None, plain=loaded.diagnostics, as_of=as_of or today, texts=loaded.texts)
    clock = project.environment.clock
    as_of = as_of or (date.fromisoformat(clock) if clock else today)
    team = policies(Path(project.folder))
    files, uncompiled = compiled(project, providers.get(project.environment.provider))
    parts = _parts(project, files) if team.custom else {}
    findings = judge(project, as_of=as_of, custom=team.custom, parts=parts)
    return Checked(
        project=project,
        plain=ordered((*loaded.diagnostics, *uncompiled)),
        found=ordered((*team.diagnostics, *findings.diagnostics)),
        waivers=findings.waivers,
        as_of=as_of,
        texts={**loaded.texts, **team.texts},
        files=files,
    )


def _parts(project: Project, files: Mapping[str, Wanted]) -> dict[str, tuple[tuple[Node, Json], ...]]:
    """What the schemas of a team are applied to, by process."""
    provider = providers.get(project.environment.provider)
    return {key: provider.parts(file.desired) for key, file in files.items()}


# ------------------------------------------------------------------------------- policies of a team


def policies(folder: Path) -> Policies:
    """The policies in `policies/*.schema.json` below a project's folder, in the order of their names."""
    names, found = _listing(folder)
    custom, texts = dict[str, Custom](), dict[str, str]()
    for name in names:
        raw, unreadable = read_bytes(folder, name)
        found += unreadable
        if raw is None:
            continue
        text, _ = decode(name, raw)
        texts |= {name: text} if text is not None else {}
        one, problems = parse(name, raw, _taken(custom))
        found += problems
        custom |= {one.policy.id: one} if one else {}
    return Policies(custom=tuple(custom.values()), diagnostics=tuple(found), texts=texts)


def _taken(custom: Collection[str]) -> frozenset[str]:
    """Ids that another rule has; `explain` and waivers go by them."""
    return frozenset({*POLICIES, *RULES, *custom})


def _listing(folder: Path) -> tuple[list[str], list[Diagnostic]]:
    """The names of the policy files, and of those whose name is nearly right."""
    place, path = Location(POLICIES_FOLDER, 1, 1), folder / POLICIES_FOLDER
    if path.is_symlink():
        detail = "Links to folders are not followed, so no policy of it would be checked. Make it a folder."
        return [], [fault_of_file(place, detail)]
    try:
        entries = sorted(entry.name for entry in os.scandir(path) if not entry.name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return [], []
    except OSError as error:
        return [], [fault_of_file(place, f"The folder cannot be read: {error.strerror or error}.")]
    names = [f"{POLICIES_FOLDER}/{name}" for name in entries if name.endswith(SCHEMA)]
    others = [name for name in entries if name.endswith(".json") and not name.endswith(SCHEMA)]
    detail = f'The name of a policy file ends in "{SCHEMA}". Rename this one if it is to be checked.'
    return names, [
        warning("unread-file", Location(f"{POLICIES_FOLDER}/{name}", 1, 1), detail) for name in others
    ]
