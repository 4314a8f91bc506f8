"""Which live node is which key: by the recorded ids, or by structure when there are none yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from procspec.digest import digest
from procspec.model import ROOT, FieldTable, Json, Kind, Node
from procspec.reconcile.compare import normal, rule_of

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
    each takes the first live child that looks the same, then the first of its kind.
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
    """Exact look-alikes first, so that a twin in kind does not take another's place."""
    left = list(theirs)
    exact: dict[str, Node] = {}
    for child in ours:
        twin = next((other for other in left if _looks(child, other, fields)), None)
        if twin is not None:
            left.remove(twin)
            exact[child.key] = twin
    for child in ours:
        twin = exact.get(child.key) or next((other for other in left if _alike(child, other)), None)
        if twin in left:
            left.remove(twin)
        yield child, twin


def _looks(one: Node, other: Node, fields: FieldTable) -> bool:
    """Whether everything that the server shows of a node, and of all below it, is as desired."""
    if not _alike(one, other):
        return False
    shown = {name: value for name, value in other.fields.items() if name in one.fields}
    if any(_normal(fields, one, name) != _normal(fields, other, name) for name in shown):
        return False
    return _titles(one) == _titles(other)


def _normal(fields: FieldTable, node: Node, name: str) -> Json:
    return normal(rule_of(fields, node, name), node.fields[name])


def _titles(node: Node) -> list[str]:
    return sorted(part.title.strip() for part in node.walk() if part is not node and not part.generated)


def adopt(desired: Node, ids: Mapping[str, str]) -> Node:
    """The desired process with the server's ids, for those nodes that have one."""
    children = tuple(adopt(child, ids) for child in desired.children)
    return replace(desired, id=ids.get(desired.key), children=children)


def snapshot(live: Node, fields: FieldTable) -> str:
    """The digest of a keyed live process: the same for all answers that mean the same."""
    return digest(_shape(live, fields))


def _shape(node: Node, fields: FieldTable) -> Json:
    values = {name: _normal(fields, node, name) for name in node.fields}
    children = [_shape(child, fields) for child in node.children]
    if node.fields.get("parallel"):
        children.sort(key=lambda child: str(child["id"]))
    return {"id": node.id, "fields": values, "children": children}


def ids_of(live: Node) -> dict[str, str]:
    """The ids of a keyed process by key."""
    return {node.key: node.id for node in live.walk() if node.id is not None}
