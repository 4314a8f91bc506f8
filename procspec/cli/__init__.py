"""The command line: parse, call, render, exit. Imports click and little else until a command runs."""

from procspec.cli.main import interrupted, run

__all__ = ["interrupted", "run"]
