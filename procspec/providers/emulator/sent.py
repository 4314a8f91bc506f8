"""A whole answer, before it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from procspec.providers.emulator.nouns import Object


@dataclass(frozen=True, slots=True)
class Sent:
    """Status, headers and bytes."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def changed(self, change: Callable[[Object], None]) -> Sent:
        """The answer with its JSON object changed in place; any other answer as it is."""
        value = json.loads(self.body) if self.body and self._is_json() else None
        if not isinstance(value, dict):
            return self
        change(value)
        return of_json(self.status, value, self.headers)

    def _is_json(self) -> bool:
        return self.headers.get("content-type", "").partition(";")[0].endswith("json")


def of_json(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Sent:
    """An answer with a JSON body."""
    return _of(status, json.dumps(value).encode(), "application/json", headers or {})


def of_page(status: int, text: str) -> Sent:
    """An answer with an HTML page."""
    return _of(status, text.encode(), "text/html; charset=utf-8", {})


def _of(status: int, body: bytes, media: str, headers: Mapping[str, str]) -> Sent:
    lengths = {"content-type": media, "content-length": str(len(body))}
    return Sent(status, {**headers, **lengths}, body)
