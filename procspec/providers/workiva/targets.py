"""Where the server's validation points: its three target forms, found in the live process.

The guide shows a JSON pointer (`/root/children/0/job`, `/dueDate`); the reference of "Run a Process"
shows a bare field with `meta.jobId`; anything else is kept as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from procspec.model import Finding, Node
from procspec.providers.workiva.fields import FIELDS

_NAMES = {"assigneeUser": "assignee", "approverUser": "approver"}  # T2
_WRAPPERS = frozenset({"job", "group", "jobRun", "groupRun"})


def needs_whole_tree(errors: Iterable[Mapping[str, Any]], live: Node) -> bool:
    """Whether a pointer's index may count generated jobs, which the read left out (T20)."""
    certifies = any(node.fields.get("action") == "certification" for node in live.walk())
    return certifies and any("/children/" in str(error.get("target", "")) for error in errors)


def locate(error: Mapping[str, Any], tree: Node) -> Finding:
    """One error as a finding: which node, which field, as far as the target says."""
    target = str(error.get("target") or "")
    meta = error.get("meta")
    job = str(meta.get("jobId") or "") if isinstance(meta, dict) else ""
    node, field = _point(target, tree) if target.startswith("/") else _name(target, job, tree)
    return Finding(
        code=str(error.get("code") or ""),
        message=str(error.get("message") or ""),
        target=target,
        node=node,
        field=field,
    )


def _name(target: str, job: str, tree: Node) -> tuple[str, str]:
    """A bare field: of the job that `meta` names, or of the process when it names none."""
    name = _NAMES.get(target, target)
    if job:
        return (job, name) if job in {node.id for node in tree.walk()} else ("", "")
    return (str(tree.id), name) if ("process", name) in FIELDS else ("", "")


def _point(pointer: str, tree: Node) -> tuple[str, str]:
    """The deepest node on the way, and the last member behind it that is a field's name."""
    node, rest = tree, pointer.split("/")[1:]
    while rest:
        if rest[0] == "root" and node is tree:
            node, rest = tree.children[0], rest[1:]
        elif rest[0] in _WRAPPERS:
            rest = rest[1:]
        elif rest[0] == "children" and _child(node, rest) is not None:
            node, rest = _child(node, rest) or node, rest[2:]
        else:
            break
    return str(node.id or ""), _field(rest)


def _child(node: Node, rest: list[str]) -> Node | None:
    index = rest[1] if len(rest) > 1 else ""
    if not index.isascii() or not index.isdigit() or int(index) >= len(node.children):
        return None
    return node.children[int(index)]


def _field(rest: list[str]) -> str:
    """`arguments/sendTaskArgs/dueDate` is the field dueDate; what stands above a value names none."""
    names = [part for part in rest if part != "arguments" and not part.endswith("Args")]
    return _NAMES.get(names[0], names[0]) if names else ""
