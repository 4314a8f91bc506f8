"""Exceptions: which findings they cover, and which of them are no good."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from procspec.model import Json, Path, Waiver
from procspec.policy.scene import Hit, Process, Scene
from procspec.policy.settings import unknown
from procspec.policy.table import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A waiver where it stands: `above` is the path of its node, `path` its own."""

    process: Process
    above: Path
    path: Path
    waiver: Waiver

    def covers(self, hit: Hit) -> bool:
        """Whether a finding of its policy and its process is at its node or below."""
        return hit.path[: len(self.above)] == self.above

    def hit(self, policy: str, field: str, detail: str) -> Hit:
        """A finding about the waiver itself."""
        return Hit(policy=policy, document=self.process.document, path=(*self.path, field), detail=detail)


def standing(processes: Iterable[Process]) -> tuple[Standing, ...]:
    """Every waiver of every process, in the order of the files."""
    return tuple(one for process in processes for one in _of(process))


def _of(process: Process) -> Iterator[Standing]:
    yield from _at(process, (), process.data, "")
    for path, node in process.nodes:
        yield from _at(process, path, node, str(node.get("job") or node.get("group")))


def _at(process: Process, above: Path, node: Mapping[str, Json], key: str) -> Iterator[Standing]:
    for index, given in enumerate(node.get("waivers", ())):
        path = (*above, "waivers", index)
        place = process.document.place((*path, "policy"))
        fields = {name: str(given[name]) for name in ("policy", "reason", "owner", "expires")}
        waiver = Waiver(key=process.key, node=key, place=place, **fields)
        yield Standing(process=process, above=above, path=path, waiver=waiver)


def faults(given: Standing, scene: Scene, known: Mapping[str, Policy]) -> Iterator[Hit]:
    """Why a waiver cannot be in force; nothing when it is sound."""
    waiver = given.waiver
    if waiver.policy not in known:
        yield given.hit("unknown-policy", "policy", unknown(waiver.policy, known))
    elif known[waiver.policy].fixed:
        detail = f'"{waiver.policy}" cannot be waived, since it is about the policies themselves. Mend it.'
        yield given.hit("bad-policy-setting", "policy", detail)
    if waiver.owner not in scene.project.people:
        detail = f'Nobody is called "{waiver.owner}" in the project. Name somebody from "people".'
        yield given.hit("unknown-owner", "owner", detail)
    if _is_over(waiver, scene.as_of):
        detail = (
            f"The waiver ended on {waiver.expires}, and it is checked for {scene.as_of}."
            " Mend what it was for, or have its owner decide anew on a later end."
        )
        yield given.hit("expired-waiver", "expires", detail)


def _is_over(waiver: Waiver, as_of: date) -> bool:
    return waiver.expires < as_of.isoformat()


class Cover:
    """The waivers in force, by what they may cover."""

    def __init__(self, sound: Sequence[Standing]) -> None:
        self._sound = sound
        self._index: dict[tuple[int, str], list[Standing]] = {}
        for one in sound:
            self._index.setdefault((id(one.process.document), one.waiver.policy), []).append(one)

    def over(self, hit: Hit) -> list[Standing]:
        """The waivers that cover a finding."""
        known = self._index.get((id(hit.document), hit.policy), ())
        return [one for one in known if one.covers(hit)]

    def is_over(self, hit: Hit) -> bool:
        """Whether a waiver covers a finding."""
        return bool(self.over(hit))

    def split(self, hits: Iterable[Hit]) -> tuple[list[Hit], list[Standing]]:
        """The findings that are left, and the waivers that cover the others."""
        left, used = list[Hit](), set[int]()
        for hit in hits:
            covering = self.over(hit)
            used |= {id(one) for one in covering}
            if not covering:
                left.append(hit)
        return left, [one for one in self._sound if id(one) in used]


def unused(sound: Iterable[Standing], used: Collection[Standing]) -> Iterator[Hit]:
    """Waivers that cover nothing; the copies of a template are one."""
    needed = {_spot(one) for one in used}
    for one in sound:
        if _spot(one) not in needed:
            detail = (
                f'There is no finding of "{one.waiver.policy}" here or below, or the policy is off.'
                " Remove the waiver, before it covers something else."
            )
            yield one.hit("unused-waiver", "policy", detail)


def _spot(one: Standing) -> tuple[str, int, int] | None:
    place = one.waiver.place
    return (place.file, place.line, place.column) if place else None
