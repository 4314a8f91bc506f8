"""Records the README's picture: the demo's plan, run in a real terminal, as an SVG."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import pexpect
from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples" / "quarter-close"
COLUMNS, ROWS = 132, 60
# rich's frame would fetch its fonts from elsewhere: a picture loads nothing.
FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main() -> None:
    """Applies the example, edits it as the README says, and records what `plan` shows."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "quarter-close"
        shutil.copytree(EXAMPLE, home, ignore=shutil.ignore_patterns(".procspec"))
        _terminal(home, "apply", "--auto-approve")
        _edit(home / "group.procspec.yaml")
        screen = _terminal(home, "plan")
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
    console.print(Text.from_ansi(f"$ procspec plan\n{screen}"))
    console.file.close()
    svg = console.export_svg(title="procspec plan", unique_id="plan")
    (HERE / "plan.svg").write_text(FONTS.sub("", svg), encoding="utf-8")


def _terminal(home: Path, *arguments: str) -> str:
    """What a command shows in a terminal, colours included."""
    environment = {**os.environ, "TERM": "xterm-256color"}
    output, code = pexpect.run(
        f"{sys.executable} -m procspec --color always {' '.join(arguments)}",
        cwd=str(home),
        env=environment,
        withexitstatus=True,
        timeout=60,
        dimensions=(ROWS, COLUMNS),
    )
    if code != 0:
        raise SystemExit(output.decode())
    return output.decode().replace("\r\n", "\n")


def _edit(path: Path) -> None:
    """The edits of the README: another due date, another title, another person."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^dueDate: .*", "dueDate: WD+18", text)
    text = text.replace("title: Match intercompany balances", "title: Match all intercompany balances")
    text = text.replace("assignee: fpa", "assignee: reporting", 1)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
