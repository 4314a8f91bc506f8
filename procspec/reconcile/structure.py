"""Who is whose child, and in which order: as last applied, and which side moved since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from procspec.model import Cause, Kind, Node
from procspec.reconcile.identity import UNKNOWN

Order: TypeAlias = Mapping[str, tuple[str, ...]]
"""By the key of a group, the keys of its children. Keys are in the record's `ids` too, so this tells
nothing new; and with the keys themselves, one group's move does not hide what happened to another."""


def order_of(live: Node, desired: Node | None = None) -> dict[str, tuple[str, ...]]:
    """The order that was just applied: that of `desired`, or, if nobody knows, of the keyed `live` process.

    The children of a parallel group have no order, so theirs is always the server's: if the file makes
    the group a serial one later, that moved them, and no hand on the server did.
    """
    theirs = {
        node.key: tuple(child.key for child in node.children if not child.key.startswith(UNKNOWN))
        for node in live.walk()
        if node.kind is Kind.GROUP and not node.key.startswith(UNKNOWN)
    }
    if desired is None:
        return theirs
    groups = [node for node in desired.walk() if node.kind is Kind.GROUP]
    return {group.key: _arranged(group, theirs.get(group.key, ())) for group in groups}


def _arranged(group: Node, theirs: Sequence[str]) -> tuple[str, ...]:
    keys = tuple(child.key for child in group.children)
    if not group.fields.get("parallel"):
        return keys
    places = {key: place for place, key in enumerate(theirs)}
    return tuple(sorted(keys, key=lambda key: places.get(key, len(places))))


def parent_in(order: Order, key: str) -> str | None:
    """The group that a node was in when it was last applied; None when the record does not know."""
    return next((group for group, children in order.items() if key in children), None)


def parent_cause(order: Order, key: str, live: str, planned: str) -> Cause:
    """Which side moved a node from one group into another."""
    was = parent_in(order, key)
    if was is None or live == was:
        return Cause.SPEC
    return Cause.DRIFT if planned == was else Cause.BOTH


def order_cause(order: Order, group: str, live: Sequence[str], planned: Sequence[str]) -> Cause:
    """Which side moved the children that a group has on both sides.

    Where neither did, the difference is about nodes that both sides have put there.
    """
    if group not in order:
        return Cause.SPEC
    was = among(order[group], planned)
    theirs, ours = among(live, was), among(planned, was)
    if (theirs == was) is (ours == was):
        return Cause.BOTH
    return Cause.SPEC if theirs == was else Cause.DRIFT


def among(keys: Sequence[str], others: Sequence[str]) -> list[str]:
    """Those keys that are among the others, in their own order."""
    known = frozenset(others)
    return [key for key in keys if key in known]
