"""The README, line by line: its commands run, and print what it shows."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from procspec.model import WEEKDAYS
from tests.conftest import Home

README = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")


def transcript() -> list[tuple[str, str]]:
    """The procspec commands of the quickstart, each with the output that the README shows after it."""
    (block,) = [
        block for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL) if "init hello" in block
    ]
    parts = re.split(r"(?m)^\$ (.*)\n", block)[1:]
    return [(parts[place], parts[place + 1]) for place in range(0, len(parts), 2)]


def test_the_quickstart_prints_what_the_readme_shows(home: Home) -> None:
    for line, shown in transcript():
        if line.startswith("procspec init"):
            assert home.ok("init", "hello").out == shown
        elif line == "procspec plan":
            assert Home(home.folder / "hello").ok("plan").out == shown
        elif line == "procspec apply":
            Home(home.folder / "hello").ok("apply", "--auto-approve")


def test_the_readmes_process_is_valid(home: Home) -> None:
    (text,) = re.findall(r"```yaml\n(# yaml-language-server.*?)```", README, re.DOTALL)
    home.write("close.procspec.yaml", text)
    people = {name: f"user-{name}" for name in ("ar-analyst", "controller")}
    project = {
        "kind": "Project",
        "name": "readme",
        "people": people,
        "calendars": {"us-close": {"businessDaysOfWeek": list(WEEKDAYS[:5])}},
        "period": "2024-Q4",
        "variables": {"entities": {"default": {"us": {"name": "Acme Inc."}}}},
    }
    home.write("procspec.yaml", yaml.safe_dump(project))
    assert home.ok("validate").err == ""
