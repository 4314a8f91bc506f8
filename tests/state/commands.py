"""The command line in a process that was forked with everything loaded; free of what tests import."""

from __future__ import annotations

import importlib
import io
import json
import os
import resource
import signal
import time
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from procspec.cli import run
from tests.state.stores import Place

for _name in ("cli.apply", "http", "providers.workiva.connect", "providers.workiva.compiler", "render.plan"):
    importlib.import_module(f"procspec.{_name}")


@dataclass(frozen=True)
class Ended:
    """How a command ended, and all that it said."""

    code: int
    text: str


@dataclass(frozen=True)
class Crowd:
    """Commands at once on the project in `place.folder / "project"`; the folder `ends` holds their ends."""

    place: Place

    @property
    def ends(self) -> Path:
        folder = self.place.folder / "ends"
        folder.mkdir(exist_ok=True)
        return folder

    def start(self, number: int, *arguments: str, largest: int = -1) -> Any:
        """One more process; it waits for `go`. `largest` limits, in bytes, the files that it may write."""
        return self.place.process(command, self, number, arguments, largest)

    def go(self, count: int) -> None:
        """Lets them begin together, once they are all there."""
        while len(list(self.ends.glob("ready-*"))) < count:
            time.sleep(0.005)
        (self.ends / "gate").touch()

    def ended(self) -> list[Ended]:
        """Those that are at their end."""
        return [Ended(**json.loads(path.read_text())) for path in sorted(self.ends.glob("end-*.json"))]


def command(place: Place, crowd: Crowd, number: int, arguments: Sequence[str], largest: int) -> None:
    """Waits for the others, runs the command line, and writes down how it ended."""
    os.environ.update(place.environ, PROCSPEC_TOKEN="emulator")
    (crowd.ends / f"ready-{number}").touch()
    while not (crowd.ends / "gate").exists():
        time.sleep(0.005)
    if largest >= 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        code = run(["-C", str(place.folder / "project"), *arguments])
    if largest >= 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    new = crowd.ends / f"{number}.new"
    new.write_text(json.dumps({"code": code, "text": out.getvalue()}))
    new.rename(crowd.ends / f"end-{number:02}.json")
