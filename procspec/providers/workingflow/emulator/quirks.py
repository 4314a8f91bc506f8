"""What a real server may do differently: pure functions on answers, by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from procspec.providers.emulator.nouns import Object
from procspec.providers.emulator.quirks import Quirk
from procspec.providers.workingflow.emulator.nouns import View

_OPAQUE = "variables"
"""The caller's own: no quirk looks into it."""


def _objects(value: Any) -> Iterator[Object]:
    """Every object of an answer, from the outside in."""
    if isinstance(value, list):
        for element in value:
            yield from _objects(element)
    elif isinstance(value, dict):
        yield value
        for member, each in list(value.items()):
            if member != _OPAQUE:
                yield from _objects(each)


def _file_objects(body: Any, view: str) -> None:
    """Entries of `files` as objects: no document shows one (api-facts 2.3)."""
    if view == View.STATUS:
        body["files"] = [{"filename": stored, "name": stored.partition("_")[2]} for stored in body["files"]]


def _utc_times(body: Any, view: str) -> None:
    """Times that end in `Z`, without milliseconds."""
    for node in _objects(body):
        for member in ("startTime", "endTime", "createTime"):
            if isinstance(node.get(member), str):
                node[member] = f"{node[member][:19]}Z"


def _number_ids(body: Any, view: str) -> None:
    """Ids as numbers, which is what they look like."""
    for node in _objects(body):
        if "processInstanceId" in node:
            node["processInstanceId"] = int(node["processInstanceId"])


def _null_fields(body: Any, view: str) -> None:
    """Members that hold nothing, as null."""
    for member in ("activeTasks", "variables", "files"):
        if view == View.STATUS and not body[member]:
            body[member] = None


def _extra_fields(body: Any, view: str) -> None:
    """Members that were added after this was written."""
    for node in list(_objects(body)):
        node["addedLater"] = {"by": "a newer version"}


SUSPENDED_FLAG = "suspended-flag"


def _suspended_flag(body: Any, view: str) -> None:
    """`suspended` in the entries of the list: the operation writes it, for nothing in an answer tells it."""


QUIRKS: dict[str, Quirk] = {
    "file-objects": _file_objects,
    "utc-times": _utc_times,
    "number-ids": _number_ids,
    "null-fields": _null_fields,
    SUSPENDED_FLAG: _suspended_flag,
    "extra-fields": _extra_fields,
}
"""Applied in this order, whatever order they were asked for in."""
