"""What hands changed on the server, value by value, and the text of the file with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from procspec.engine.rules import problem
from procspec.engine.session import Session, Wanted, everywhere
from procspec.model import (
    ROOT,
    Cause,
    Change,
    Compare,
    Diagnostic,
    Document,
    FieldRule,
    Json,
    Kind,
    Location,
    Node,
    Path,
    Record,
)
from procspec.reconcile import diff, normal, propose, same
from procspec.reconcile.compare import rule_of
from procspec.reconcile.diff import STRUCTURE
from procspec.source import literal, read
from procspec.source.edit import ABSENT, Unwritable, at, edit

_BY_HAND = "Change it by hand, or apply to undo the change on the server."
_SETTLE = "Write the server's value into the file by hand, or apply to have the file's on the server."
_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """The new text of a file, the values that it has from the server, and what was left as it is."""

    text: str
    changes: tuple[Change, ...]
    left: tuple[Diagnostic, ...]

    def encoded(self, before: bytes) -> bytes:
        """The bytes of the new text, with a byte order mark if there was one."""
        return (_MARK if before.startswith(_MARK) else b"") + self.text.encode()


def bring(session: Session, file: Wanted, record: Record, live: Node) -> Edited:
    """Every difference that was made on the server since the last apply; `live` is keyed.

    Only fields are written. Jobs and groups that were added, removed or moved are left, and so is what the
    file computes, writes for several places, or has from elsewhere, and what both sides have changed.
    """
    fields = session.provider.fields
    planned = propose(live, file.desired, record, fields).planned
    drift = [
        change for change in diff(live, planned, record, fields) if change.cause in (Cause.DRIFT, Cause.BOTH)
    ]
    hand = _Hand(session, file, live)
    for change in drift:
        hand.take(change)
    return hand.result()


class _Refusal(Exception):
    """Why a value is left as it is: a sentence."""


@dataclass(slots=True)
class _Taken:
    """A change that the text has now, and where."""

    path: Path
    change: Change


@dataclass(slots=True)
class _Left:
    path: Path
    detail: str


@dataclass(slots=True)
class _Spots:
    """Where the nodes and values of a compiled file are written: paths by line and column."""

    data: Json
    paths: dict[tuple[int, int], Path] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Document) -> _Spots:
        """Of a document as it is written; an alias's inside is at its anchor's path."""
        spots = cls(document.data)
        for path, place in document.places.items():
            spots.paths.setdefault((place.line, place.column), path)
        return spots

    def path(self, place: Location | None) -> Path | None:
        """The path of the value at a place."""
        return self.paths.get((place.line, place.column)) if place is not None else None


class _Hand:
    """One file's edits, one after the other."""

    def __init__(self, session: Session, file: Wanted, live: Node) -> None:
        self.session = session
        self.file = file
        self.text = session.project.texts[file.document.file]
        document, _ = read(file.document.file, self.text.encode())
        self.spots = _Spots.of(document or file.document)
        self.nodes = {node.key: node for node in file.desired.walk()}
        self.everywhere = everywhere(session.project)
        self.written = dict(_written(session, live, self.nodes, self.everywhere))
        self.taken: list[_Taken] = []
        self.left: list[_Left] = []

    def take(self, change: Change) -> None:
        """Writes one value, or notes why not."""
        place = self.nodes[change.node].place if change.node in self.nodes else change.place
        path = self.spots.path(change.place) or self.spots.path(place) or ()
        if change.reason == STRUCTURE or change.field in ("", "action"):
            self.left.append(_Left(path, _structure(change, self.nodes)))
            return
        if change.cause is Cause.BOTH:
            self.left.append(_Left(path, f"{self.theirs(change)} {self.ours(change)} {_SETTLE}"))
            return
        try:
            path = self.path(change)
            value = self.value(change, path)
            self.text = edit(self.text, path, value)
        except (_Refusal, Unwritable) as error:
            said = str(error) if isinstance(error, _Refusal) else f"It was not written: {error}."
            self.left.append(_Left(path, f"{self.theirs(change)} {said} {_BY_HAND}"))
            return
        self.taken.append(_Taken(path, replace(change, before=change.after, after=self.came(change))))

    def came(self, change: Change) -> Json:
        """The server's value, a date without its time (T5)."""
        rule = rule_of(self.session.provider.fields, self.nodes[change.node], change.field)
        return normal(rule, change.before) if rule.compare is Compare.DATE else change.before

    def theirs(self, change: Change) -> str:
        """What the server has, as a file would say it."""
        shown = self.written.get(change.node, {}).get(change.field, change.before)
        if change.before is None:
            return f"{change.path} was removed on the server."
        return f'{change.path} is "{_said(shown)}" on the server.'

    def ours(self, change: Change) -> str:
        """That the file has another value than was applied, and which."""
        node = self.nodes[change.node]
        path = self.spots.path(node.origins[change.field].place) if change.field in node.origins else None
        if change.field not in node.fields:
            return "The file has removed it since the last apply."
        value = node.fields[change.field] if path is None else at(self.spots.data, path)
        return f'The file has "{_said(value)}", which was not applied: both sides have changed it.'

    def path(self, change: Change) -> Path:
        """Where the value is written, or is to be; raises _Refusal where it may not be touched."""
        node = self.nodes[change.node]
        origin = node.origins.get(change.field)
        place = origin.place if origin else node.place
        if place is not None and place.copy:
            raise _Refusal("The file has it once, for all copies of a forEach.")
        path = self.spots.path(place)
        if path is None:
            raise _Refusal("The file does not say where it comes from.")
        if origin is None:
            return self.place_of_new(node, path, change.field)
        if path[-1:] != (change.field,):
            raise _Refusal(f'The file has it from {path[-1]} "{origin.written}".')
        return path

    def place_of_new(self, node: Node, path: Path, name: str) -> Path:
        """Where a field would be written: beside the node's key, or below the job's action."""
        home = path if node.key == ROOT else path[:-1]
        action = str(node.fields.get("action", ""))
        outer = node.kind is not Kind.JOB or name == "triggerType"
        return (*home, name) if outer else (*home, action, name)

    def value(self, change: Change, path: Path) -> Json:
        """What the file is to say there; raises _Refusal for what it computes."""
        node = self.nodes[change.node]
        rule = rule_of(self.session.provider.fields, node, change.field)
        old = at(self.spots.data, path)
        if old is not ABSENT and not self.is_plain(rule, old, node.fields.get(change.field)):
            raise _Refusal(f"The file computes it from {json.dumps(old, ensure_ascii=False)[:200]}.")
        if change.before is None:
            return ABSENT
        theirs = self.written.get(change.node, {})
        if change.field not in theirs:
            raise _Refusal("It stands in a group there that the file does not have.")
        new = theirs[change.field]
        if rule.compare is Compare.PERSON and isinstance(new, str) and new not in self.everywhere:
            raise _Refusal(f'Not every environment has "{new}" among its people, and the file is for all.')
        return literal(_fitted(rule, _unescaped(old), new))

    def is_plain(self, rule: FieldRule, written: Json, desired: Json) -> bool:
        """Whether what is written is what the file wants, word for word."""
        if _has_expression(written):
            return False
        meant = _unescaped(written)
        if rule.compare is Compare.PERSON and isinstance(meant, str):
            person = self.session.project.people.get(meant)
            return person is not None and same(rule, {"id": person.id, "type": person.type}, desired)
        return same(rule, meant, desired)

    def result(self) -> Edited:
        """With the places of the new text."""
        name = self.file.document.file
        document, _ = read(name, self.text.encode())
        now = document or self.file.document
        return Edited(
            text=self.text,
            changes=tuple(replace(one.change, place=now.place(one.path)) for one in self.taken),
            left=tuple(problem("left-as-it-is", now.place(one.path), one.detail) for one in self.left),
        )


