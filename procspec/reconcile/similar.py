"""What goes and what comes, and looks like one thing under another key: for a hint, never for a decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice, product

from procspec.model import Change, FieldTable, Json, Kind, Node
from procspec.reconcile.compare import rule_of, same
from procspec.reconcile.marks import Marks, value_digest

NEARLY = 0.8
"""The share of fields that agree from which two things look like one.

A job has some seven fields, and one of them may differ. A process that was copied for another period has
other dates in every job, and stays below.
"""

PAIRS = 400
"""So many processes are compared with each other at most: a hint is worth no more time."""

Couple = tuple[str, str]
"""The key of what goes and the key of what comes."""


def processes(
    gone: Mapping[str, tuple[Marks, str]], made: Mapping[str, Node], fields: FieldTable
) -> tuple[Couple, ...]:
    """Processes that go and come with nearly the same content, each once, the most alike first.

    `gone` has the marks of what was applied and their salt, by key: the content itself is not known any
    more. Keys of jobs and groups do not count.
    """
    # Who gives many processes new keys at once keeps their order, more often than not.
    pairs = islice(chain(zip(gone, made, strict=False), product(gone, made)), PAIRS)
    likeness = [(_share(*gone[old], made[new], fields), old, new) for old, new in pairs]
    return _couples(likeness)


def _share(marks: Marks, salt: str, desired: Node, fields: FieldTable) -> float:
    """How many of all fields were applied with the value that is wanted now, from 0 to 1."""
    had = Counter((name, mark.value) for marked in marks.values() for name, mark in marked.items())
    want = Counter(
        (name, value_digest(fields, node, name, value, salt))
        for node in desired.walk()
        for name, value in node.fields.items()
    )
    return 2 * (had & want).total() / max(1, had.total() + want.total())


def nodes(changes: Iterable[Change], fields: FieldTable) -> tuple[Couple, ...]:
    """Jobs and groups of one process that are removed and added with one title or nearly the same fields."""
    whole = [change for change in changes if change.node and not change.field]
    gone = [_node(change.node, change.before) for change in whole if change.after is None]
    made = [_node(change.node, change.after) for change in whole if change.before is None]
    pairs = islice(chain(_pairs(gone, made, _face), _pairs(gone, made, _kind)), PAIRS)
    return _couples((_likeness(old, new, fields), old.key, new.key) for old, new in pairs)


def _node(key: str, whole: Json) -> Node:
    values = {name: value for name, value in whole.items() if name != "kind"}
    return Node(kind=Kind(whole["kind"]), key=key, fields=values)


def _pairs(gone: list[Node], made: list[Node], common: Callable[[Node], Json]) -> Iterator[tuple[Node, Node]]:
    """Pairs that have something in common."""
    alike: dict[Json, list[Node]] = {}
    for new in made:
        alike.setdefault(common(new), []).append(new)
    for old in gone:
        yield from ((old, new) for new in alike.get(common(old), ()))


def _kind(node: Node) -> Json:
    return node.kind, node.fields.get("action")


def _face(node: Node) -> Json:
    return *_kind(node), node.title.strip()


def _likeness(old: Node, new: Node, fields: FieldTable) -> float:
    """The share of fields that agree, what the server filled in left out; one title is enough for 1."""
    agree = {
        name: same(rule, old.fields.get(name, rule.default), new.fields.get(name, rule.default))
        for name in {*old.fields, *new.fields} - {"action"}
        for rule in [rule_of(fields, new, name)]
    }
    titles = agree.get("title", agree.get("name", False))
    return 1 + sum(agree.values()) if titles else sum(agree.values()) / max(1, len(agree))


def _couples(likeness: Iterable[tuple[float, str, str]]) -> tuple[Couple, ...]:
    """The pairs that are nearly the same, the most alike first; nothing is in two of them."""
    near = (each for each in likeness if each[0] >= NEARLY)
    couples: dict[str, str] = {}
    taken: set[str] = set()
    for _, old, new in sorted(near, key=lambda each: (-each[0], each[1], each[2])):
        if old not in couples and new not in taken:
            couples[old] = new
            taken.add(new)
    return tuple(couples.items())
