"""`python -m procspec`, and the entry point of the `procspec` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and exits with the code of DESIGN section 7."""
    from procspec.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
