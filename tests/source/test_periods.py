"""Periods: their days, their neighbours, and where they come from."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procspec.errors import UsageError
from procspec.source import load
from procspec.source.periods import period
from tests.source.spec import PROCESS, brief, write

NAMES = [
    ("2024-Q4", 1, "2024-10-01 2024-12-31 2025-Q1 2024-Q3"),
    ("2024-Q1", 1, "2024-01-01 2024-03-31 2024-Q2 2023-Q4"),
    ("2024-12", 1, "2024-12-01 2024-12-31 2025-01 2024-11"),
    ("2024-02", 7, "2024-02-01 2024-02-29 2024-03 2024-01"),
    ("2024", 1, "2024-01-01 2024-12-31 2025 2023"),
    ("2025", 10, "2024-10-01 2025-09-30 2026 2024"),
    ("2025-Q1", 10, "2024-10-01 2024-12-31 2025-Q2 2024-Q4"),
    ("2025-Q4", 2, "2024-11-01 2025-01-31 2026-Q1 2025-Q3"),
]


@pytest.mark.parametrize("name, start, told", NAMES)
def test_what_a_name_means(name: str, start: int, told: str) -> None:
    found = period(name, start)
    assert found is not None
    assert f"{found.start} {found.end} {found.next} {found.previous}" == told


@pytest.mark.parametrize(
    "name", ["2024-Q5", "2024-13", "2024-00", "24", "2024-q4", "", "2024 ", "٢٠٢٤", "0000", "9999-12", 2024]
)
def test_what_is_no_period(name: str) -> None:
    assert period(name) is None


@given(
    st.integers(2, 9000),
    st.sampled_from(["", *(f"-Q{n}" for n in range(1, 5)), *(f"-{n:02}" for n in range(1, 13))]),
    st.integers(1, 12),
)
def test_periods_follow_one_another(year: int, part: str, start: int) -> None:
    now = period(f"{year:04}{part}", start)
    assert now is not None
    after = period(now.next, start)
    assert after is not None
    assert (after.previous, after.start) == (now.name, now.end + timedelta(days=1))


PROJECT = "kind: Project\nname: test\nperiod: 2024-Q4\n"
NAMED = PROCESS.replace("name: Close", "name: Close ${period.name}, then ${period.next}").replace(
    "key: close", "key: close-${period.name}\ndueDate: ${period.end}"
)


def test_the_file_the_variable_and_the_year(tmp_path: Path) -> None:
    write(tmp_path, {"procspec.yaml": PROJECT, "a.procspec.yaml": NAMED})
    loaded = load(tmp_path)
    assert loaded.project is not None, brief(loaded.diagnostics)
    (process,) = loaded.project.processes
    assert (process.data["name"], process.data["dueDate"]) == ("Close 2024-Q4, then 2025-Q1", "2024-12-31")
    assert process.period == "2024-Q4"
    later = load(tmp_path, environ={"PROCSPEC_PERIOD": "2025-Q1"})
    assert later.project is not None and later.project.period is not None
    assert later.project.processes[0].data["key"] == "close-2025-Q1"
    assert later.project.digest != loaded.project.digest


def test_a_process_without_a_period_in_its_key_belongs_to_none(tmp_path: Path) -> None:
    write(tmp_path, {"procspec.yaml": PROJECT, "a.procspec.yaml": PROCESS})
    loaded = load(tmp_path)
    assert loaded.project is not None
    assert loaded.project.processes[0].period == ""


@pytest.mark.parametrize(
    "key, entries, dated",
    [
        ("close-${period.end}-${each.key}", "{us: 1}", True),
        ("close-${each.key}", "[{key: 'us-${period.name}'}]", True),
        ("close-${each.key}", "[{key: us, name: '${period.name}'}]", False),
        ("close-${each.key}", "{us: '${period.name}'}", False),
        ("close-${each.key}-${each.value}", "{us: '${period.next}'}", True),
        ("close-${each.key}-${each.value.of.when}", "{us: {of: {when: '${period.name}', who: ana}}}", True),
        ("close-${each.key}-${each.value.of.who}", "{us: {of: {when: '${period.name}', who: ana}}}", False),
        ("close-${each.key}", "{us: '$${period.name}'}", False),
        ("close-${each.key}", "'${var.entities}'", False),
    ],
)
def test_a_copy_belongs_to_the_period_that_made_its_key(
    tmp_path: Path, key: str, entries: str, dated: bool
) -> None:
    variables = "variables: {entities: {default: {us: {name: A}}}}\n"
    text = PROCESS.replace("key: close", f"key: {key}\nforEach: {entries}")
    write(tmp_path, {"procspec.yaml": PROJECT + variables, "a.procspec.yaml": text})
    loaded = load(tmp_path)
    assert loaded.project is not None, brief(loaded.diagnostics)
    assert [process.period for process in loaded.project.processes] == ["2024-Q4" if dated else ""]


def test_a_year_is_a_number(tmp_path: Path) -> None:
    write(tmp_path, {"procspec.yaml": PROJECT.replace("2024-Q4", "2024"), "a.procspec.yaml": NAMED})
    loaded = load(tmp_path)
    assert loaded.project is not None and loaded.project.period is not None, brief(loaded.diagnostics)
    assert loaded.project.period.name == "2024"
    assert loaded.project.processes[0].data["key"] == "close-2024"


@pytest.mark.parametrize(
    "written, rule",
    [
        ("24", "value-not-allowed"),
        ("20244", "value-not-allowed"),
        ("-2024", "value-not-allowed"),
        ("2024.0", "bad-period"),
        ("true", "wrong-type"),
        ("[2024]", "wrong-type"),
    ],
)
def test_what_is_no_year(tmp_path: Path, written: str, rule: str) -> None:
    write(tmp_path, {"procspec.yaml": PROJECT.replace("2024-Q4", written), "a.procspec.yaml": NAMED})
    assert brief(load(tmp_path).diagnostics) == [f"3:9 {rule}"]


def test_a_bad_period_is_said_once(tmp_path: Path) -> None:
    write(tmp_path, {"procspec.yaml": PROJECT.replace("Q4", "Q5"), "a.procspec.yaml": NAMED})
    assert brief(load(tmp_path).diagnostics) == ["3:9 bad-period"]


def test_no_period(tmp_path: Path) -> None:
    write(tmp_path, {"procspec.yaml": "kind: Project\nname: test\n", "a.procspec.yaml": NAMED})
    assert {one.rule for one in load(tmp_path).diagnostics} == {"unknown-reference"}


def test_a_bad_period_from_outside(tmp_path: Path) -> None:
    write(tmp_path, {"procspec.yaml": PROJECT, "a.procspec.yaml": NAMED})
    with pytest.raises(UsageError, match="no period '2024-Q9'"):
        load(tmp_path, environ={"PROCSPEC_PERIOD": "2024-Q9"})
