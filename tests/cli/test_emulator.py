"""emulator serve: which system, where its data is, and that it can be called."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest


@pytest.mark.parametrize(
    ("provider", "title", "token", "path", "file"),
    [
        ("workingflow", "Workingflow", "wf_emulator", "/processapi/list", "emulator-workingflow.db"),
        ("workiva", "Workiva", "emulator", "/processes/none", "emulator.db"),
        ("apptor", "apptor flow", "apk_emulator_emulator", "/process/instance/none", "emulator-apptor.db"),
        (None, "Workiva", "emulator", "/processes/none", "emulator.db"),
    ],
)
def test_serve(tmp_path: Path, provider: str | None, title: str, token: str, path: str, file: str) -> None:
    command = [sys.executable, "-m", "procspec", "-C", str(tmp_path), "emulator", "serve", "--port", "0"]
    command += ["--provider", provider] if provider else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith(f"{title} emulator on http://127.0.0.1:") and f"token: {token} " in line
        known = {"X-API-Key": token} if provider == "apptor" else {"Authorization": f"Bearer {token}"}
        headers = {**known, "X-Version": "2026-04-01.processes.preview"}
        url = next(word for word in line.split() if word.startswith("http"))
        answer = httpx.get(url + path, headers=headers, trust_env=False)
        assert answer.status_code == (200 if provider == "workingflow" else 404)
        process.terminate()
    assert [each.name for each in (tmp_path / ".procspec").iterdir()] == [file]
