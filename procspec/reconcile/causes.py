"""Why a field differs: which side moved since the last apply, and what moved the files' side."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from procspec.model import Cause, Compare, FieldRule, FieldTable, Json, Mark, Node, Origin, Record
from procspec.reconcile.compare import rule_of
from procspec.reconcile.marks import as_applied, value_digest, written_digest

_LISTS = frozenset({Compare.SET, Compare.IDS})
"""How the fields compare that a calendar fills in."""


class Causes:
    """The causes of the differences in one process; `live` and `planned` are its keyed trees."""

    def __init__(self, live: Node, planned: Node, record: Record, fields: FieldTable) -> None:
        self._live = live
        self._planned = planned
        self._record = record
        self._fields = fields

    def field(self, planned: Node, name: str, before: Json) -> Cause:
        """The cause of a difference in a field of a planned node; `before` is its live value."""
        mark = self._marks(planned).get(name)
        if mark is None:
            return self._files(planned, name)
        if self._digest(planned, name, planned.fields.get(name)) == mark.value:
            return Cause.DRIFT
        there = as_applied(self._fields, planned, name, before, mark, self._record.salt)
        return self._files(planned, name) if there else Cause.BOTH

    def _files(self, node: Node, name: str) -> Cause:
        """What moved a value of the files: their text, or what a name in it stands for."""
        rule, origin = rule_of(self._fields, node, name), node.origins.get(name)
        mark = self._marks(node).get(name)
        if self._filled(rule, node, name, mark):
            return Cause.CALENDAR
        if origin is None or self._rewritten(origin, mark):
            return Cause.SPEC
        counted = rule.compare is Compare.DATE
        return Cause.SPEC if counted and not self._days_moved else Cause(origin.via)

    def _rewritten(self, origin: Origin | None, mark: Mark | None) -> bool:
        """Whether the text of the files is another, or stands for nothing but itself."""
        if origin is None or mark is None or not origin.via:
            return True
        return written_digest(origin, self._record.salt) != mark.written

    def _filled(self, rule: FieldRule, node: Node, name: str, mark: Mark | None) -> bool:
        """Whether a calendar that stands in the file as before has now begun or ceased to fill the field."""
        salt, origin = self._record.salt, node.origins.get(name)
        if rule.compare not in _LISTS or (origin is None) is (mark is None):
            return False
        if origin is not None:
            named = {known.written for known in self._marks(node).values()} - {""}
            return written_digest(origin, salt) in named
        named = {written_digest(known, salt) for known in node.origins.values()} - {""}
        return mark is not None and mark.written in named

    @cached_property
    def _days_moved(self) -> bool:
        """Whether the calendar's days are others than at the last apply, and what is counted from is not."""
        process, marks = self._planned, self._marks(self._planned)
        changed = [name for name in {*process.origins, *marks} if self._changed(name)]
        compares = {name: rule_of(self._fields, process, name).compare for name in changed}
        if any(
            compares[name] is Compare.DATE and self._rewritten(process.origins.get(name), marks.get(name))
            for name in changed
        ):
            return False
        return any(
            compares[name] is Compare.SET and self._files(process, name) is Cause.CALENDAR for name in changed
        )

    def _changed(self, name: str) -> bool:
        """Whether the files want another value of a field of the process than was last applied."""
        mark, want = self._marks(self._planned).get(name), self._planned.fields.get(name)
        if mark is None:
            return want is not None
        hidden = want is None and not mark.shown and name not in self._live.fields
        return not hidden and self._digest(self._planned, name, want) != mark.value

    def _marks(self, node: Node) -> Mapping[str, Mark]:
        return self._record.marks.get(node.key, {})

    def _digest(self, node: Node, name: str, value: Json) -> str:
        return value_digest(self._fields, node, name, value, self._record.salt)
