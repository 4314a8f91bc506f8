"""Walking a process or a run: groups and jobs in order, with their JSON pointers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from procspec.providers.emulator.nouns import Object


class Place(NamedTuple):
    """A node of a tree and where it stands."""

    at: str
    kind: str
    node: Object
    parent: Object | None


def walk(root: Object, at: str = "/root", parent: Object | None = None) -> Iterator[Place]:
    """The group itself, then everything below it, depth first."""
    yield Place(at, "group", root, parent)
    for index, child in enumerate(root["children"]):
        kind = child["type"]
        below = f"{at}/children/{index}/{kind}"
        if kind == "group":
            yield from walk(child["group"], below, root)
        else:
            yield Place(below, kind, child[kind], root)


def jobs(root: Object) -> Iterator[Place]:
    """Every job, the generated ones included."""
    return (place for place in walk(root) if place.kind == "job")


def action_of(job: Object) -> str:
    """`sendTask`, `certificationSignerGenerated`, ..."""
    return str(job["arguments"]["type"])


def is_generated(job: Object) -> bool:
    """T20: the types that the server makes by itself end in `Generated`."""
    return action_of(job).endswith("Generated")


def payload_of(job: Object) -> Object:
    """The filled `...Args` object; empty when the job was created without one."""
    found: Object = job["arguments"].get(f"{action_of(job)}Args") or {}
    return found
