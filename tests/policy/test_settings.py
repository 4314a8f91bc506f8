"""Severities of a project: `policies:` in procspec.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.policy.spec import PROCESS, PROJECT, brief, checked

OWN = PROCESS.replace("approver: ben", "approver: ana")


@pytest.mark.parametrize(
    ("policies", "found"),
    [
        ("{}", ["8:53 self-approval"]),
        ("{self-approval: off}", []),
        ("{self-approval: warning}", ["?8:53 self-approval"]),
        ("{self-approval: {severity: warning}}", ["?8:53 self-approval"]),
        ("{self-approval: {}}", ["8:53 self-approval"]),
        ("{no-approver: error}", ["8:53 self-approval"]),
        ("{self-aproval: off}", ["8:12 unknown-policy", "8:53 self-approval"]),
        ("{unknown-policy: off}", ["8:12 bad-policy-setting", "8:53 self-approval"]),
        ("{self-approval: {most: 3}}", ["8:28 bad-policy-setting", "8:53 self-approval"]),
        ("{busy-day: {most: 3, severity: off}}", ["8:53 self-approval"]),
    ],
)
def test_severities(tmp_path: Path, policies: str, found: list[str]) -> None:
    """Problems of close.procspec.yaml come before those of procspec.yaml, whose line 8 has the policies."""
    files: dict[str, str | bytes] = {
        "procspec.yaml": f"{PROJECT}policies: {policies}\n",
        "close.procspec.yaml": OWN,
    }
    assert sorted(brief(checked(tmp_path, files))) == found


def test_a_slip_gets_a_suggestion(tmp_path: Path) -> None:
    result = checked(tmp_path, {"procspec.yaml": f"{PROJECT}policies: {{no_aprover: error}}\n"})
    assert result.found[0].detail == (
        'There is no policy "no_aprover". Did you mean "no-approver"? `procspec explain` lists them.'
    )
