"""The kinds of fault: those of every system, and the quirks for one answer."""

from __future__ import annotations

from procspec.providers.apptor.emulator.manners import MANNERS
from procspec.providers.emulator.faults.control import rule_of
from procspec.providers.emulator.faults.kinds import Kind, Kinds, kinds, quirky

KINDS: Kinds = {
    **kinds(MANNERS),
    "extra": Kind(quirky("extra-fields"), "members added after this was written"),
    "other-states": Kind(quirky("observability-states"), "A1: the two tables of states"),
}
"""All kinds by their names in a rule's `do`."""

rule = rule_of(KINDS)
"""The check of a rule."""
