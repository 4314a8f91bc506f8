"""The schemas: draft-07, documented throughout, and each example in them is valid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from procspec.errors import UsageError
from procspec.source import schema, schema_names
from procspec.source.schemas import strict, violations

NAMES = ["process", "project", "scenario"]


def parts(value: Any, path: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object that describes a value."""
    if isinstance(value, dict):
        if "title" in value and isinstance(value["title"], str):
            yield path, value
        for key, item in value.items():
            yield from parts(item, f"{path}/{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from parts(item, f"{path}/{index}")


def properties(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        if value.get("type") == "object" and "properties" in value:
            yield from value["properties"].items()
        for item in value.values():
            yield from properties(item)
    elif isinstance(value, list):
        for item in value:
            yield from properties(item)


@pytest.mark.parametrize("name", NAMES)
def test_draft_7(name: str) -> None:
    assert schema(name)["$schema"] == "http://json-schema.org/draft-07/schema#"
    Draft7Validator.check_schema(schema(name))
    Draft7Validator.check_schema(strict(schema(name), schema(name)["definitions"]))


@pytest.mark.parametrize("name", NAMES)
def test_every_property_explains_itself(name: str) -> None:
    found = list(properties(schema(name)))
    assert len(found) > 15
    for field, part in found:
        assert part["title"] and part["description"].endswith("."), field
        assert "examples" in part or "enum" in part, field


@pytest.mark.parametrize("name", NAMES)
def test_every_example_is_valid(name: str) -> None:
    definitions = schema(name)["definitions"]
    count = 0
    for path, part in parts(schema(name)):
        for example in part.get("examples", ()):
            count += 1
            errors = list(Draft7Validator({**part, "definitions": definitions}).iter_errors(example))
            assert not errors, (path, example, errors)
    assert count > 30


@pytest.mark.parametrize(
    "field, value", [("autoClose", "${var.x}"), ("dueDate", "${var.x}"), ("protect", "${var.x}")]
)
def test_an_expression_is_fine_in_an_editor_and_not_after_expansion(field: str, value: str) -> None:
    data = {**schema("process")["examples"][0], field: value}
    assert not list(Draft7Validator(schema("process")).iter_errors(data))
    assert field == "dueDate" or list(violations("process", data))


def test_every_field_of_the_api_is_there() -> None:
    """Guide, "Patching Process Configuration": the 17 patchable paths, two of them of the root group."""
    fields = set(schema("process")["properties"])
    assert fields >= {
        "name",
        "dueDate",
        "businessStartDate",
        "businessEndDate",
        "businessDaysOfWeek",
        "businessDateExclusions",
        "businessDateInclusions",
        "autoClose",
        "relativeDates",
        "certAutoApprove",
        "calendarIds",
        "ipmBetaEnabled",
        "iwmOptOut",
        "defaultCertSignerReminders",
        "defaultCertApproverReminders",
    }
    assert {"parallel", "triggerType"} <= set(schema("process")["definitions"]["root"]["properties"])


def test_an_unknown_schema() -> None:
    assert set(NAMES) <= set(schema_names())
    for name in ("nope", "../procspec", "process.schema"):
        with pytest.raises(UsageError):
            schema(name)
