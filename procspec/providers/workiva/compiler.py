"""From a process document to what the process should be, and back for `import`.

The API's nesting (`type`, `arguments`, `sendTaskArgs`) is not the user's business: a file names the
action and its fields, a node holds them flat, and `wire` nests them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

from procspec.errors import NotConverged
from procspec.model import (
    PROCESS,
    ROOT,
    Compare,
    Diagnostic,
    Document,
    Json,
    Kind,
    Node,
    Origin,
    Path,
    Project,
)
from procspec.providers.workiva.fields import ACTIONS, FIELDS, names

_PEOPLE = ("assignee", "approver")


# --------------------------------------------------------------------------------------------- compile


def compile(document: Document, project: Project) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """The desired process of a checked document.

    Everything that a file can get wrong is found by the checks before; a document that passed them
    always compiles, so there are no diagnostics of this provider's own.
    """
    return _Compiler(document, project).process(), ()


class _Compiler:
    """One document's way down; holds what every step needs: the places and the people."""

    def __init__(self, document: Document, project: Project) -> None:
        self.document = document
        self.project = project

    def process(self) -> Node:
        data = self.document.data
        fields, origins = self.pick(data, (), "process")
        for name, value in self.document.calendar_fields.items():
            if name not in fields:
                fields[name] = value
                origins[name] = Origin(
                    place=self.document.place(("calendar",)), written=data["calendar"], via="calendar"
                )
        return Node(
            kind=Kind.PROCESS,
            key=PROCESS,
            fields=fields,
            origins=origins,
            place=self.document.place(("key",)),
            children=(self.group(data["root"], ("root",), ROOT),),
        )

    def group(self, data: Mapping[str, Any], path: Path, key: str) -> Node:
        fields, origins = self.pick(data, path, "root" if key == ROOT else "group")
        children = data.get("children", [])
        return Node(
            kind=Kind.GROUP,
            key=key,
            fields=fields,
            origins=origins,
            place=self.document.place(path if key == ROOT else (*path, "group")),
            children=tuple(
                self.child(child, (*path, "children", index)) for index, child in enumerate(children)
            ),
        )

    def child(self, data: Mapping[str, Any], path: Path) -> Node:
        if "group" in data:
            return self.group(data, path, data["group"])
        action = next(name for name in ACTIONS if name in data)
        fields, origins = self.pick(data[action], (*path, action), action)
        outer, outer_origins = self.pick(data, path, action, only=("triggerType",))
        action_place = self.document.keys.get((*path, action)) or self.document.place(path)
        return Node(
            kind=Kind.JOB,
            key=data["job"],
            fields={"action": action, **outer, **fields},
            origins={"action": Origin(place=action_place, written=action), **outer_origins, **origins},
            place=self.document.place((*path, "job")),
        )

    def pick(
        self, data: Mapping[str, Any], path: Path, on: str, only: tuple[str, ...] = ()
    ) -> tuple[dict[str, Json], dict[str, Origin]]:
        """The fields that are written at `path`, and where each came from."""
        written = [name for name in only or names(on) if name in data]
        fields = {name: self.value(name, data[name]) for name in written}
        origins = {name: self.origin(name, data[name], (*path, name)) for name in written}
        return fields, origins

    def value(self, name: str, written: Json) -> Json:
        if name in _PEOPLE and isinstance(written, str):
            person = self.project.people[written]
            return {"id": person.id, "type": person.type}
        return written

    def origin(self, name: str, written: Json, path: Path) -> Origin:
        place = self.document.place(path)
        if path in self.document.written:
            return Origin(place=place, written=self.document.written[path], via="calendar")
        person = name in _PEOPLE and isinstance(written, str)
        return Origin(
            place=place,
            written=written if person else "",
            via="person" if person else "",
        )


# ------------------------------------------------------------------------------------------- decompile


def decompile(live: Node, people: Mapping[str, str]) -> Json:
    """The data of a process file for a live process, with keys made from titles; no `kind`, no `key`.

    `people` gives the project's name for the id of a user. Generated jobs are left out (T20). Raises
    NotConverged for a job whose action the files have no word for.
    """
    (root,) = live.children
    keys = _Keys()
    return {**_written(live, "process", people), "root": _decompile_group(root, "root", people, keys)}


class _Keys:
    """Slugs from titles, each once."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def make(self, title: str, otherwise: str) -> str:
        slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].strip("-") or otherwise
        key = next(key for key in _numbered(slug) if key not in self.taken)
        self.taken.add(key)
        return key


def _numbered(slug: str) -> Iterator[str]:
    yield slug
    yield from (f"{slug}-{number}" for number in count(2))


def _decompile_group(group: Node, on: str, people: Mapping[str, str], keys: _Keys) -> Json:
    children = [child for child in group.children if not child.generated]
    return {
        **_written(group, on, people),
        "children": [_decompile_child(child, people, keys) for child in children],
    }


def _decompile_child(node: Node, people: Mapping[str, str], keys: _Keys) -> Json:
    if node.kind is Kind.GROUP:
        return {"group": keys.make(node.title, "group"), **_decompile_group(node, "group", people, keys)}
    action = str(node.fields["action"])
    if action not in ACTIONS:
        raise NotConverged(f"The job {node.id} has the action {action!r}, which a file cannot express.")
    arguments = _written(node, action, people)
    trigger = {"triggerType": arguments.pop("triggerType")} if "triggerType" in arguments else {}
    del arguments["action"]
    return {"job": keys.make(node.title, action), **trigger, action: arguments}


def _written(node: Node, on: str, people: Mapping[str, str]) -> dict[str, Json]:
    """The fields as a person would write them: people by name, dates without a time."""
    return {
        name: _SPELLING[FIELDS[on, name].compare](node.fields[name], people)
        for name in names(on)
        if name in node.fields
    }


def _as_is(value: Json, people: Mapping[str, str]) -> Json:
    return value


def _as_text(value: Json, people: Mapping[str, str]) -> Json:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value  # what browsers send


def _as_date(value: Json, people: Mapping[str, str]) -> Json:
    return value[:10] if isinstance(value, str) else value  # T5


def _as_set(value: Json, people: Mapping[str, str]) -> Json:
    """Weekdays in lower case, dates without a time."""
    texts = [item.lower() if isinstance(item, str) else item for item in value]
    return [item[:10] if isinstance(item, str) and item[10:11] == "t" else item for item in texts]


def _as_word(value: Json, people: Mapping[str, str]) -> Json:
    known = {"wheneligible": "whenEligible", "manual": "manual"}
    return known.get(str(value).lower(), value)  # T3


def _as_person(value: Json, people: Mapping[str, str]) -> Json:
    if not isinstance(value, dict):
        return value
    person = {"id": value.get("id"), "type": str(value.get("type", "user")).lower()}
    return people.get(str(person["id"]), person) if person["type"] == "user" else person


_SPELLING: Mapping[Compare, Callable[[Json, Mapping[str, str]], Json]] = {
    Compare.EXACT: _as_is,
    Compare.TEXT: _as_text,
    Compare.DATE: _as_date,
    Compare.SET: _as_set,
    Compare.IDS: _as_is,
    Compare.WORD: _as_word,
    Compare.PERSON: _as_person,
}
