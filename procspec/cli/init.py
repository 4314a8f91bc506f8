"""`procspec init`."""

from __future__ import annotations

from pathlib import Path

import click

from procspec.cli.screen import Globals
from procspec.errors import ProcspecError, UsageError
from procspec.render.visible import visible

_PROJECT = """\
# yaml-language-server: $schema=schemas/project.schema.json
kind: Project
name: {name}
environments:
  # An emulator inside procspec, kept in .procspec/emulator.db, with a today of its own. No account needed.
  local: {{provider: workiva, url: emulator, clock: 2024-09-30}}
people:
  ana: {{id: user-001, name: Ana Ruiz}}
  ben: {{id: user-002, name: Ben Cole}}
  cleo: {{id: user-003, name: Cleo Park}}
"""

_PROCESS = """\
# yaml-language-server: $schema=schemas/process.schema.json
kind: Process
key: first-close
name: First Close
dueDate: 2024-12-31
root:
  name: Steps
  children:
    - job: reconcile
      sendTask:
        title: Reconcile accounts receivable
        assignee: ana
        approver: ben
        dueDate: 2024-12-15
"""

_IGNORE = "# The local state and the emulator's data; keep a shared state elsewhere.\n.procspec/\n"


@click.command("init")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.pass_obj
def command(given: Globals, folder: Path) -> int:
    """Make a project in DIR that plans and applies at once, against the embedded emulator."""
    target = given.folder / folder
    files = _files(target.resolve().name)
    if (target / ".gitignore").exists():
        del files[".gitignore"]
        given.screen.tell("note: add .procspec/ to your .gitignore: it holds the local state.")
    taken = [name for name in files if (target / name).exists()]
    if taken:
        raise UsageError(f"Nothing was written: {', '.join(taken)} is there already.")
    try:
        for name, text in files.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            (target / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ProcspecError(f"{target} cannot be written: {error.strerror}.") from error
    place = visible(str(folder))
    given.screen.say(f"Made {len(files)} files in {place}. Next: procspec -C {place} plan")
    return 0


def _said(name: str) -> str:
    """A folder may be called what a file must not hold: control characters, or an expression."""
    return visible(name).replace("${", "{") or "project"


def _files(name: str) -> dict[str, str]:
    """The files of a new project by path; the schemas are there for the editor."""
    import json

    from procspec.source import dump, schema

    schemas = {
        f"schemas/{kind}.schema.json": json.dumps(schema(kind), indent=2) + "\n"
        for kind in ("project", "process")
    }
    return {
        "procspec.yaml": _PROJECT.format(name=dump(_said(name)).rstrip()),
        "first.procspec.yaml": _PROCESS,
        ".gitignore": _IGNORE,
        **schemas,
    }
