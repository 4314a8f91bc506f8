"""Desired minus live: pure functions. All knowledge of whose field it is enters in `propose`."""

from procspec.reconcile.compare import normal, same
from procspec.reconcile.diff import creation, diff
from procspec.reconcile.identity import UNKNOWN, adopt, ids_of, keyed, pair, snapshot
from procspec.reconcile.marks import Marks, marks
from procspec.reconcile.propose import STAYS, Proposal, propose, whole

__all__ = [
    "STAYS",
    "UNKNOWN",
    "Marks",
    "Proposal",
    "adopt",
    "creation",
    "diff",
    "ids_of",
    "keyed",
    "marks",
    "normal",
    "pair",
    "propose",
    "same",
    "snapshot",
    "whole",
]