def _structure(change: Change, nodes: Mapping[str, Node]) -> str:
    """What somebody did to the jobs and groups."""
    what = change.path if change.node in nodes else str(_title(change.before) or change.path)
    if change.field == "action":
        done = "does something else on the server"
    elif change.field:
        done = "was moved on the server" if change.field == "parent" else "has another order on the server"
    else:
        done = "was added on the server" if change.after is None else "is gone from the server"
    what = what.removesuffix(f".{change.field}") if change.field else what
    return f"{what} {done}. The jobs and groups of a file are changed by hand alone."


def _said(value: Json) -> str:
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"{said[:200]}…" if len(said) > 200 else said


def _title(value: Json) -> Json:
    return value.get("title") or value.get("name") if isinstance(value, Mapping) else None


# ------------------------------------------------------------------------------------------- values


def _written(
    session: Session, live: Node, nodes: Mapping[str, Node], everywhere: frozenset[str]
) -> Iterator[tuple[str, dict[str, Json]]]:
    """By node, what a file would say of the server's fields: of the nodes that both sides have.

    Of several names of one person, one that is known `everywhere` counts.
    """
    users = [person for person in session.project.people.values() if person.type == "user"]
    names = {person.id: person.key for person in sorted(users, key=lambda one: one.key in everywhere)}
    common = _common(live, nodes)
    yield from _fields(common, session.provider.decompile(common, names))


def _common(node: Node, nodes: Mapping[str, Node]) -> Node:
    children = tuple(
        _common(child, nodes)
        for child in node.children
        if child.key in nodes and child.fields.get("action") == nodes[child.key].fields.get("action")
    )
    return replace(node, children=children)


def _fields(node: Node, data: Json) -> Iterator[tuple[str, dict[str, Json]]]:
    """The fields of a node and of all below it, a job's arguments beside its other fields."""
    yield node.key, {**data, **data.get(str(node.fields.get("action", "")), {})}
    inside = [data["root"]] if node.kind is Kind.PROCESS else data.get("children", [])
    for child, below in zip(node.children, inside, strict=True):
        yield from _fields(child, below)


def _fitted(rule: FieldRule, old: Json, new: Json) -> Json:
    """The server's value in the spelling of the file, as far as the two mean the same."""
    if rule.compare in (Compare.SET, Compare.IDS) and isinstance(old, list) and isinstance(new, list):
        ours = {_key(rule, item): item for item in old}
        theirs = {_key(rule, item): item for item in new}
        kept = [item for item in old if _key(rule, item) in theirs]
        return [*kept, *(item for key, item in theirs.items() if key not in ours)]
    if rule.compare is Compare.TEXT and isinstance(old, str) and isinstance(new, str) and old.endswith("\n"):
        return new.rstrip() + old[len(old.rstrip("\n")) :]  # the server trims the end of a block
    return new


def _key(rule: FieldRule, item: Json) -> str:
    return json.dumps(normal(rule, [item]), sort_keys=True)


def _has_expression(value: Json) -> bool:
    if isinstance(value, str):
        return "${" in value.replace("$${", "")
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_has_expression(item) for item in inside)


def _unescaped(value: Json) -> Json:
    """The opposite of `literal`."""
    if isinstance(value, str):
        return value.replace("$${", "${")
    if isinstance(value, list):
        return [_unescaped(item) for item in value]
    return {key: _unescaped(item) for key, item in value.items()} if isinstance(value, dict) else value
