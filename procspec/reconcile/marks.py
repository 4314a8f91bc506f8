"""What was last applied, as digests: the third side of a three-way comparison."""

from __future__ import annotations

from collections.abc import Mapping

from procspec.digest import digest
from procspec.model import FieldTable, Json, Mark, Node, Origin
from procspec.reconcile.compare import normal, rule_of

Marks = Mapping[str, Mapping[str, Mark]]
"""Marks by node key and field."""


def marks(
    desired: Node, live: Node | None, fields: FieldTable, salt: str, previous: Marks | None = None
) -> dict[str, dict[str, Mark]]:
    """The marks of every desired field; `live`, keyed, says which of them the server shows.

    A field that left the files and that no patch can remove keeps its `previous` mark while it is live.
    """
    there = {} if live is None else {node.key: node for node in live.walk()}
    return {
        node.key: {
            **_kept(node, there.get(node.key), fields, (previous or {}).get(node.key, {})),
            **{name: _mark(node, name, there.get(node.key), fields, salt) for name in node.fields},
        }
        for node in desired.walk()
    }


def _mark(node: Node, name: str, live: Node | None, fields: FieldTable, salt: str) -> Mark:
    return Mark(
        value=value_digest(fields, node, name, node.fields[name], salt),
        written=written_digest(node.origins.get(name), salt),
        shown=live is None or live.fields.get(name) is not None,
    )


def _kept(node: Node, live: Node | None, fields: FieldTable, previous: Mapping[str, Mark]) -> dict[str, Mark]:
    if live is None:
        return {}
    return {
        name: mark
        for name, mark in previous.items()
        if (name in live.fields or not mark.shown) and not rule_of(fields, node, name).removable
    }


def value_digest(fields: FieldTable, node: Node, name: str, value: Json, salt: str) -> str:
    """The digest of a value in its normal spelling."""
    return digest(normal(rule_of(fields, node, name), value), salt)


def written_digest(origin: Origin | None, salt: str) -> str:
    """The digest of the person's or calendar's name that stands in the file; empty for a plain value."""
    return digest(origin.written, salt) if origin is not None and origin.via else ""
