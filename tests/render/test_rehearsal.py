"""Rehearsals as lines for people and as a report for CI servers, read back by junitparser."""

from __future__ import annotations

import unicodedata

import pytest
from junitparser import Failure, JUnitXml

from procspec.model import Diagnostic, Kind, Location, Phase, Rehearsal, Run, RunNode, Scene
from procspec.render.rehearsal import counted, junit, line, scenes
from tests.render.found import MADE_UP
from tests.test_hostile import HIDDEN, NASTY, harmless

FILE = "a.procspec.yaml"
TEXTS = {FILE: "kind: Scenario\nkey: a\n"}


def otherwise(detail: str = "It is not so.") -> Diagnostic:
    return Diagnostic(
        rule="not-as-expected", summary="Not as expected", detail=detail, place=Location(FILE, 2, 6)
    )


def run(title: str = "Books") -> Run:
    job = RunNode(kind=Kind.JOB, id="1", title=title, key="books", status="running", phase=Phase.RUNNING)
    root = RunNode(
        kind=Kind.GROUP,
        id="0",
        title="Steps",
        key="/",
        status="running",
        phase=Phase.RUNNING,
        children=(job,),
    )
    return Run(id="r", process="p", status="running", over=False, phase=Phase.RUNNING, root=root)


def played(*found: Scene, key: str = "a", title: str = "") -> Rehearsal:
    return Rehearsal(
        key=key, title=title, process="close", place=Location(FILE, 2, 6), steps=2, taken=2, scenes=found
    )


def scene(detail: str = "It is not so.", today: str = "2024-12-01", title: str = "Books") -> Scene:
    return Scene(today=today, diagnostics=(otherwise(detail),), run=run(title))


def test_a_line_each_and_a_sum() -> None:
    good, bad = played(title="All goes well"), played(scene())
    assert line(good) == "ok      a  All goes well  2 steps"
    assert line(bad) == "FAILED  a  2 steps"
    assert counted([good]) == "1 scenario: 1 ok."
    assert counted([good, bad, bad]) == "3 scenarios: 1 ok, 2 failed."
    assert counted([bad]) == "1 scenario: 1 failed."
    assert scenes(good, TEXTS, {}) == ""


def test_the_run_is_shown_once_for_all_that_was_otherwise_in_it() -> None:
    same = scenes(played(scene(), scene("Nor this.")), TEXTS, {})
    assert same.count('"Books" (books)') == 1
    assert same.index("Nor this.") < same.index('"Books" (books)')
    assert "  On 2024-12-01  ● running\n" in same
    other = scenes(played(scene(), scene("Nor this.", today="2024-12-02")), TEXTS, {})
    assert other.count('"Books" (books)') == 2


def test_without_a_run_there_is_none_to_show() -> None:
    found = played(Scene(today="2024-12-01", diagnostics=(otherwise(),)))
    assert scenes(found, TEXTS, {}).endswith("It is not so.\n")
    (case,) = next(iter(JUnitXml.fromstring(junit([found], TEXTS, {}).encode("ascii"))))
    assert not case.system_out


@pytest.mark.parametrize("text", [*NASTY.values(), *MADE_UP], ids=lambda text: repr(text[:20]))
def test_whatever_a_server_or_a_file_says_is_harmless(text: str) -> None:
    found = played(scene(text, title=text), key=text, title=text)
    harmless(line(found))
    harmless(scenes(found, {FILE: text}, {}))
    report = junit([found], {FILE: text}, {})
    assert report.isascii()
    harmless(report)
    (case,) = next(iter(JUnitXml.fromstring(report.encode("ascii"))))
    (failure,) = case.result
    assert isinstance(failure, Failure)
    told = case.name + failure.message + failure.text + case.system_out
    assert {unicodedata.category(character) for character in told.replace("\n", "")}.isdisjoint(HIDDEN)
