"""Times `validate` of one template that `forEach` makes 100, 300 and 1,000 processes of, in turn.

python -m benchmarks.copies
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.__main__ import OURS, once, spread
from benchmarks.generate import copies

SIZES = (100, 300, 1000)


def main() -> None:
    """Makes the three projects and reports seconds, and milliseconds a process."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.copies", description=__doc__)
    parser.add_argument("--jobs", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        homes = {size: Path(place) / str(size) for size in SIZES}
        for size, home in homes.items():
            copies(home, processes=size, jobs=asked.jobs)
        figures: dict[int, list[float]] = {size: [] for size in SIZES}
        for _ in range(asked.runs):
            for size, home in homes.items():
                figures[size].append(once([*OURS, "-C", str(home), "validate"]))
    for size, found in figures.items():
        print(f"{size:>5} processes {spread(found)}  {median(found) / size * 1000:6.2f} ms a process")


if __name__ == "__main__":
    main()
