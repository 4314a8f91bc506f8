"""`make demo`, without the set-up that make does before it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent


def test_the_demo_plans_applies_and_leaves_nothing_behind(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "examples/demo.sh"],
        cwd=REPOSITORY,
        env={**os.environ, "PATH": path, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    for told in (
        "Valid:",
        "3 scenarios: 3 ok.",
        "3 to create",
        "created ",
        "No changes.",
        "~ dueDate  2025-01-24 -> WD+17 (Mon 2025-01-27)",
        "updated ",
        "Roll: 3 processes go on",
        "Started close-us-2024-Q4: run ",
        "0 of ",
    ):
        assert told in done.stdout
    assert list(tmp_path.iterdir()) == []
