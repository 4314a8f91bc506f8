"""All policies over one project: findings, less what is waived."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain

from procspec.model import Diagnostic, Location, Project, Severity, Waiver
from procspec.policy import settings, waivers
from procspec.policy.custom import Parts, Unusable, violations
from procspec.policy.people import Directory
from procspec.policy.scene import Hit, Process, Scene
from procspec.policy.schemas import Custom
from procspec.policy.table import POLICIES, Policy
from procspec.redaction import masked

_NAMED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What the policies find, sorted by place, and the waivers that cover other findings."""

    diagnostics: tuple[Diagnostic, ...] = ()
    waivers: tuple[Waiver, ...] = ()


def check(
    project: Project,
    *,
    as_of: date,
    custom: Sequence[Custom] = (),
    parts: Mapping[str, Parts] | None = None,
) -> Findings:
    """Applies every policy to the project's processes.

    `as_of` is the day that the world is judged for. `custom` are the policies of the team, for the
    `parts` of the payloads by process key. A rule is broken at most once at a place; the copies of a
    forEach share the place of their template, and are named. Pure; raises nothing.
    """
    known = {**POLICIES, **{one.policy.id: one.policy for one in custom}}
    judged = settings.settings(project.document, known)
    scene = Scene(
        project=project,
        processes=tuple(Process(document) for document in project.processes),
        people=Directory(project),
        as_of=as_of,
        most=judged.most,
    )
    standing = waivers.standing(scene.processes)
    wrong = [(one, list(waivers.faults(one, scene, known))) for one in standing]
    sound = [one for one, found in wrong if not found]
    cover = waivers.Cover(sound)
    scene = replace(scene, is_waived=cover.is_over)
    breaches, unusable = _breaches(custom, scene, parts or {})
    hits = [hit for hit in (*_built_in(scene, judged), *breaches) if judged.severities[hit.policy]]
    left, used = cover.split(hits)
    rest = chain(*(found for _, found in wrong), waivers.unused(sound, used))
    about = [*rest, *settings.faults(project.document, known)]
    found = [*unusable, *_diagnostics((*left, *about), known, judged)]
    return Findings(diagnostics=tuple(sorted(found, key=_order)), waivers=tuple(one.waiver for one in used))


def _built_in(scene: Scene, judged: settings.Settings) -> Iterator[Hit]:
    for policy in POLICIES.values():
        if policy.find is not None and judged.severities[policy.id]:
            yield from policy.find(scene)


def _breaches(
    custom: Iterable[Custom], scene: Scene, parts: Mapping[str, Parts]
) -> tuple[list[Hit], list[Diagnostic]]:
    """What breaks the policies of the team, and those of them that cannot be applied."""
    hits, unusable = list[Hit](), list[Diagnostic]()
    for one in custom:
        try:
            hits += violations(one, scene.processes, parts)
        except Unusable as error:
            unusable.append(error.problem)
    return hits, unusable


def _diagnostics(
    hits: Iterable[Hit], known: Mapping[str, Policy], judged: settings.Settings
) -> Iterator[Diagnostic]:
    """A diagnostic for every rule and place, which names the copies that it stands for."""
    groups: dict[tuple[str, str, int, int], list[tuple[Hit, Location]]] = {}
    for hit in hits:
        place = hit.place
        groups.setdefault((hit.policy, place.file, place.line, place.column), []).append((hit, place))
    for (policy, *_), group in groups.items():
        severity = judged.severities[policy]
        if severity is not None:
            yield _diagnostic(known[policy], severity, group)


def _diagnostic(policy: Policy, severity: Severity, group: Sequence[tuple[Hit, Location]]) -> Diagnostic:
    hit, place = group[0]
    others = list(dict.fromkeys(place.copy for _, place in group[1:] if place.copy != group[0][1].copy))
    return Diagnostic(
        rule=policy.id,
        summary=policy.summary,
        detail=masked(hit.detail + _others(others)),
        place=place,
        severity=severity,
        related=tuple(
            one for one in dict.fromkeys(hit.related) if replace(one, copy="") != replace(place, copy="")
        ),
    )


def _others(copies: Sequence[str]) -> str:
    if not copies:
        return ""
    more = f" and {len(copies) - _NAMED} more" if len(copies) > _NAMED else ""
    return f" The same rule is broken in {', '.join(copies[:_NAMED])}{more}."


def _order(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    place = diagnostic.place or Location("", 0, 0)
    return place.file, place.line, place.column, diagnostic.rule, diagnostic.detail
