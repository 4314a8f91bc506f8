"""Times `--version`, `validate` and an unchanged `plan`, beside a peer, pairwise in one run.

    python -m benchmarks                                      ours alone
    python -m benchmarks --peer 'other/bin/procspec {args}'   A B A B, with the ratio ours/theirs

`{args}` stands for the arguments that ours gets, `{project}` for the project's folder; a peer without
them is run as it is. The machine's speed drifts, so the ratio of each pair is what counts, not the seconds.
"""

from __future__ import annotations

import argparse
import os
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.generate import project

OURS = [sys.executable, "-m", "procspec"]


def main() -> None:
    """Makes the project, applies it once against a served emulator, and times."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as folder, _emulator(Path(folder)) as url:
        home = Path(folder) / "project"
        project(home, processes=asked.processes, jobs=asked.jobs, url=url)
        os.environ["PROCSPEC_TOKEN"] = "emulator"
        print(f"{asked.processes} processes of {asked.jobs} jobs, {asked.runs} runs each")
        started = time.perf_counter()
        subprocess.run([*OURS, "-C", str(home), "apply", "--auto-approve"], check=True, capture_output=True)
        print(f"{'apply (once)':<12} {time.perf_counter() - started:8.2f} s")
        for name, arguments in _timed(home):
            _report(name, arguments, asked.peer.replace("{project}", str(home)), asked.runs)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--processes", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peer", default="", help="a command to run in turn with ours")
    return parser.parse_args()


def _timed(home: Path) -> Iterator[tuple[str, list[str]]]:
    yield "--version", ["--version"]
    yield "validate", ["-C", str(home), "validate"]
    yield "plan", ["-C", str(home), "plan", "--detailed-exitcode"]


def _report(name: str, arguments: Sequence[str], peer: str, runs: int) -> None:
    ours, theirs = [], []
    once([*OURS, *arguments])
    for _ in range(runs):
        ours.append(once([*OURS, *arguments]))
        if peer:
            theirs.append(once(shlex.split(peer.replace("{args}", shlex.join(arguments))), check=False))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    line = f"{name:<12} {spread(ours)}   largest child so far {peak:.0f} MiB"
    if theirs:
        ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
        line += f"\n{'  peer':<12} {spread(theirs)}\n{'  ratio':<12} {spread(ratios, '')}"
    print(line, flush=True)


def once(command: Sequence[str], *, check: bool = True) -> float:
    """Seconds that a command takes."""
    started = time.perf_counter()
    subprocess.run(command, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return time.perf_counter() - started


def spread(figures: Sequence[float], unit: str = " s") -> str:
    """The median, the least and the largest."""
    return f"{median(figures):8.3f}{unit}  ({min(figures):.3f} to {max(figures):.3f})"


@contextmanager
def _emulator(folder: Path) -> Iterator[str]:
    """The emulator on a free loopback port, in a process of its own."""
    command = [*OURS, "emulator", "serve", "--port", "0", "--database", str(folder / "emulator.db")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout
        try:
            line = server.stdout.readline()
            yield next(word for word in line.split() if word.startswith("http://"))
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
