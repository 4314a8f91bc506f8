"""What a real server may do differently: pure functions on answers, by name, all off by default."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from procspec.providers.emulator.nouns import Answer

Quirk = Callable[[Any, str], None]
"""Changes a private copy of an answer's body in place; the text is its view."""

Quirks = Mapping[str, Quirk]
"""All quirks of a system. They are applied in this order, whatever order they were asked for in."""


def known(table: Quirks, names: Iterable[str]) -> tuple[str, ...]:
    """The quirks of these names; ValueError, with all names, for one that does not exist."""
    asked = set(names)
    if unknown := sorted(asked - set(table)):
        raise ValueError(f"unknown quirk {unknown[0]!r}; there are: {', '.join(table)}")
    return tuple(name for name in table if name in asked)


def applied(table: Quirks, names: Iterable[str], answer: Answer) -> Any:
    """The body of an answer with these quirks; an answer without a view has none."""
    names = known(table, names)
    if not names or not answer.view:
        return answer.body
    body = copy.deepcopy(answer.body)
    for name in names:
        table[name](body, answer.view)
    return body
