"""Every curl command of the documents, word for word, through a shell."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from procspec.providers.workiva.emulator import TOKEN
from tests.providers.workiva.emulator.caller import DOCUMENTS

HOST = "https://api.app.wdesk.com"

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")


@dataclass
class Shell:
    """A shell in a folder, with the guide's variables exported."""

    folder: Path
    url: str
    variables: dict[str, str] = field(default_factory=dict)

    def curl(self, name: str, request: str = "", **words: str) -> tuple[int, Any]:
        """Status and body of one documented command; only the host is replaced, and `words`."""
        if request:
            shutil.copy(DOCUMENTS / f"{request}.json", self.folder / "request.json")
        command = (DOCUMENTS / f"{name}.txt").read_text(encoding="utf-8")
        assert HOST in command
        command = command.replace(HOST, self.url)
        for word, value in words.items():
            command = command.replace(f"{{{word.replace('_', '-')}}}", value)
        # A configuration file of curl asks for the status, so that the command itself stays as it is.
        (self.folder / ".curlrc").write_text('silent\nwrite-out = "\\n%{http_code}"\nnoproxy = "*"\n')
        environment = {"PATH": os.environ["PATH"], "CURL_HOME": str(self.folder), **self.variables}
        done = subprocess.run(
            ["bash", "-euc", command],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        body, _, status = done.stdout.rpartition("\n")
        return int(status), json.loads(body) if body else None


@pytest.fixture
def shell(tmp_path: Path, served: str) -> Shell:
    return Shell(tmp_path, served, {"TOKEN": TOKEN, "PROCESS_ID": "", "PROCESS_RUN_ID": ""})


def test_the_guide_from_top_to_bottom(shell: Shell) -> None:
    status, created = shell.curl("guide-curl-create", "guide-create-request")
    assert (status, created["name"], created["revision"]) == (201, "Q4 2024 Financial Close", 1)
    shell.variables["PROCESS_ID"] = created["id"]

    status, got = shell.curl("guide-curl-get")
    assert (status, got["id"], got["businessEndDate"]) == (200, created["id"], "2024-12-31")
    assert shell.curl("guide-curl-get-excluding-generated") == (200, got)

    status, patched = shell.curl("guide-curl-patch", "guide-patch-request")
    assert (status, patched["dueDate"], patched["revision"]) == (200, "2025-01-15", 2)

    status, renamed = shell.curl("guide-curl-batch", "guide-batch-request")
    assert (status, renamed["root"]["name"], renamed["revision"]) == (200, "Q4 Close Workflow — Final", 3)

    assert shell.curl("guide-curl-validation") == (200, {"errors": []})

    status, run = shell.curl("guide-curl-run", "guide-run-request")
    assert (status, run["process"], run["statusCounts"]) == (201, created["id"], {"waiting": 2})
    shell.variables["PROCESS_RUN_ID"] = run["id"]

    status, monitored = shell.curl("guide-curl-get-run")
    assert (status, monitored["statusCounts"]) == (200, {"Running": 1, "Waiting": 1})

    status, added = shell.curl("guide-curl-job-runs", "guide-job-runs-request")
    assert (status, added[0]["parent"], added[0]["ordinal"]) == (201, "grouprun-root123", 2)

    assert shell.curl("guide-curl-trash") == (204, None)
    assert shell.curl("guide-curl-get")[0] == 404
    status, restored = shell.curl("guide-curl-restore")
    assert (status, restored) == (200, renamed)


def test_the_references_commands(shell: Shell) -> None:
    """Their placeholders are in braces, and they send no body: fine for a run, not for job runs."""
    _, created = shell.curl("guide-curl-create", "guide-create-request")
    words = {"access_token": TOKEN, "processId": created["id"]}
    status, run = shell.curl("run-curl", **words)
    assert (status, run["status"]) == (201, "running")
    status, error = shell.curl("job-runs-curl", access_token=TOKEN, processRunId=run["id"])
    assert (status, error["message"]) == (400, "The request needs a body")
