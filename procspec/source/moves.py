"""`moved`: which key a process, a job or a group had before, in Terraform's manners.

A move whose old key nobody knows does nothing, and may stay in the file for ever.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from procspec.model import Diagnostic, Document, Json, Location
from procspec.source.checks import nodes
from procspec.source.rules import first, problem, warning
from procspec.source.suggest import hint

Checked = tuple[Mapping[str, str], tuple[Diagnostic, ...]]
"""The new keys by old ones, chains followed, and what is wrong with them."""


@dataclass(frozen=True, slots=True)
class _Move:
    """One entry of `moved` in its document."""

    old: str
    new: str
    document: Document
    index: int

    def place(self, name: str) -> Location:
        """Where `from` or `to` stands."""
        return self.document.place(("moved", self.index, name))


def project_moves(document: Document, keys: Collection[str] | None) -> Checked:
    """The moves of processes in `procspec.yaml`; `keys` are those of all processes in the files.

    None for the keys, where the files are too broken to tell, checks the moves among themselves alone.
    """
    return _checked(_moves(document), keys, "process")


def node_moves(document: Document) -> Checked:
    """The moves of jobs and groups in an expanded process document."""
    found = (node.get("group", node.get("job")) for _, node in nodes(document.data))
    return _checked(_moves(document), {key for key in found if isinstance(key, str)}, "job or group")


def followed(moved: Json) -> dict[str, str]:
    """The new key by the old one in a checked list of moves, chains followed, the shortest ones first.

    Of two old keys that end at one new key, the one that was left last comes first. A key of a circle,
    which has no end, stays itself.
    """
    ends = _ends({entry["from"]: entry["to"] for entry in moved or ()})
    return {old: ends[old][0] for old in sorted(ends, key=lambda old: ends[old][1])}


def _ends(direct: Mapping[str, str]) -> dict[str, tuple[str, int]]:
    """Where the chain from every key ends, after how many moves; every move is walked once."""
    ends: dict[str, tuple[str, int]] = {}
    for old in direct:
        trail: dict[str, None] = {}
        key = old
        while key in direct and key not in ends and key not in trail:
            trail[key] = None
            key = direct[key]
        if key in trail:
            ends |= {each: (each, 0) for each in trail}
            continue
        end, hops = ends.get(key, (key, 0))
        for further, each in enumerate(reversed(trail), 1):
            ends[each] = (end, hops + further)
    return ends


def _moves(document: Document) -> list[_Move]:
    """The entries that have the right shape; the schema reports the others."""
    entries = document.data.get("moved") if isinstance(document.data, dict) else None
    found = enumerate(entries if isinstance(entries, list) else ())
    return [
        _Move(entry["from"], entry["to"], document, index)
        for index, entry in found
        if isinstance(entry, dict) and isinstance(entry.get("from"), str) and isinstance(entry.get("to"), str)
    ]


def _checked(moves: list[_Move], keys: Collection[str] | None, what: str) -> Checked:
    ambiguous = tuple(first(chain(_twice(moves, "from"), _twice(moves, "to"))))
    if ambiguous:
        return {}, ambiguous
    ends = followed([{"from": move.old, "to": move.new} for move in moves])
    used = () if keys is None else _used(moves, ends, keys, what)
    found = tuple(first(chain(_circles(moves, ends), used)))
    return {old: new for old, new in ends.items() if old != new}, found


def _twice(moves: Iterable[_Move], name: str) -> Iterator[Diagnostic]:
    """One key cannot become two, and two cannot become one."""
    seen: dict[str, _Move] = {}
    for move in moves:
        key = move.old if name == "from" else move.new
        if key in seen:
            earlier = seen[key].place(name)
            moved = f'moved from "{key}"' if name == "from" else f'moved to "{key}"'
            detail = f"Something is {moved} already, in line {earlier.line}. Remove one of the two moves."
            yield problem("ambiguous-move", move.place(name), detail, related=(earlier,))
        seen.setdefault(key, move)


def _circles(moves: Iterable[_Move], ends: Mapping[str, str]) -> Iterator[Diagnostic]:
    for move in moves:
        if ends[move.old] == move.old:
            detail = (
                f'The moves lead from "{move.old}" back to "{move.old}". Remove the one that no longer holds.'
            )
            yield problem("moved-in-a-circle", move.place("from"), detail)


def _used(
    moves: Iterable[_Move], ends: Mapping[str, str], keys: Collection[str], what: str
) -> Iterator[Diagnostic]:
    for move in moves:
        if move.old in keys and ends[move.old] != move.old:
            detail = (
                f'A {what} has the key "{move.old}" still, so it cannot be "{move.new}" now.'
                " Remove the move, or give the other one a key of its own."
            )
            yield problem("moved-key-in-use", move.place("from"), detail)
        elif move.new not in ends and move.new not in keys:
            detail = (
                f'No {what} has the key "{move.new}", so this move does nothing.{hint(move.new, keys)}'
                " Remove it if that is long gone."
            )
            yield warning("moved-to-nothing", move.place("to"), detail)
