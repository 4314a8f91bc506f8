"""Expressions and variables, through `load`."""

from __future__ import annotations

from pathlib import Path

import pytest

from procspec.model import Json, Location
from procspec.source import load
from procspec.source.expand import literal
from tests.source.spec import PROCESS, PROJECT, brief, load_process, write

ENVIRONMENTS = """\
defaultEnvironment: local
environments:
  local: {provider: workiva, url: emulator}
  production: {provider: workiva, url: "https://h.example", variables: {materiality: 25000}}
"""


def first(loaded_data: Json) -> Json:
    return loaded_data["root"]["children"][0]["sendTask"]


VALUES: list[tuple[str, str, Json]] = [
    ("name", "Close ${var.period}", "Close 2024-Q4"),
    ("name", "${var.materiality} USD", "10000 USD"),
    ("name", "is ${var.draft}", "is false"),
    ("name", "${process.key}!", "close!"),
    ("name", "$${var.period}", "${var.period}"),
    ("name", "$$${var.period}", "$${var.period}"),
    ("name", "a $${b} ${var.period}", "a ${b} 2024-Q4"),
    ("name", "costs $5 {x}", "costs $5 {x}"),
    ("autoClose", "${var.draft}", False),
    ("name", "'${var.period}'", "2024-Q4"),
]


@pytest.mark.parametrize("field, written, value", VALUES)
def test_values(tmp_path: Path, field: str, written: str, value: Json) -> None:
    text = PROCESS.replace("name: Close\n", "") + f"{field}: {written}\n"
    loaded = load_process(tmp_path, text if field == "name" else text + "name: Close\n")
    assert loaded.project is not None, brief(loaded.diagnostics)
    (process,) = loaded.project.processes
    assert process.data[field] == value
    assert process.places[field,].line == 8


def test_the_key_may_have_a_variable_and_the_rest_the_key(tmp_path: Path) -> None:
    text = PROCESS.replace("key: close", "key: close-${var.period}").replace(
        "title: A", "title: '${process.key} A'"
    )
    loaded = load_process(tmp_path, text)
    assert loaded.project is not None, brief(loaded.diagnostics)
    data = loaded.project.processes[0].data
    assert data["key"] == "close-2024-Q4" and first(data)["title"] == "close-2024-Q4 A"


PROBLEMS: list[tuple[str, list[str]]] = [
    ("name: x ${var.periode} y", ["3:9 unknown-variable"]),
    ("name: '${var.period} ${var.nope} ${var.nope}'", ["3:22 unknown-variable", "3:34 unknown-variable"]),
    ("name: ä漢😀 ${var.nope}", ["3:11 unknown-variable"]),
    ('name: "\\t ${var.nope}"', ["3:11 unknown-variable"]),
    ("name: |\n  x ${var.nope}", ["3:7 unknown-variable"]),
    ("name: ${var.owner}", ["3:7 variable-without-value"]),
    ("name: ${vra.period}", ["3:7 unknown-reference"]),
    ("name: ${process.name}", ["3:7 unknown-reference"]),
    ("name: ${each.key}", ["3:7 unknown-reference"]),
    ("name: ${ var.period }", ["3:7 malformed-expression"]),
    ("name: ${period}", ["3:7 malformed-expression"]),
    ("name: x ${var.period", ["3:9 malformed-expression"]),
    ("name: ${}", ["3:7 malformed-expression"]),
    ("name: ${var.materiality}", ["3:7 wrong-type"]),
    ("name: X\nautoClose: ${var.period}", ["4:12 wrong-type"]),
    ("name: X\nautoClose: $${var.draft}", ["4:12 wrong-type"]),
    ("name: X\ndueDate: ${var.period}", ["4:10 bad-date"]),
    ("name: X\nautoClose: ${var.nope}", ["4:12 unknown-variable"]),
]


@pytest.mark.parametrize("written, expected", PROBLEMS)
def test_problems_are_placed_at_the_expression(tmp_path: Path, written: str, expected: list[str]) -> None:
    loaded = load_process(tmp_path, PROCESS.replace("name: Close", written, 1))
    assert loaded.project is None
    assert brief(loaded.diagnostics) == expected


def test_advice(tmp_path: Path) -> None:
    text = PROCESS.replace("Close", "${var.perod} ${var.owner} ${each.x}", 1)
    unknown, unset, each = load_process(tmp_path, text).diagnostics
    assert 'Did you mean "period"?' in unknown.detail
    assert unknown.place == Location("a.procspec.yaml", 3, 7, 12)
    assert "PROCSPEC_VAR_owner" in unset.detail and unset.related == (Location("procspec.yaml", 8, 3, 5),)
    assert "forEach" in each.detail


def test_a_key_cannot_refer_to_itself(tmp_path: Path) -> None:
    loaded = load_process(
        tmp_path, PROCESS.replace("key: close", "key: x-${process.key}\nprotect: ${process.key}")
    )
    assert brief(loaded.diagnostics) == ["2:8 unknown-reference"]


