"""That it feels instant: what the cheap commands may not import."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "httpx",
    "jsonschema",
    "yaml",
    "rich",
    "starlette",
    "uvicorn",
    "asyncio",
    "sqlite3",
    "stamina",
    "psycopg",
    "obstore",
)


def imported(*arguments: str) -> set[str]:
    """The top-level modules in memory after a run of the real command line in a fresh interpreter."""
    script = (
        "import sys\nfrom procspec.cli import run\n"
        f"code = run({list(arguments)!r})\nassert code == 0, code\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("arguments", [("--version",), ("--help",)])
def test_version_and_help_import_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert imported(*arguments) & set(HEAVY) == set()
    assert "click" in imported(*arguments)
