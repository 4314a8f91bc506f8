"""What was last applied, as digests: the third side of a three-way comparison."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from procspec.digest import digest
from procspec.model import PROCESS, ROOT, FieldTable, Json, Kind, Mark, Node, Origin
from procspec.reconcile.compare import normal, rule_of, same

Marks = Mapping[str, Mapping[str, Mark]]
"""Marks by node key and field."""


Fields = AbstractSet[tuple[str, str]]
"""Fields by node key and name."""


def marks(
    desired: Node,
    live: Node | None,
    fields: FieldTable,
    salt: str,
    previous: Marks | None = None,
    doubtful: Fields = frozenset(),
) -> dict[str, dict[str, Mark]]:
    """The marks of every desired field; `live`, keyed, says which of them the server shows.

    A field that left the files and that no patch can remove keeps its `previous` mark. So does a
    `doubtful` one, whose request may not have been carried out, unless the answer shows it as desired.
    """
    there = {} if live is None else {node.key: node for node in live.walk()}
    made = {}
    for node in desired.walk():
        now, before = there.get(node.key), (previous or {}).get(node.key, {})
        new = {name: _mark(node, name, now, fields, salt) for name in node.fields}
        lost = {
            name
            for key, name in doubtful
            if key == node.key and not (now and _shows(now, node, name, fields))
        }
        kept = _kept(node, now, fields, before) | {name: before[name] for name in lost if name in before}
        made[node.key] = {**{name: mark for name, mark in new.items() if name not in lost}, **kept}
    return made


def _shows(live: Node, desired: Node, name: str, fields: FieldTable) -> bool:
    """Whether the answer is evidence that the field is as desired."""
    have = live.fields.get(name)
    return have is not None and same(rule_of(fields, desired, name), desired.fields.get(name), have)


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
        if name not in node.fields
        and (name in live.fields or not mark.shown)
        and not rule_of(fields, node, name).removable
    }


def value_digest(fields: FieldTable, node: Node, name: str, value: Json, salt: str) -> str:
    """The digest of a value in its normal spelling."""
    return digest(normal(rule_of(fields, node, name), value), salt)


def as_applied(fields: FieldTable, node: Node, name: str, have: Json, mark: Mark, salt: str) -> bool:
    """Whether a live value is the one that was last applied.

    So is no value, where the answers hide the field, or where the server's default was applied.
    """
    if have is None and not mark.shown:
        return True
    value = rule_of(fields, node, name).default if have is None else have
    return value_digest(fields, node, name, value, salt) == mark.value


def written_digest(origin: Origin | None, salt: str) -> str:
    """The digest of the person's or calendar's name that stands in the file; empty for a plain value."""
    return digest(origin.written, salt) if origin is not None and origin.via else ""


def pair_marks(sent: Marks, live: Node, fields: FieldTable, salt: str) -> dict[str, str]:
    """The ids, by key, of what was sent, found by digests alone: the files may have changed since.

    Nodes agree in kind and in what they are called; among twins, the one with the most equal fields is taken.
    """
    ids = {PROCESS: str(live.id), ROOT: str(live.children[0].id)}
    named: dict[str, list[Node]] = {}
    for node in live.children[0].walk():
        if node.key != ROOT and not node.generated:
            named.setdefault(_called(node, fields, salt), []).append(node)
    for key, applied in sent.items():
        free = named.get(_name(applied), [])
        if key not in ids and free:
            best = max(free, key=lambda node: _equal(node, applied, fields, salt))
            free.remove(best)
            ids[key] = str(best.id)
    return ids


def _called(node: Node, fields: FieldTable, salt: str) -> str:
    name = "title" if node.kind is Kind.JOB else "name"
    return name + value_digest(fields, node, name, node.fields.get(name), salt)


def _name(applied: Mapping[str, Mark]) -> str:
    """As `_called`, of what was applied to a job, which has an action, or to a group."""
    name = "title" if "action" in applied else "name"
    return name + (applied[name].value if name in applied else "")


def _equal(node: Node, applied: Mapping[str, Mark], fields: FieldTable, salt: str) -> int:
    shown = [name for name in applied if name in node.fields]
    return sum(
        value_digest(fields, node, name, node.fields[name], salt) == applied[name].value for name in shown
    )