def test_keys_of_mappings_are_not_expanded(tmp_path: Path) -> None:
    steps = "    - job: b\n      certification: {title: B, steps: [{'${var.nope}': 1}]}\n"
    loaded = load_process(tmp_path, PROCESS + steps)
    assert loaded.project is not None
    assert loaded.project.processes[0].data["root"]["children"][1]["certification"]["steps"] == [
        {"${var.nope}": 1}
    ]


def test_the_project_file_is_not_expanded(tmp_path: Path) -> None:
    loaded = load_process(tmp_path, PROCESS, PROJECT + "state: x/${var.period}.db\n")
    assert brief(loaded.diagnostics) == ["14:10 malformed-expression"]


def test_literal_undoes_expansion(tmp_path: Path) -> None:
    assert literal({"a": ["${x} $${y}", 1]}) == {"a": ["$${x} $$${y}", 1]}
    loaded = load_process(tmp_path, PROCESS.replace("Close", literal("${x} $${y}"), 1))
    assert loaded.project is not None and loaded.project.processes[0].data["name"] == "${x} $${y}"


@pytest.mark.parametrize(
    "environment, variables, environ, value",
    [
        (None, {}, {}, 10000),
        ("production", {}, {}, 25000),
        ("production", {}, {"PROCSPEC_VAR_materiality": "3"}, 3),
        ("production", {"materiality": "2"}, {"PROCSPEC_VAR_materiality": "3"}, 2),
        (None, {"materiality": " 7 "}, {}, 7),
    ],
)
def test_where_a_value_comes_from(
    tmp_path: Path, environment: str | None, variables: dict[str, str], environ: dict[str, str], value: int
) -> None:
    write(tmp_path, {"procspec.yaml": PROJECT + ENVIRONMENTS, "a.procspec.yaml": PROCESS})
    loaded = load(tmp_path, environment=environment, variables=variables, environ=environ)
    assert loaded.project is not None
    assert loaded.project.variables["materiality"] == value
    assert "owner" not in loaded.project.variables


@pytest.mark.parametrize(
    "variables, rule",
    [
        ({"materiality": "many"}, "bad-variable-value"),
        ({"materiality": "1.5"}, "bad-variable-value"),
        ({"materiality": "true"}, "bad-variable-value"),
        ({"rate": "x"}, "bad-variable-value"),
        ({"rate": ".inf"}, "bad-variable-value"),
        ({"draft": "yes"}, "bad-variable-value"),
        ({"period": "x\x1b[31m"}, "bad-variable-value"),
        ({"perod": "x"}, "unknown-variable"),
    ],
)
def test_bad_values_from_the_command_line(tmp_path: Path, variables: dict[str, str], rule: str) -> None:
    write(
        tmp_path, {"procspec.yaml": PROJECT, "a.procspec.yaml": PROCESS.replace("Close", "${var.period}", 1)}
    )
    loaded = load(tmp_path, variables=variables)
    assert brief(loaded.diagnostics) == [f"- {rule}"]
    assert "\x1b" not in loaded.diagnostics[0].detail


@pytest.mark.parametrize("text, value", [("1.5", 1.5), ("2", 2), ("1e3", 1000.0)])
def test_numbers(tmp_path: Path, text: str, value: float) -> None:
    write(tmp_path, {"procspec.yaml": PROJECT})
    loaded = load(tmp_path, variables={"rate": text, "draft": "true", "period": "0123"})
    assert loaded.project is not None
    assert loaded.project.variables == {"rate": value, "draft": True, "period": "0123", "materiality": 10000}


def test_a_stray_variable_of_the_shell_is_a_warning(tmp_path: Path) -> None:
    write(tmp_path, {"procspec.yaml": PROJECT})
    loaded = load(tmp_path, environ={"PROCSPEC_VAR_perod": "x", "PROCSPEC_VAR_period": "y"})
    assert loaded.project is not None and brief(loaded.diagnostics) == ["?- unknown-variable"]


def test_a_broken_project_file_does_not_accuse_the_processes(tmp_path: Path) -> None:
    text = PROCESS.replace("Close", "${var.x}", 1) + "autoClose: ${var.y}\ncalendar: z\nprotekt: true\n"
    assert brief(load_process(tmp_path, text, "kind: [\n").diagnostics) == [
        "11:1 unknown-field",
        "1:8 invalid-yaml",
    ]
    loaded = load_process(tmp_path, text, "kind: Project\nname: x\nvariables: [x]\n")
    assert brief(loaded.diagnostics) == ["10:11 unknown-calendar", "11:1 unknown-field", "3:12 wrong-type"]


def test_expressions_that_explode(tmp_path: Path) -> None:
    """A long value, many times, is refused before it is made; references that stand alone count too."""
    project = PROJECT.replace("2024-Q4", "x" * 1_000_000)
    text = PROCESS.replace("Close", "${var.period}" * 8, 1).replace("title: A", "title: '${var.period}'")
    assert brief(load_process(tmp_path, text, project).diagnostics) == []
    more = text.replace("root:", "calendarIds: ['${var.period}a', '${var.period}b']\nroot:")
    assert brief(load_process(tmp_path, more, project).diagnostics) == ["9:26 too-much-text"]
