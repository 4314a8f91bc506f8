"""When two spellings are the same value: the server's own normalising must never look like a change."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from procspec.model import ROOT, Compare, FieldRule, FieldTable, Json, Kind, Node, Update


def rule_of(fields: FieldTable, node: Node, name: str) -> FieldRule:
    """The row of the provider's table for one field of one node.

    An action that the table does not know, which only a server can have made, compares exactly.
    """
    row = fields.get((_on(node), name))
    return row or FieldRule(on=_on(node), name=name, update=Update.IMMUTABLE, source="unknown to the table")


def _on(node: Node) -> str:
    if node.kind is Kind.JOB:
        return str(node.fields["action"])
    if node.kind is Kind.GROUP:
        return "root" if node.key == ROOT else "group"
    return "process"


def normal(rule: FieldRule, value: Json) -> Json:
    """The value in the one spelling by which it is compared and digested; None when it means "not set"."""
    return None if value is None else _NORMAL[rule.compare](value)


def same(rule: FieldRule, one: Json, other: Json) -> bool:
    """Whether two values of a field mean the same, an empty set and no set included."""
    return bool(normal(rule, one) == normal(rule, other))


def _word(value: Json) -> Json:
    """T3: the documents disagree about the case of enumerations."""
    return value.lower() if isinstance(value, str) else value


def _text(value: Json) -> Json:
    """A block scalar ends in a newline, and servers trim it; browsers send carriage returns."""
    return value.replace("\r\n", "\n").rstrip() if isinstance(value, str) else value


def _date(value: Json) -> Json:
    """T5: a date comes back as a date-time; its day is what was written."""
    return value[:10] if isinstance(value, str) and value[10:11] == "T" else value


def _set(value: Json) -> Json:
    """Weekdays and dates: no order, no case, no time of day."""
    return _ids([_word(_date(item)) for item in value]) if isinstance(value, list) else value


def _ids(value: Json) -> Json:
    """Opaque ids: no order."""
    if not isinstance(value, list):
        return value
    items = {json.dumps(item, sort_keys=True) for item in value}
    return [json.loads(item) for item in sorted(items)] or None


def _person(value: Json) -> Json:
    """T2: an object or the id alone; `user` or `USER` (api-facts 1.5, Participant)."""
    if isinstance(value, Mapping):
        return {"id": value.get("id"), "type": _word(value.get("type") or "user")}
    return {"id": value, "type": "user"}


_NORMAL: Mapping[Compare, Callable[[Json], Json]] = {
    Compare.EXACT: lambda value: value,
    Compare.WORD: _word,
    Compare.TEXT: _text,
    Compare.DATE: _date,
    Compare.SET: _set,
    Compare.IDS: _ids,
    Compare.PERSON: _person,
}
