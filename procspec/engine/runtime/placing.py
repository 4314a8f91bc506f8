"""Where jobs are added to a run: a group, and a sibling in it, by keys of the files or ids of the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from procspec.errors import ServiceError, UsageError
from procspec.model import ROOT, Kind, Node, Run, RunNode

_SHOWN = 30
"""So many groups or jobs are listed when one is not found."""
_ROOT = "root"
"""How plans call the root group, which has no key in the files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in a run: before or after a sibling, or at the end of a group."""

    group: RunNode
    sibling: RunNode | None = None
    before: bool = False

    def __str__(self) -> str:
        group = "the root group" if self.group.key == ROOT else named(self.group)
        if self.sibling is None:
            return f"at the end of {group}"
        return f"in {group}, {'before' if self.before else 'after'} {named(self.sibling)}"


def place(run: Run, desired: Node | None, *, group: str = "", after: str = "", before: str = "") -> Spot:
    """The place that is meant; without any word, the end of the root group (reference, "Create one or more
    Job runs"). `desired` is the process as the files want it, which names groups that no job tells.

    Raises UsageError, with what there is, for what is not there or can be several things.
    """
    if run.root is None:
        raise ServiceError(f"The answer does not show what is in the run {run.id}.")
    inside = _Inside(run.id, run.root, desired)
    asked = after or before
    where = inside.group(group) if group else None
    if not asked:
        return Spot(group=where or run.root)
    sibling = inside.sibling(asked)
    parent = inside.parent(sibling)
    if where is not None and parent.id != where.id:
        raise UsageError(
            f"{named(sibling)} is not in {named(where)}, but in {named(parent)}.",
            hint=f"In {named(where)} there is: {_listed(_own(where.children))}.",
        )
    return Spot(group=parent, sibling=sibling, before=bool(before))


def named(node: RunNode) -> str:
    """What a group or a job of a run is called: by its key, or by its title and its id."""
    if node.key:
        return _ROOT if node.key == ROOT else node.key
    return f'"{node.title}" ({node.id})' if node.title else node.id


@dataclass(frozen=True, slots=True)
class _Inside:
    """The tree of a run, in which something is looked for."""

    id: str
    root: RunNode
    desired: Node | None

    def group(self, text: str) -> RunNode:
        nodes = [node for node in self.root.walk() if node.kind is Kind.GROUP]
        found = self.meant(text, nodes)
        if found is None and self.meant(text, self.root.walk()) is not None:
            raise UsageError(f"{text!r} is a job.", hint=f"There are the groups {_listed(nodes)}.")
        if found is None:
            raise UsageError(f"The run {self.id} has no group {text!r}.", hint=f"There is: {_listed(nodes)}.")
        return found

    def sibling(self, text: str) -> RunNode:
        nodes = [node for node in _own(self.root.walk()) if node is not self.root]
        found = self.meant(text, nodes)
        if found is None:
            what = f"The run {self.id} has no job or group {text!r}."
            raise UsageError(what, hint=f"There is: {_listed(nodes)}.")
        return found

    def meant(self, text: str, nodes: Iterable[RunNode]) -> RunNode | None:
        """The one that the text means: an id, a key, or the key of a group that no job tells."""
        nodes = list(nodes)
        by_key = [node for node in nodes if node.key == text or (text == _ROOT and node.key == ROOT)]
        found = [node for node in nodes if node.id == text] or by_key or self.by_name(text, nodes)
        if len(found) > 1:
            raise UsageError(
                f"{text!r} can be several things in the run.", hint=f"Give the id of one: {_listed(found)}."
            )
        return found[0] if found else None

    def by_name(self, key: str, nodes: Iterable[RunNode]) -> list[RunNode]:
        """A group run does not say which group it was made from (schema page of ProcessGroupRun): one below
        which there is no known job is known by its name and by where it stands.
        """
        groups = [node for node in (self.desired.walk() if self.desired else ()) if node.kind is Kind.GROUP]
        ours = next((node for node in groups if node.key == key), None)
        if ours is None:
            return []
        alike = [node for node in groups if node.title.strip() == ours.title.strip()]
        found = [
            node
            for node in self.root.walk()
            if node.kind is Kind.GROUP and node.title.strip() == ours.title.strip()
        ]
        nameless = [node for node in nodes if node in found and not node.key]
        if len(alike) == len(found):
            return [node for node in nameless if node is found[alike.index(ours)]]
        return nameless

    def parent(self, node: RunNode) -> RunNode:
        groups = (one for one in self.root.walk() if any(child is node for child in one.children))
        return next(groups, self.root)


def _own(nodes: Iterable[RunNode]) -> Iterator[RunNode]:
    """What the server did not make itself (T20)."""
    return (node for node in nodes if not node.generated)


def _listed(nodes: Iterable[RunNode]) -> str:
    told = [_told(node) for node in nodes]
    more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return f"{', '.join(told[:_SHOWN]) or 'nothing'}{more}"


def _told(node: RunNode) -> str:
    key = f"{_ROOT if node.key == ROOT else node.key} " if node.key else ""
    return f'{key}"{node.title}" ({node.id})'
