"""The kinds of fault: those of every system, and answers with quirks."""

from __future__ import annotations

from procspec.providers.emulator.faults.control import rule_of
from procspec.providers.emulator.faults.kinds import Kind, Kinds, kinds, quirky
from procspec.providers.workingflow.emulator.manners import MANNERS

KINDS: Kinds = {
    **kinds(MANNERS),
    "extra": Kind(quirky("extra-fields"), "members added after this was written"),
    "normalised": Kind(
        quirky("utc-times", "number-ids", "null-fields"), "api-facts 2.3: values in another form"
    ),
}
"""All kinds by their names in a rule's `do`."""

rule = rule_of(KINDS)
"""The check of a rule."""
