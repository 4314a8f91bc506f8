"""Which live node is which key: by the recorded ids, or by structure when there are none yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from procspec.digest import digest
from procspec.model import ROOT, FieldTable, Json, Kind, Node
from procspec.reconcile.compare import normal, rule_of, same

UNKNOWN = "id:"
"""Starts the key of a live node that the record does not know."""


def keyed(live: Node, ids: Mapping[str, str]) -> Node:
    """The live process with its nodes' keys, generated nodes left out (T20)."""
    return _key(live, {id: key for key, id in ids.items()})


def _key(node: Node, keys: Mapping[str, str]) -> Node:
    key = node.key
    if node.kind is not Kind.PROCESS and key != ROOT:
        key = keys.get(node.id or "", f"{UNKNOWN}{node.id}")
    children = tuple(_key(child, keys) for child in node.children if not child.generated)
    return replace(node, key=key, children=children)


def pair(desired: Node, live: Node, fields: FieldTable) -> dict[str, str] | None:
    """The ids of the desired nodes in a live process that was made from them; None when it was not.

    In a serial group children pair by position; the children of a parallel group have no order, and
    pair by what they have in common, title first.
    """
    ids: dict[str, str] = {}
    return ids if _pair(desired, live, fields, ids) else None


def _pair(desired: Node, live: Node, fields: FieldTable, ids: dict[str, str]) -> bool:
    if not _alike(desired, live) or live.id is None:
        return False
    ids[desired.key] = live.id
    theirs = [child for child in live.children if not child.generated]
    if len(theirs) != len(desired.children):
        return False
    serial = desired.kind is not Kind.GROUP or not desired.fields.get("parallel", False)
    couples = (
        zip(desired.children, theirs, strict=True) if serial else _match(desired.children, theirs, fields)
    )
    return all(other is not None and _pair(child, other, fields, ids) for child, other in couples)


def _alike(one: Node, other: Node) -> bool:
    return one.kind is other.kind and one.fields.get("action") == other.fields.get("action")


def _match(
    ours: tuple[Node, ...], theirs: list[Node], fields: FieldTable
) -> Iterator[tuple[Node, Node | None]]:
    """Couples of what has the most in common, so that a twin in title does not take another's place."""
    couples: dict[int, int] = {}
    free = dict.fromkeys(range(len(theirs)))
    for _, place, index in sorted(_candidates(ours, theirs, fields)):
        if index not in couples and place in free:
            del free[place]
            couples[index] = place
    for index, child in enumerate(ours):
        alike = (place for place in free if _alike(child, theirs[place]))
        found = couples[index] if index in couples else next(alike, None)
        if found is not None:
            free.pop(found, None)
        yield child, None if found is None else theirs[found]


def _candidates(
    ours: tuple[Node, ...], theirs: list[Node], fields: FieldTable
) -> Iterator[tuple[int, int, int]]:
    """(-likeness, their place, our place) for all that agree in kind, action and title."""
    places: dict[Json, list[int]] = {}
    for place, other in enumerate(theirs):
        places.setdefault(_face(other), []).append(place)
    for index, child in enumerate(ours):
        for place in places.get(_face(child), ()):
            yield -_likeness(child, theirs[place], fields), place, index


def _face(node: Node) -> tuple[Json, ...]:
    """What couples must agree in first: kind, action and title."""
    return node.kind, node.fields.get("action"), node.title.strip()


def _likeness(one: Node, other: Node, fields: FieldTable) -> int:
    """How many fields agree, less those that do not; what only the server has must be a default."""
    score = 0
    for name in {*one.fields, *other.fields}:
        rule = rule_of(fields, one, name)
        ours, theirs = one.fields.get(name, rule.default), other.fields.get(name)
        if theirs is not None:
            score += 1 if same(rule, ours, theirs) else -1
    return score + (_titles(one) == _titles(other))


def _titles(node: Node) -> list[str]:
    return sorted(part.title.strip() for part in node.walk() if part is not node and not part.generated)


def snapshot(live: Node, fields: FieldTable) -> str:
    """The digest of a keyed live process: the same for all answers that mean the same."""
    return digest(_shape(live, fields))


def _shape(node: Node, fields: FieldTable) -> Json:
    values = {name: normal(rule_of(fields, node, name), value) for name, value in node.fields.items()}
    children = [_shape(child, fields) for child in node.children]
    if node.fields.get("parallel"):
        children.sort(key=lambda child: str(child["id"]))
    return {"id": node.id, "fields": values, "children": children}


def ids_of(live: Node) -> dict[str, str]:
    """The ids of a keyed process by key."""
    return {node.key: node.id for node in live.walk() if node.id is not None}
