"""Rules over documents: what is well formed and all the same not what a controller wants.

Pure functions over a `Project`. A rule is a row of `table`; `check` applies them all, with what the
project says about their severity, with the policies of the team and with the waivers in the files.
"""

from __future__ import annotations

from procspec.policy.checking import Findings, check
from procspec.policy.schemas import Custom, fault_of_file, parse
from procspec.policy.settings import meant
from procspec.policy.table import POLICIES, Policy

__all__ = ["POLICIES", "Custom", "Findings", "Policy", "check", "fault_of_file", "meant", "parse"]
