"""The rules that are set, how often each was called and fired, and whose turn it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from procspec.providers.emulator.nouns import Object
from procspec.providers.emulator.store import Store


@dataclass(frozen=True, slots=True)
class Row:
    """A rule and its counters; `spent` counts the calls under one token."""

    number: int
    rule: Object
    calls: int
    fired: int
    spent: int

    def is_due(self) -> bool:
        """Whether the rule fires at the call that was just counted."""
        call: int = self.rule.get("call", self.calls)
        first: int = self.rule.get("from", 1)
        times: int = self.rule.get("times", self.fired + 1)
        after: int = self.rule.get("after", 0)
        return self.calls == call and self.calls >= first and self.fired < times and self.spent > after


def matches(rule: Object, method: str, path: str, tokens: str) -> bool:
    """Whether a rule is about such a request; `*` is a segment of the path, `**` any number of them.

    `**` never means the token endpoint, whose paths end in `tokens` (empty: there is none): faults of the API
    and of its token are different stories.
    """
    pattern = rule.get("path", "/**")
    is_token = bool(tokens) and path.endswith(tokens)
    if rule.get("method", "*") not in ("*", method) or ("**" in pattern and is_token):
        return False
    return re.fullmatch(_regex(pattern), path) is not None


def _regex(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*\*", ".*").replace(r"\*", "[^/]+")


class Ledger:
    """The table `faults` of a store: every process that opens the database obeys it."""

    def __init__(self, store: Store, tokens: str = "") -> None:
        """`tokens` is how the paths of the token endpoint end; it matters to `meet` alone."""
        self._store = store
        self._tokens = tokens

    def replace(self, rules: Iterable[Object]) -> None:
        """Sets exactly these rules, never called yet; the caller holds the transaction."""
        self._store.execute("DELETE FROM faults")
        for rule in rules:
            self._store.execute("INSERT INTO faults (rule) VALUES (?)", (json.dumps(rule),))

    def rules(self) -> list[Object]:
        """The rules in their order, each with how often it matched a call and how often it fired."""
        return [{**row.rule, "calls": row.calls, "fired": row.fired} for row in self._rows()]

    def meet(self, method: str, path: str) -> Object | None:
        """Counts a call, and returns the rule that fires at it: the first whose turn it is."""
        if not self._has_rules():
            return None
        with self._store.transaction():
            rows = [row for row in self._rows() if matches(row.rule, method, path, self._tokens)]
            return self._counted(rows)

    def renew(self) -> None:
        """A token was issued: the count of calls under one token begins again."""
        with self._store.reading():
            self._store.execute("UPDATE faults SET spent = 0 WHERE spent")

    def _has_rules(self) -> bool:
        with self._store.reading():
            return self._store.execute("SELECT 1 FROM faults LIMIT 1").fetchone() is not None

    def _rows(self) -> Iterator[Row]:
        query = "SELECT number, rule, calls, fired, spent FROM faults ORDER BY number"
        rows = self._store.execute(query).fetchall()
        return (Row(number, json.loads(rule), *counts) for number, rule, *counts in rows)

    def _counted(self, rows: list[Row]) -> Object | None:
        """Every rule counts the call, whoever fires."""
        for row in rows:
            update = "UPDATE faults SET calls = calls + 1, spent = spent + 1 WHERE number = ?"
            self._store.execute(update, (row.number,))
        called = [Row(row.number, row.rule, row.calls + 1, row.fired, row.spent + 1) for row in rows]
        due = next((row for row in called if row.is_due()), None)
        if due is None:
            return None
        self._store.execute("UPDATE faults SET fired = fired + 1 WHERE number = ?", (due.number,))
        return due.rule
