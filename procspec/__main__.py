"""`python -m procspec`, and the entry point of the `procspec` command."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Runs the command line and exits with the code of DESIGN section 7.

    Ctrl-C is only noted while the program is loaded and when it has said its last word: in between, `run`
    brings what is under way to an end.
    """
    early: list[int] = []
    signal.signal(signal.SIGINT, lambda number, frame: early.append(number))
    from procspec.cli import interrupted, run

    sys.exit((interrupted if early else run)(sys.argv[1:]))


if __name__ == "__main__":
    main()
