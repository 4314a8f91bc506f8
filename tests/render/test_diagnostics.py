"""The line of a problem, as people are shown it."""

from __future__ import annotations

import pytest

from procspec.model import Diagnostic, Location
from procspec.render.diagnostics import diagnostics


def shown(line: str, column: int, width: int = 1, detail: str = "D.") -> list[str]:
    place = Location("f", 1, column, width)
    return diagnostics([Diagnostic(rule="r", summary="S", detail=detail, place=place)], {"f": line}).split(
        "\n"
    )


def test_a_line_is_shown_with_the_value_underlined() -> None:
    assert shown("key: value", 6, 5)[:3] == [
        "f:1:6: error: S [r]",
        "    1 | key: value",
        "      |      ^^^^^",
    ]


@pytest.mark.parametrize("column", [1, 50, 101, 5_000, 9_990, 10_000])
def test_of_a_long_line_the_part_around_the_value_is_shown(column: int) -> None:
    line = "x" * (column - 1) + "V" + "x" * (10_000 - column)
    _, text, underline, *_ = shown(line, column)
    assert len(text) <= 220 and text[underline.index("^")] == "V"


def test_words_of_a_server_cannot_make_lines_of_their_own() -> None:
    assert shown("a", 1, detail="one\n::error::two\u2028three")[3] == "  one\\n::error::two\\u{2028}three"
