"""The kinds of fault that are this system's own: an edit by somebody else, and answers with quirks."""

from __future__ import annotations

from collections.abc import Mapping

from procspec.providers.emulator.checks import array, one_of
from procspec.providers.emulator.errors import Refusal
from procspec.providers.emulator.faults.control import rule_of
from procspec.providers.emulator.faults.kinds import Argument, Kind, Kinds, Play, kinds, quirky
from procspec.providers.emulator.faults.turn import Turn
from procspec.providers.workiva.emulator import edits
from procspec.providers.workiva.emulator.manners import MANNERS


async def _edit(turn: Turn) -> None:
    """A rule whose edit cannot be made must not pass for one that was."""
    try:
        await _WHEN[turn.arguments["when"]](turn)
    except Refusal as refusal:
        message = f"The edit of a fault rule cannot be made: {refusal}"
        await turn.answer(turn.error(Refusal(500, message)))


async def _edit_before(turn: Turn) -> None:
    _make_edit(turn, _process_of(turn.scope["path"]))
    await turn.answer(await turn.act())


async def _edit_after(turn: Turn) -> None:
    found: list[str] = []
    sent = (await turn.act()).changed(lambda body: found.append(str(body.get("id", ""))))
    _make_edit(turn, _process_of(turn.scope["path"]) or "".join(found))
    await turn.answer(sent)


_WHEN: Mapping[str, Play] = {"before": _edit_before, "after": _edit_after}


def _process_of(path: str) -> str:
    """The id in `/processes/{processId}...`."""
    return path.removeprefix("/processes").removeprefix("/").partition("/")[0]


def _make_edit(turn: Turn, id: str) -> None:
    with turn.world.store.transaction():
        edits.edited(turn.world, id, turn.arguments["patch"])


KINDS: Kinds = {
    **kinds(MANNERS),
    "edit": Kind(
        _edit,
        "somebody else in the product; no ETag, no If-Match (api-facts 1.3)",
        {"patch": Argument(array), "when": Argument(one_of(*_WHEN), "before")},
    ),
    "extra": Kind(quirky("extra-fields"), "members added after this was written"),
    "normalised": Kind(
        quirky("datetime-dates", "upper-case", "reordered-sets", "trimmed-text", "null-fields"),
        "T3, T5: values in another form",
    ),
    "shuffled": Kind(quirky("shuffled-parallel"), "children of a parallel group have no order"),
}
"""All kinds by their names in a rule's `do`."""

rule = rule_of(KINDS)
"""The check of a rule."""
