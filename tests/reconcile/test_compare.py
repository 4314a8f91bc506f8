"""When two spellings are the same value."""

from __future__ import annotations

import pytest

from procspec.model import Compare, FieldRule, Json, Update
from procspec.reconcile import normal, same


def rule(compare: Compare) -> FieldRule:
    return FieldRule(on="process", name="x", update=Update.PATCH, source="test", compare=compare)


@pytest.mark.parametrize(
    ("compare", "one", "other"),
    [
        (Compare.TEXT, "Check all.\n", "Check all."),
        (Compare.TEXT, "a\nb\n", "a\r\nb"),
        (Compare.DATE, "2024-12-15", "2024-12-15T17:00:00Z"),
        (Compare.SET, ["monday", "friday"], ["Friday", "Monday"]),
        (Compare.SET, ["2024-12-25", "2024-11-28"], ["2024-11-28T00:00:00Z", "2024-12-25"]),
        (Compare.SET, [], None),
        (Compare.PERSON, {"id": "a", "type": "user"}, {"id": "a", "type": "USER"}),
        (Compare.PERSON, {"id": "a", "type": "user"}, {"id": "a"}),
        (Compare.PERSON, {"id": "a", "type": "user"}, "a"),
        (Compare.WORD, "whenEligible", "WHENELIGIBLE"),
    ],
)
def test_the_same(compare: Compare, one: Json, other: Json) -> None:
    assert same(rule(compare), one, other)
    assert same(rule(compare), other, one)


@pytest.mark.parametrize(
    ("compare", "one", "other"),
    [
        (Compare.TEXT, "a", "b"),
        (Compare.TEXT, " a", "a"),
        (Compare.DATE, "2024-12-15", "2024-12-16T00:00:00Z"),
        (Compare.DATE, "2024-12-15", None),
        (Compare.SET, ["monday"], ["monday", "friday"]),
        (Compare.PERSON, {"id": "a", "type": "user"}, {"id": "a", "type": "group"}),
        (Compare.PERSON, {"id": "a", "type": "user"}, {"id": "b", "type": "user"}),
        (Compare.EXACT, False, None),
        (Compare.EXACT, ["a", "b"], ["b", "a"]),
    ],
)
def test_not_the_same(compare: Compare, one: Json, other: Json) -> None:
    assert not same(rule(compare), one, other)


@pytest.mark.parametrize("compare", list(Compare))
def test_normal_is_idempotent(compare: Compare) -> None:
    for given in ("Text \n", "2024-12-15T17:00:00Z", ["b", "a"], {"id": "a", "type": "USER"}, True, None):
        once = normal(rule(compare), given)
        assert normal(rule(compare), once) == once
