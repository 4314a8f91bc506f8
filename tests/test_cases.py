"""Golden cases: what is seen, what is planned, what is sent.

A folder of `tests/cases` is a test. It holds a project and `steps.txt`, a line a step:

    procspec ARGUMENTS          runs the command line; its output and exit code go to screen.txt
    copy FOLDER                 copies the files of FOLDER over the project's
    server METHOD PATH [JSON]   one call of the emulator's control endpoints; {id} is the newest process

and `screen.txt`, `plan.json` (the last plan) and `requests.json` (what was sent), which
`pytest tests/test_cases.py --update` rewrites. Ids, digests and the port are written as words.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Home, Server

CASES = sorted(path.parent for path in (Path(__file__).parent / "cases").glob("*/steps.txt"))
NOT_THE_PROJECT = shutil.ignore_patterns("edited", "steps.txt", "screen.txt", "*.json")
GOLDEN = ("screen.txt", "plan.json", "requests.json")


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_case(case: Path, home: Home, server: Server, request: pytest.FixtureRequest) -> None:
    shutil.copytree(case, home.folder, dirs_exist_ok=True, ignore=NOT_THE_PROJECT)
    home.edit("procspec.yaml", "URL", server.url)
    screen = [_step(line, case, home, server) for line in (case / "steps.txt").read_text().splitlines()]
    words = Words(server.url)
    sent = [
        {name: entry[name] for name in ("method", "path", "body") if entry.get(name) is not None}
        for entry in server.bodies()
    ]
    plan = home.run("plan", "-o", "json").json
    seen = {
        "screen.txt": words.tidy("\n".join(screen)),
        "plan.json": words.tidy(json.dumps(plan, indent=2, ensure_ascii=False)) + "\n",
        "requests.json": words.tidy(json.dumps(sent, indent=2, ensure_ascii=False)) + "\n",
    }
    for name, text in seen.items():
        if request.config.getoption("--update"):
            (case / name).write_text(text, encoding="utf-8")
        assert (case / name).read_text(encoding="utf-8") == text, f"{case.name}/{name}; see --update"


def _step(line: str, case: Path, home: Home, server: Server) -> str:
    verb, *arguments = shlex.split(line)
    if verb == "procspec":
        result = home.run(*arguments)
        return f"$ {line}\n{result.out}{result.err}[exit {result.code}]\n"
    if verb == "copy":
        shutil.copytree(case / arguments[0], home.folder, dirs_exist_ok=True)
        return f"$ {line}\n"
    if verb == "rm":
        (home.folder / arguments[0]).unlink()
        return f"$ {line}\n"
    assert verb == "server", line
    newest = home.ok("state", "list", "-o", "json").json["records"][0]["id"]
    body = json.loads(arguments[2]) if len(arguments) > 2 else None
    server.control(arguments[0], arguments[1].replace("{id}", newest), body)
    return f"$ {line}\n"


class Words:
    """Ids, digests and whatever else is new each time, as words numbered by their first appearance."""

    RANDOM = re.compile(r"(?<![0-9a-zA-Z])((?:[a-z]+-)*[0-9a-f]{12,64})(?![0-9a-zA-Z])")

    APPLY = re.compile(r"\b\d{8}-\d{6}-[0-9a-f]{4}\b")

    def __init__(self, url: str) -> None:
        self.url = url
        self.known: dict[str, str] = {}

    def tidy(self, text: str) -> str:
        return self.RANDOM.sub(self._word, self.APPLY.sub("<apply>", text.replace(self.url, "URL")))

    def _word(self, match: re.Match[str]) -> str:
        return self.known.setdefault(match.group(1), f"<id-{len(self.known) + 1}>")


def test_the_words_are_stable() -> None:
    words: Any = Words("http://127.0.0.1:1")
    once = words.tidy("a 0123456789abcdef0123456789abcdef b http://127.0.0.1:1/x job-0123456789ab")
    assert once == "a <id-1> b URL/x <id-2>"
    assert words.tidy("0123456789abcdef0123456789abcdef") == "<id-1>"
