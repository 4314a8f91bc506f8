"""What a real server may do differently: pure functions on answers, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from procspec.providers.emulator.nouns import Object
from procspec.providers.emulator.quirks import Quirk
from procspec.providers.workiva.emulator.nouns import View

_SETS = ("businessDaysOfWeek", "businessDateExclusions", "businessDateInclusions", "calendarIds")
_OPAQUE = ("steps", "statusCounts", "defaultCertSignerReminders", "defaultCertApproverReminders")
"""Members whose inside is the caller's own, or a plain map: no quirk looks into them."""


def _objects(value: Any) -> Iterator[Object]:
    """Every object of an answer, from the outside in."""
    if isinstance(value, list):
        for element in value:
            yield from _objects(element)
    elif isinstance(value, dict):
        yield value
        for member, each in list(value.items()):
            if member not in _OPAQUE:
                yield from _objects(each)


def _payloads(value: Any) -> Iterator[Object]:
    """Every `...Args` object."""
    for node in _objects(value):
        yield from (
            each for member, each in node.items() if member.endswith("Args") and isinstance(each, dict)
        )


# What the guide's GET example leaves out of the process that its create example made.
_NOT_GOT = ("businessStartDate", "businessEndDate", *_SETS, "created", "modified")
_NOT_GOT_JOB = ("approver", "approverDueDate", "instructions")


def _sparse_get(body: Any, view: str) -> None:
    """A GET of a process as thin as the guide's example."""
    if view != View.GOT:
        return
    _drop(body, _NOT_GOT)
    for node in _objects(body):
        if "arguments" in node:
            _drop(node, ("triggerType",))
    for payload in _payloads(body):
        _drop(payload, _NOT_GOT_JOB)


def _drop(node: Object, members: Iterable[str]) -> None:
    for member in members:
        node.pop(member, None)


def _datetime_dates(body: Any, view: str) -> None:
    """T5: dates of jobs as date-times, as in the reference's answer to a run."""
    for payload in _payloads(body):
        for member in ("dueDate", "approverDueDate"):
            if member in payload:
                payload[member] = f"{payload[member][:10]}T17:00:00Z"


def _flat_people(body: Any, view: str) -> None:
    """T2: people as bare ids under the reference's names."""
    for payload in _payloads(body):
        for member in ("assignee", "approver"):
            if member in payload:
                payload[f"{member}User"] = payload.pop(member)["id"]


def _upper_case(body: Any, view: str) -> None:
    """T3: words in another case: `USER` as on the platform, `Monday`, `WhenEligible`."""
    for payload in _payloads(body):
        for member in ("assignee", "approver"):
            if isinstance(payload.get(member), dict):
                payload[member]["type"] = payload[member]["type"].upper()
    for node in _objects(body):
        if "triggerType" in node:
            node["triggerType"] = node["triggerType"][:1].upper() + node["triggerType"][1:]
        if "businessDaysOfWeek" in node:
            node["businessDaysOfWeek"] = [day.capitalize() for day in node["businessDaysOfWeek"]]


def _reordered_sets(body: Any, view: str) -> None:
    """Arrays that have no order, in another one."""
    for node in _objects(body):
        for member in _SETS:
            if member in node:
                node[member] = node[member][::-1]


def _shuffled_parallel(body: Any, view: str) -> None:
    """Children of a parallel group in another order: it has none."""
    for node in _objects(body):
        if node.get("parallel") is True and "children" in node:
            node["children"] = node["children"][::-1]


def _trimmed_text(body: Any, view: str) -> None:
    """Text without its trailing line ends, and with those of Windows in between."""
    for node in _objects(body):
        for member in ("name", "title", "instructions"):
            if isinstance(node.get(member), str):
                node[member] = node[member].rstrip("\r\n").replace("\r\n", "\n").replace("\n", "\r\n")


def _extra_fields(body: Any, view: str) -> None:
    """Members that were added after this was written."""
    for node in list(_objects(body)):
        node["addedLater"] = {"by": "a newer version"}


_PROCESS_NULLS = ("dueDate", "businessStartDate", "businessEndDate", *_SETS)
_JOB_NULLS = ("assignee", "approver", "dueDate", "approverDueDate", "instructions", "document")


def _null_fields(body: Any, view: str) -> None:
    """Optional members that are not set, as null."""
    for node in [body] if isinstance(body, dict) and "root" in body else []:
        _fill(node, (*_PROCESS_NULLS, *_OPAQUE[2:]))
    for payload in _payloads(body):
        # A person who came under the reference's name (T2) is not missing.
        taken = [member for member in _JOB_NULLS if f"{member}User" in payload]
        _fill(payload, (member for member in _JOB_NULLS if member not in taken))


def _fill(node: Object, members: Iterable[str]) -> None:
    for member in members:
        node.setdefault(member, None)


QUIRKS: dict[str, Quirk] = {
    "sparse-get": _sparse_get,
    "datetime-dates": _datetime_dates,
    "flat-people": _flat_people,
    "upper-case": _upper_case,
    "reordered-sets": _reordered_sets,
    "shuffled-parallel": _shuffled_parallel,
    "trimmed-text": _trimmed_text,
    "extra-fields": _extra_fields,
    "null-fields": _null_fields,
}
"""Applied in this order, whatever order they were asked for in."""
