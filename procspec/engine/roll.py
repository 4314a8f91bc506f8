"""roll: the processes of another period against those of this one; two compilations, no account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from procspec.engine.session import Wanted, is_live, labels, wanted
from procspec.model import (
    Action,
    Change,
    Choice,
    Compare,
    FieldRule,
    Kind,
    Landing,
    Node,
    Project,
    Record,
    Roll,
    Rolled,
)
from procspec.providers.base import Ability, Provider, require
from procspec.reconcile.compare import rule_of, same
from procspec.reconcile.diff import computed, whole

T = TypeVar("T")


def roll(
    provider: Provider,
    now: Project,
    then: Project,
    files: Mapping[str, Wanted],
    records: Mapping[str, Record],
) -> Roll:
    """What `then`, the project in another period, has against `now`; raises SpecError as compiling does.

    Two things belong together that come from one place in the files and, where `forEach` makes copies of
    it, have one position among them: whatever of the period stands in their keys. `files` is what `then`
    wants, compiled. `records` says which processes of other periods are there: they are kept as they are.
    """
    require(provider, Ability.DEFINE)
    ours, theirs = _by_template(wanted(now, provider)), _by_template(files)
    order = [*theirs, *(spot for spot in ours if spot not in theirs)]
    there = frozenset(key for key, one in records.items() if is_live(one))
    rolled = [_Pair(provider, there, ours.get(spot), theirs.get(spot)).rolled() for spot in order]
    stay = {one.after for one in rolled if one.after is not None}
    kept = {key for key, one in records.items() if _is_kept(one, _name(then))}
    return Roll(
        project=then.name,
        environment=then.environment.name,
        before=_name(now),
        after=_name(then),
        processes=tuple(rolled),
        kept=tuple(sorted(kept - stay)),
        labels=labels(then),
    )


def _name(project: Project) -> str:
    return project.period.name if project.period else ""


def _is_kept(record: Record, period: str) -> bool:
    return is_live(record) and record.period not in ("", period)


_Spot = tuple[Hashable, int]
"""Where something is written, and how many others that are written there come before it."""


def _by_template(files: Mapping[str, Wanted]) -> dict[_Spot, Wanted]:
    return _by_spot((file.document.file, file) for file in files.values())


def _by_spot(written: Iterable[tuple[Hashable, T]]) -> dict[_Spot, T]:
    found: dict[_Spot, T] = {}
    seen = Counter[Hashable]()
    for where, one in written:
        found[where, seen[where]] = one
        seen[where] += 1
    return found


_Nodes = tuple[Node | None, Node | None, int]
"""A node now and then, and its level in the tree."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """A process of both periods; one side is None where only the other has it."""

    provider: Provider
    there: frozenset[str]
    """The keys of the processes that are on the server already."""
    before: Wanted | None
    after: Wanted | None

    def rolled(self) -> Rolled:
        """The differences in the order of the next period's file."""
        before = self.before.desired if self.before else None
        after = self.after.desired if self.after else None
        pairs = list(self.pairs(before, after))
        shown = self.after or self.before
        return Rolled(
            before=self.before.key if self.before else None,
            after=self.after.key if self.after else None,
            title=shown.desired.title if shown else "",
            tasks=sum(_is_job(one) and _is_job(other) for one, other, _ in pairs),
            changes=tuple(
                change for one, other, level in pairs for change in self.changes(one, other, level)
            ),
            landings=tuple(self.landings()),
            choices=tuple(choice for one, other, _ in pairs for choice in self.choices(one, other)),
            place=shown.desired.place if shown else None,
            there=self.after is not None and self.after.key in self.there,
        )

    def pairs(self, before: Node | None, after: Node | None) -> Iterator[_Nodes]:
        """The nodes of both trees with their levels, those together that are written in one place."""
        ours, theirs = _spots(before), _spots(after)
        yield from ((ours.get(spot, _NOTHING)[0], node, level) for spot, (node, level) in theirs.items())
        yield from ((node, None, level) for spot, (node, level) in ours.items() if spot not in theirs)

    def changes(self, before: Node | None, after: Node | None, level: int) -> Iterator[Change]:
        """The fields of a node that differ, or the node itself where only one side has it."""
        node = after or before
        if before is None or after is None or node is None:
            if node is not None and self.before and self.after:
                yield Change(
                    action=Action.CREATE if before is None else Action.TRASH,
                    node=node.key,
                    before=whole(before) if before else None,
                    after=whole(after) if after else None,
                    place=node.place,
                    level=level,
                )
            return
        for name in dict.fromkeys((*after.fields, *before.fields)):
            one, other = before.fields.get(name), after.fields.get(name)
            if not same(self.rule(after, name), one, other):
                yield self.change(after, name, one, other, level)

    def change(self, node: Node, name: str, before: object, after: object, level: int) -> Change:
        origin = node.origins.get(name)
        return Change(
            action=Action.UPDATE,
            node=node.key,
            field=name,
            before=before,
            after=after,
            place=origin.place if origin else node.place,
            level=level,
            written=computed(node, [name]),
        )

    def rule(self, node: Node, name: str) -> FieldRule:
        return rule_of(self.provider.fields, node, name)

    def landings(self) -> Iterator[Landing]:
        """Dates of the next period on which nobody works."""
        calendar = self.after.document.calendar if self.after else None
        if calendar is None or self.after is None:
            return
        for node in self.after.desired.walk():
            for name, value in node.fields.items():
                is_due = self.rule(node, name).compare is Compare.DATE and name.lower().endswith("duedate")
                if is_due and not calendar.is_business(date.fromisoformat(value[:10])):
                    change = self.change(node, name, None, value, 0)
                    yield Landing(path=change.path, day=value[:10], place=change.place)

    def choices(self, before: Node | None, after: Node | None) -> Iterator[Choice]:
        """Ids of content, and dates, that are the same in both periods: they do not follow from it."""
        bound = self.after is not None and self.after.document.period
        if before is None or after is None or not bound:
            return
        for name, value in after.fields.items():
            rule = self.rule(after, name)
            stays = rule.chosen or rule.compare is Compare.DATE
            if stays and same(rule, before.fields.get(name), value):
                change = self.change(after, name, None, value, 0)
                yield Choice(path=change.path, id=str(value), place=change.place)


def _is_job(node: Node | None) -> bool:
    return node is not None and node.kind is Kind.JOB


_NOTHING = (None, 0)


def _spots(node: Node | None) -> dict[_Spot, tuple[Node, int]]:
    """The nodes of a tree with their levels, by where they are written."""
    return _by_spot((_written_at(one), (one, level)) for one, level in _levels(node))


def _written_at(node: Node) -> Hashable:
    return (node.place.line, node.place.column) if node.place else node.key


def _levels(node: Node | None, level: int = 0) -> Iterator[tuple[Node, int]]:
    if node is not None:
        yield node, level
        for child in node.children:
            yield from _levels(child, level + 1)
