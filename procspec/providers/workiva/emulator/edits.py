"""Hand edits: what somebody changes in the product while nobody else looks."""

from __future__ import annotations

from typing import Any

import jsonpatch
import jsonpointer

from procspec.providers.emulator.errors import bad_request
from procspec.providers.emulator.nouns import NewId, Object
from procspec.providers.workiva.emulator import build
from procspec.providers.workiva.emulator.certification import expand
from procspec.providers.workiva.emulator.errors import not_found
from procspec.providers.workiva.emulator.tree import walk
from procspec.providers.workiva.emulator.world import World


def edited(world: World, id: str, patch: list[Any]) -> Object:
    """Carries out any JSON Patch on a stored process; the caller holds the transaction.

    New groups and jobs get ids, certifications their generated jobs, the process one more revision.
    """
    found = world.store.process(id)
    if found is None:
        raise not_found("process", id)
    process = found[0]
    try:
        changed: Object = jsonpatch.apply_patch(process, patch)
        _complete(changed["root"], world.store.new_id)
        list(walk(changed["root"]))
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, KeyError, TypeError) as error:
        raise bad_request(f"The edit does not apply, or leaves no process behind: {error}") from None
    changed |= {"id": process["id"], "revision": process["revision"] + 1, "modified": world.stamp()}
    world.store.put_process(changed)
    return changed


def _complete(group: Object, new_id: NewId) -> None:
    """Whatever a new node lacks, as after a create."""
    defaults = {"parallel": False, "readOnly": False, "triggerType": "whenEligible", "children": []}
    _default(group, "group", defaults, new_id)
    for child in group["children"]:
        node = child[child["type"]]
        if child["type"] == "group":
            _complete(node, new_id)
        else:
            _default(node, "job", {"triggerType": "whenEligible"}, new_id)
    group["children"] = expand(group["children"], lambda arguments: build.generated(arguments, new_id))


def _default(node: Object, kind: str, defaults: Object, new_id: NewId) -> None:
    if "id" not in node:
        node["id"] = new_id(kind)
    for member, value in defaults.items():
        node.setdefault(member, value)
