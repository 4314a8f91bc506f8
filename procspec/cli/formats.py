"""What other programs than ours read of `validate`: SARIF, workflow commands of GitHub, JUnit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from procspec.cli.screen import Screen
from procspec.model import Diagnostic, Location
from procspec.render.visible import json_text

FORMATS = ("sarif", "github", "junit")


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in the files of one project.

    `texts` has the files that were read, by the names that places have: relative to `folder`, which is
    None when there is no project.
    """

    diagnostics: Sequence[Diagnostic]
    texts: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    is_whole: bool = True
    """Whether policies were applied too; else a file without findings is not known to be right."""


def say(screen: Screen, form: str, found: Found) -> None:
    """Prints it, alone on stdout; GitHub has nothing to read when nothing was found."""
    text = shown(form, found)
    if text:
        screen.say(text)


def shown(form: str, found: Found) -> str:
    """All of it in one of the `FORMATS`; files have the names that they have in the repository."""
    way = way_to(found.folder)
    diagnostics = [moved(one, way) for one in found.diagnostics]
    if form == "github":
        from procspec.render.github import github

        return github(diagnostics)
    if form == "junit":
        from procspec.render.junit import junit

        texts = {way + file: text for file, text in found.texts.items()}
        return junit(diagnostics, texts, whole=found.is_whole)
    return json_text(_sarif(diagnostics, whole=found.is_whole))


def _sarif(diagnostics: Sequence[Diagnostic], *, whole: bool) -> object:
    from procspec import __version__
    from procspec.policy import POLICIES
    from procspec.render.sarif import sarif
    from procspec.source import RULES

    rules = {rule: (summary, "") for rule, summary in RULES.items()}
    policies = {id: (policy.summary, policy.explanation) for id, policy in POLICIES.items()}
    levels = {id: policy.severity for id, policy in POLICIES.items()}
    return sarif(diagnostics, {**rules, **policies}, __version__, levels, whole=whole)


def way_to(folder: Path | None) -> str:
    """From the repository's folder to the project's, with a `/` behind it.

    Empty without a repository. Code scanning and annotations count from where `.git` lies, wherever a
    command was started.
    """
    above = [] if folder is None else [folder, *folder.parents]
    for candidate in above:
        if (candidate / ".git").exists():
            return "".join(f"{part}/" for part in above[0].relative_to(candidate).parts)
    return ""


def moved(one: Diagnostic, way: str) -> Diagnostic:
    """The diagnostic with the names that files have in the repository."""
    related = tuple(_below(place, way) for place in one.related)
    return replace(one, place=one.place and _below(one.place, way), related=related)


def _below(place: Location, way: str) -> Location:
    return replace(place, file=way + place.file)
