"""Public holidays from the library, and what is said when it cannot tell."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from procspec.source import holidays
from procspec.workdays import NoHolidays


def test_the_days_on_which_they_are_observed() -> None:
    days = holidays.public("US", 2021)
    assert date(2021, 12, 25) in days and date(2021, 12, 24) in days  # Christmas was a Saturday
    assert date(2021, 12, 31) in days  # and so was New Year's Day of 2022
    assert {day.year for day in days} == {2021}


def test_a_part_of_a_country_has_its_own() -> None:
    election = date(2025, 11, 4)
    assert election in holidays.public("US-NY", 2025) and election not in holidays.public("US", 2025)
    assert holidays.public("US-NY", 2025) > {date(2025, 1, 1), date(2025, 7, 4), date(2025, 12, 25)}


def test_public_holidays_alone() -> None:
    assert date(2024, 12, 24) not in holidays.public("DE", 2024)  # a bank holiday
    assert date(2024, 12, 26) in holidays.public("DE", 2024)


@pytest.mark.parametrize("region", ["US", "US-NY", "DE-BY", "GB", "GB-SCT", "FR", "JP", "IN-MH", "FR-57"])
def test_known(region: str) -> None:
    assert holidays.fault(region) is None and holidays.public(region, 2024)


FAULTS: list[tuple[str, str]] = [
    ("ZZ", 'knows no country "ZZ"'),
    ("US-ZZ", 'no "ZZ" in US. Known: "AK"'),
    ("GB-SCO", 'Did you mean "SCT"?'),
    ("GR-A", "knows no parts of GR"),
    ("us", 'Did you mean "US"?'),
    ("us_ny", 'Did you mean "US-NY"?'),
    ("USA", 'Did you mean "US"?'),
    ("DEU-BY", 'Did you mean "DE-BY"?'),
    ("United States", '"US-NY"'),
    ("", "is no region"),
    ("__", "is no region"),
    ("US-", "is no region"),
]


@pytest.mark.parametrize("region, words", FAULTS)
def test_unknown(region: str, words: str) -> None:
    reason = holidays.fault(region)
    assert reason is not None and words in reason and reason[-1] in ".?"


@pytest.mark.parametrize(
    "region, year",
    [
        ("US", 2101),  # the library ends
        ("US", 900),
        ("UA", 2024),  # none are kept in the war
        ("IN", 2050),  # it has some, and warns that it has not all
        ("", 2024),  # for which it raises what it likes
    ],
)
def test_a_year_without_entries_is_an_error(region: str, year: int) -> None:
    with pytest.raises(NoHolidays, match=f"holidays of {region} in {year}") as caught:
        holidays.public(region, year)
    assert caught.value.year == year


def test_the_version() -> None:
    name, version = holidays.source().split()
    assert name == "holidays" and version[0].isdigit()
    assert holidays.installed()


MISSING = """
import sys
sys.modules["holidays"] = None  # as where it is not installed
from pathlib import Path
from procspec.source.calendars import calendars
from procspec.source.reader import read
document, _ = read("procspec.yaml", b"kind: Project\\nname: x\\ncalendars:\\n  us: {holidays: US}\\n")
made, (problem,) = calendars(document)
print(problem.rule, problem.place, made.named["us"].broken, problem.detail)
"""


def test_without_the_library() -> None:
    done = subprocess.run([sys.executable, "-c", MISSING], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("holidays-not-installed procspec.yaml:4:18 True ")
    assert "procspec-cli with the extra `calendars`" in done.stdout
    assert "pip install" not in done.stdout and done.stderr == ""


def test_it_is_not_imported_before_it_is_needed() -> None:
    code = "import sys, procspec.source, procspec.source.schedule; print('holidays' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
