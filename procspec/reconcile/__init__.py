"""Desired minus live: pure functions. All knowledge of whose field it is enters in `propose`."""

from procspec.reconcile.compare import normal, same
from procspec.reconcile.diff import creation, diff
from procspec.reconcile.drift import drift, parted
from procspec.reconcile.identity import ids_of, keyed, pair, snapshot
from procspec.reconcile.marks import Fields, Marks, marks, pair_marks, value_digest
from procspec.reconcile.propose import Proposal, propose, whole
from procspec.reconcile.structure import order_of

__all__ = [
    "Fields",
    "Marks",
    "Proposal",
    "creation",
    "diff",
    "drift",
    "ids_of",
    "keyed",
    "marks",
    "normal",
    "order_of",
    "pair",
    "pair_marks",
    "parted",
    "propose",
    "same",
    "snapshot",
    "value_digest",
    "whole",
]
