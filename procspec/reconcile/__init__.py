"""Desired minus live: pure functions. All knowledge of whose field it is enters in `propose`."""

from procspec.reconcile.compare import normal, same
from procspec.reconcile.diff import creation, diff
from procspec.reconcile.identity import ids_of, keyed, pair, snapshot
from procspec.reconcile.marks import Fields, Marks, marks, pair_marks, value_digest
from procspec.reconcile.propose import Proposal, propose, whole

__all__ = [
    "Fields",
    "Marks",
    "Proposal",
    "creation",
    "diff",
    "ids_of",
    "keyed",
    "marks",
    "normal",
    "pair",
    "pair_marks",
    "propose",
    "same",
    "snapshot",
    "value_digest",
    "whole",
]
