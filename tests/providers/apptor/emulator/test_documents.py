"""Every JSON example of the documents: word for word on a new database, where the server does not choose."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from procspec.providers.apptor.emulator import TOKEN
from tests.providers.apptor.emulator.caller import FLOW, Caller
from tests.providers.apptor.examples import DOCUMENTS, example

START = "/process/exec"


def test_start_and_task_word_for_word(emulator: Caller) -> None:
    assert emulator.ok("POST", START, example("exec-request")) == example("exec-response")
    assert emulator.ok("POST", "/process/task", example("task-request")) == example("task-response")
    done = emulator.status("inst_xyz789")
    assert done["data"]["decision"] == "approved" and done["stateCd"] == 1


def test_the_curl_example_has_its_body(emulator: Caller) -> None:
    body = json.loads((DOCUMENTS / "exec-curl.txt").read_text().partition("-d '")[2].rpartition("'")[0])
    assert body == example("exec-curl-request")
    assert emulator.ok("POST", START, body)["processId"] == FLOW


def test_an_instance_has_the_members_of_the_page_and_no_others(emulator: Caller) -> None:
    id = emulator.start(correlationKey="order-9981")
    waiting = emulator.status(id)
    emulator.task(id)
    done, shown = emulator.status(id), example("facts-instance")
    assert list(waiting) == list(done) == list(shown)
    assert {name: type(value) for name, value in done.items()} == {
        name: type(value) for name, value in shown.items()
    }
    chosen = ("endTime", "data")
    assert {n: v for n, v in done.items() if n not in chosen} == {
        n: v for n, v in shown.items() if n not in chosen
    }
    assert (waiting["stateCd"], waiting["endTime"]) == (0, None)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("facts-error-400", {"processId": 1}),
        ("facts-error-401", {"processId": FLOW}),
        ("facts-error-403", {"processId": FLOW}),
        ("facts-error-422", {"data": {}}),
        ("facts-error-429", {"processId": FLOW}),
    ],
)
def test_errors_word_for_word(emulator: Caller, name: str, body: object) -> None:
    emulator.control("PUT", "keys/reader", {"permissions": ["WORKFLOW_READ"]})
    emulator.control("PUT", "keys/slow", {"rateLimitPerMinute": 0})
    keys = {"401": "apk_no_body", "403": "apk_reader_emulator", "429": "apk_slow_emulator"}
    status = name[-3:]
    answer = emulator.call("POST", START, body, keys.get(status, TOKEN))
    assert answer.status_code == int(status)
    assert answer.json() == example(name)


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_the_command_of_the_page_through_a_shell(served: str, tmp_path: Path) -> None:
    """Only the host and the key, which the page leaves open, are replaced."""
    command = (DOCUMENTS / "exec-curl.txt").read_text(encoding="utf-8")
    for word, value in {"https://your-server": served, "apk_YOUR_KEY_ID_YOUR_SECRET": TOKEN}.items():
        assert word in command
        command = command.replace(word, value)
    (tmp_path / ".curlrc").write_text('silent\nnoproxy = "*"\n')
    done = subprocess.run(
        ["bash", "-euc", command],
        env={"PATH": os.environ["PATH"], "CURL_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == example("exec-response")


def test_every_example_is_used() -> None:
    here = Path(__file__).parents[1]
    text = "".join(path.read_text(encoding="utf-8") for path in here.rglob("*.py"))
    assert {path.stem for path in DOCUMENTS.iterdir() if path.stem not in text} == set()
