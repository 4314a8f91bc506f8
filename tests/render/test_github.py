"""The lines for GitHub, read back by a parser written from "Workflow commands for GitHub Actions" alone."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import pytest
from hypothesis import given

from procspec.model import Diagnostic, Location, Severity
from procspec.render.github import github
from procspec.render.visible import visible
from tests.render.found import FOUND, MADE_UP
from tests.test_hostile import HIDDEN, NASTY


@dataclass(frozen=True)
class Command:
    """One workflow command as a runner understands it."""

    name: str
    properties: dict[str, str]
    message: str


def obeyed(log: str) -> list[Command]:
    """What a runner does with a log: a line whose first characters are `::` commands, others are text.

    `::name key=value,key=value::message`. The name ends at the first blank, the properties at the first
    `::`. `%0D` and `%0A` stand for CR and LF, in a property also `%3A` and `%2C` for `:` and `,`; `%25`
    for `%`, and is read last.
    """
    commands = []
    for line in log.splitlines():
        assert "##[" not in line, "the older form of a command, which may stand anywhere in a line"
        if line.lstrip().startswith("::"):
            head, _, message = line.lstrip()[2:].partition("::")
            name, _, properties = head.partition(" ")
            pairs = (pair.partition("=") for pair in properties.split(",") if pair)
            read = {key: unescaped(value.replace("%3A", ":").replace("%2C", ",")) for key, _, value in pairs}
            commands.append(Command(name, read, unescaped(message)))
    return commands


def unescaped(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def found(detail: str, place: Location | None = None, summary: str = "Bad date") -> Diagnostic:
    return Diagnostic(rule="bad-date", summary=summary, detail=detail, place=place)


def test_a_line_as_it_is_documented() -> None:
    place = Location("a/b.yaml", 3, 7, 2)
    assert github([found("100 % wrong: no, not so.", place)]) == (
        "::error file=a/b.yaml,line=3,col=7,title=Bad date [bad-date]::100 %25 wrong: no, not so."
    )
    assert github([]) == ""


def test_without_a_place_there_is_a_title_alone() -> None:
    assert github([found("No.")]) == "::error title=Bad date [bad-date]::No."


def test_the_copy_and_the_other_places_are_in_the_message() -> None:
    one = Diagnostic(
        rule="r",
        summary="S",
        detail="D.",
        place=Location("a.yaml", 3, 7, 2, "close-us"),
        severity=Severity.WARNING,
        related=(Location("b.yaml", 1, 2),),
    )
    (command,) = obeyed(github([one]))
    assert command.name == "warning" and command.properties["file"] == "a.yaml"
    assert command.message == "D. Copy: close-us. See also b.yaml:1:2."


@pytest.mark.parametrize("text", [*NASTY.values(), *MADE_UP], ids=lambda text: repr(text[:20]))
def test_no_text_forges_a_command_or_a_property(text: str) -> None:
    (command,) = obeyed(github([found(text, Location(text, 3, 7, 1, text), text)]))
    assert command.name == "error"
    assert command.properties == {
        "file": visible(text),
        "line": "3",
        "col": "7",
        "title": visible(f"{text} [bad-date]"),
    }
    assert command.message == visible(f"{text} Copy: {text}.")


@given(FOUND)
def test_each_diagnostic_is_one_line_and_one_command(many: list[Diagnostic]) -> None:
    log = github(many)
    assert {unicodedata.category(character) for character in log.replace("\n", "")}.isdisjoint(HIDDEN)
    commands = obeyed(log)
    assert len(commands) == len(log.splitlines()) == len(many)
    for command, one in zip(commands, many, strict=True):
        assert command.name == one.severity.value
        assert command.properties.get("file") == (visible(one.place.file) if one.place else None)
        assert set(command.properties) == {"title", *(("file", "line", "col") if one.place else ())}
        assert command.message.startswith(visible(one.detail or one.summary)[:1])
