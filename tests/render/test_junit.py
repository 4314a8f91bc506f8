"""The report for CI servers, read back by junitparser."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest
from hypothesis import given
from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

from procspec.model import Diagnostic, Location, Severity
from procspec.render.junit import junit
from procspec.render.visible import visible
from tests.render.found import FOUND, MADE_UP
from tests.test_hostile import HIDDEN, NASTY, harmless

FILE = "a/close.procspec.yaml"
TEXTS = {"procspec.yaml": "kind: Project\n", FILE: "kind: Process\nkey: a\ndueDate: no\n"}


def read(report: str) -> dict[str, TestSuite]:
    """The suites by name; the report is bytes to whoever reads the file."""
    suites = list(JUnitXml.fromstring(report.encode("ascii")))
    assert len({suite.name for suite in suites}) == len(suites)
    return {suite.name: suite for suite in suites}


def bad(line: int = 3, severity: Severity = Severity.ERROR, detail: str = '"no" is no date.') -> Diagnostic:
    place = Location(FILE, line, 10, 2)
    return Diagnostic(rule="bad-date", summary="Bad date", detail=detail, place=place, severity=severity)


def test_a_file_without_problems_is_a_case_that_passes() -> None:
    suites = read(junit([], TEXTS))
    assert list(suites) == list(TEXTS)
    for name, suite in suites.items():
        (case,) = suite
        assert (case.classname, case.name, case.is_passed, case.system_out) == (name, "valid", True, None)
        assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (1, 0, 0, 0)


def test_an_error_is_a_case_that_fails_and_shows_the_line() -> None:
    suites = read(junit([bad(), bad(2)], TEXTS))
    assert (suites[FILE].tests, suites[FILE].failures) == (2, 2)
    first, second = suites[FILE]
    assert (first.name, second.name) == ("Bad date [bad-date] 3:10", "Bad date [bad-date] 2:10")
    (failure,) = first.result
    assert isinstance(failure, Failure)
    assert (failure.type, failure.message) == ("bad-date", '"no" is no date.')
    assert failure.text == (
        f"{FILE}:3:10: error: Bad date [bad-date]\n"
        "    3 | dueDate: no\n"
        "      |          ^^\n"
        '  "no" is no date.\n'
    )
    assert next(iter(suites["procspec.yaml"])).is_passed


def test_a_warning_fails_nothing_and_is_read() -> None:
    for errors in (0, 1):
        suite = read(junit([bad(2, Severity.WARNING, "Hm."), *[bad()] * errors], TEXTS))[FILE]
        (case,) = suite
        assert suite.failures == errors and case.is_passed == (not errors)
        assert f"{FILE}:2:10: warning: Bad date" in case.system_out


def test_no_two_cases_of_a_file_have_one_name() -> None:
    suite = read(junit([bad(), bad(detail="Again."), bad(2)], TEXTS))[FILE]
    assert [case.name.removeprefix("Bad date [bad-date] ") for case in suite] == ["3:10", "3:10 (2)", "2:10"]


def test_what_has_no_place_is_an_error_of_the_whole() -> None:
    one = Diagnostic(rule="failed", summary="It failed", detail="No such environment.")
    suites = read(junit([one], {}))
    (case,) = suites["procspec"]
    (error,) = case.result
    assert isinstance(error, Error) and error.message == "No such environment."
    assert case.name == "It failed [failed]"
    assert (suites["procspec"].errors, suites["procspec"].failures) == (1, 0)


def test_the_sums_are_in_the_head() -> None:
    report = JUnitXml.fromstring(junit([bad(), bad(2)], TEXTS).encode())
    assert (report.tests, report.failures, report.errors) == (3, 2, 0)


@pytest.mark.parametrize("text", [*NASTY.values(), *MADE_UP], ids=lambda text: repr(text[:20]))
def test_whatever_a_file_holds_is_read_back(text: str) -> None:
    one = Diagnostic(rule="r", summary="S", detail=text, place=Location(f"a{text}", 1, 1, 1, text))
    report = junit([one], {f"a{text}": text})
    assert report.isascii()
    harmless(report)
    suites = read(report)
    case: TestCase = next(iter(suites[visible(f"a{text}")]))
    (failure,) = case.result
    assert failure.message == visible(text)
    harmless(failure.text + failure.message + case.name.replace("\n", " "))


@given(FOUND)
def test_every_error_is_in_it_once(many: list[Diagnostic]) -> None:
    suites = read(junit(many, TEXTS))
    cases = [(case, result) for suite in suites.values() for case in suite for result in case.result]
    errors = [one for one in many if one.severity is Severity.ERROR]
    assert Counter(result.message for _, result in cases) == Counter(
        visible(one.detail or one.summary) for one in errors
    )
    failures = sum(isinstance(result, Failure) for _, result in cases)
    assert failures == sum(one.place is not None for one in errors)
    for suite in suites.values():
        names = [case.name for case in suite]
        assert len(set(names)) == len(names) == suite.tests > 0
        told = "".join(result.text + result.message for case in suite for result in case.result)
        assert {unicodedata.category(character) for character in told.replace("\n", "")}.isdisjoint(HIDDEN)
