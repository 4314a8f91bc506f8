"""SARIF: held against the schema, and against what the readers of it ask for."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from jsonschema import Draft4Validator

from procspec.model import Diagnostic, Json, Location, Severity
from procspec.render.sarif import sarif
from procspec.render.visible import json_text, visible
from tests.render.found import FOUND, MADE_UP
from tests.test_hostile import HIDDEN, NASTY, harmless

RULES = {
    "bad-date": ("Bad date", ""),
    "unknown-person": ("Unknown person", "A person is named in `people`.\nAnd in no other place."),
}
RELATIVE = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=@/]|%[0-9A-F]{2})+")
"""A relative reference of RFC 3986 without query and fragment; a colon could make a scheme of it."""
LINK = re.compile(r"(?<!\\)\[((?:\\.|[^\\\[\]])*)\]\(([^()]*)\)")
"""An embedded link of SARIF 3.11.6."""


@cache
def validator() -> Draft4Validator:
    path = Path(__file__).parent.parent / "data" / "sarif-2.1.0.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft4Validator.check_schema(schema)
    return Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


def run_of(found: Sequence[Diagnostic]) -> Any:
    """The run of the log, after what is printed has been held against the schema and looked at."""
    log = sarif(found, RULES, "0.1.0")
    text = json_text(log)
    harmless(text)
    assert json.loads(text) == log
    assert [error.message for error in validator().iter_errors(log)] == []
    assert log["version"] == "2.1.0" and next(iter(log)) == "$schema"
    (run,) = log["runs"]
    return run


def bad(place: Location | None, **more: Any) -> Diagnostic:
    return replace(
        Diagnostic(rule="bad-date", summary="Bad date", detail='"no" is no date.', place=place), **more
    )


HERE = Location("sub/a b.yaml", 3, 10, 2)


def test_the_schema_is_a_fence() -> None:
    log = sarif([bad(HERE)], RULES, "0.1.0")
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not validator().is_valid(log)


def test_a_run_without_findings() -> None:
    run = run_of([])
    assert run["results"] == [] and run["invocations"] == [{"executionSuccessful": True}]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"], driver["semanticVersion"]) == ("procspec", "0.1.0", "0.1.0")
    assert [rule["id"] for rule in driver["rules"]] == list(RULES)
    explanation = {"text": RULES["unknown-person"][1]}
    assert driver["rules"][1] == {
        "id": "unknown-person",
        "shortDescription": {"text": "Unknown person"},
        "fullDescription": explanation,
        "help": explanation,
    }


def test_a_finding() -> None:
    run = run_of([bad(HERE)])
    (result,) = run["results"]
    print = result.pop("partialFingerprints")
    assert list(print) == ["ruleFileDetail/v1"]
    assert result == {
        "ruleId": "bad-date",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": '"no" is no date.'},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "sub/a%20b.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 3, "startColumn": 10, "endColumn": 12},
                }
            }
        ],
    }
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["tool"]["driver"]["rules"][0]["defaultConfiguration"] == {"level": "error"}


def test_a_rule_has_the_level_of_its_table_or_the_worst_that_was_found() -> None:
    found = [bad(HERE), bad(HERE, severity=Severity.WARNING)]
    for levels, level in (({}, "error"), ({"bad-date": Severity.WARNING}, "warning")):
        rules = sarif(found, RULES, "0.1.0", levels)["runs"][0]["tool"]["driver"]["rules"]
        assert [rule.get("defaultConfiguration") for rule in rules] == [{"level": level}, None]


def test_a_rule_that_is_in_no_table_describes_itself() -> None:
    run = run_of([bad(HERE, rule="our-own", summary="Ours", severity=Severity.WARNING)])
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]] == {
        "id": "our-own",
        "shortDescription": {"text": "Ours"},
        "defaultConfiguration": {"level": "warning"},
    }


def test_other_places_are_links_in_the_message() -> None:
    copy = Location("b[1].yaml", 1, 2, 3, "close-us")
    (result,) = run_of([bad(HERE, detail="Twice [so].", related=(copy, HERE))])["results"]
    text = r"Twice \[so\]. See also [b\[1\].yaml:1:2 \[close-us\]](1), [sub/a b.yaml:3:10](2)."
    assert result["message"]["text"] == text
    assert [(one["id"], one["physicalLocation"]["region"]) for one in result["relatedLocations"]] == [
        (1, {"startLine": 1, "startColumn": 2, "endColumn": 5}),
        (2, {"startLine": 3, "startColumn": 10, "endColumn": 12}),
    ]


def test_the_copy_is_named() -> None:
    (result,) = run_of([bad(replace(HERE, copy="close-us"))])["results"]
    assert result["message"]["text"] == '"no" is no date. Copy: close-us.'


def test_what_has_no_place_is_a_notification_and_no_result() -> None:
    """GitHub refuses a file with a result that has no location, and all the others with it."""
    run = run_of([bad(None), bad(HERE)])
    assert len(run["results"]) == 1
    assert run["invocations"] == [
        {
            "executionSuccessful": False,
            "toolConfigurationNotifications": [
                {
                    "descriptor": {"id": "bad-date"},
                    "level": "error",
                    "message": {"text": '"no" is no date.'},
                }
            ],
        }
    ]
    assert run_of([bad(None, severity=Severity.WARNING)])["invocations"][0]["executionSuccessful"]


def prints(found: Sequence[Diagnostic]) -> list[str]:
    return [result["partialFingerprints"]["ruleFileDetail/v1"] for result in run_of(found)["results"]]


def test_a_fingerprint_stays_when_lines_move() -> None:
    below = replace(HERE, line=30, column=4, copy="close-us and 3 more")
    assert prints([bad(HERE)]) == prints([bad(below)])
    others = [
        bad(replace(HERE, file="b.yaml")),
        bad(HERE, rule="other"),
        bad(HERE, detail="Else."),
    ]
    assert len({*prints([bad(HERE), bad(below), *others])}) == 5


@pytest.mark.parametrize("text", [*NASTY.values(), *MADE_UP], ids=lambda text: repr(text[:20]))
def test_whatever_a_file_holds(text: str) -> None:
    place = Location("a" + text.replace("\0", ""), 1, 1, 1, text)
    checked([Diagnostic(rule=text, summary=text, detail=text, place=place, related=(place,))])


@given(FOUND)
def test_every_log_is_valid_and_complete(found: list[Diagnostic]) -> None:
    checked(found)


def checked(found: Sequence[Diagnostic]) -> None:
    run = run_of(found)
    placed = [one for one in found if one.place]
    told = run["invocations"][0].get("toolConfigurationNotifications", [])
    assert len(run["results"]) == len(placed) and len(told) == len(found) - len(placed)
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for result, one in zip(run["results"], placed, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == visible(one.rule)
        assert result["level"] == one.severity.value
        text = result["message"]["text"]
        assert text and {unicodedata.category(character) for character in text}.isdisjoint(HIDDEN)
        others = result.get("relatedLocations", [])
        assert [target for _, target in LINK.findall(text)] == [str(other["id"]) for other in others]
        where = [result["locations"][0], *others]
        for location, place in zip(where, (one.place, *one.related), strict=True):
            assert place
            physical(location["physicalLocation"], place)
    assert len({result["partialFingerprints"]["ruleFileDetail/v1"] for result in run["results"]}) == len(
        placed
    )


def physical(location: Json, place: Location) -> None:
    uri = location["artifactLocation"]["uri"]
    assert RELATIVE.fullmatch(uri) and not uri.startswith("/")
    assert unquote_to_bytes(uri) == os.fsencode(place.file)
    region = location["region"]
    assert (region["startLine"], region["startColumn"]) == (place.line, place.column)
    assert region["endColumn"] > region["startColumn"]
