"""The kinds of fault: a row each, with its arguments and why a client must stand it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from procspec.providers.workiva.emulator import edits
from procspec.providers.workiva.emulator.checks import Check, array, boolean, integer, name, number, one_of
from procspec.providers.workiva.emulator.errors import Refusal, unauthorized
from procspec.providers.workiva.emulator.faults.turn import Sent, Turn, of_json, of_page
from procspec.providers.workiva.emulator.nouns import Object
from procspec.providers.workiva.emulator.reading import QUIRKS

Play = Callable[[Turn], Awaitable[None]]

_PIECE = 65_536


# --------------------------------------------------------------------------------- the connection


async def _refuse(turn: Turn) -> None:
    turn.log(None)
    await turn.hang_up(ConnectionRefusedError)


async def _drop(turn: Turn) -> None:
    await turn.act()
    await turn.hang_up(ConnectionResetError)


async def _truncate(turn: Turn) -> None:
    """Half of the body under the length of the whole; where there is no body, no answer either."""
    sent = await turn.act()
    if sent.body:
        await turn.begin(sent)
        await turn.go_on(sent.body[: len(sent.body) // 2])
    await turn.hang_up(ConnectionResetError)


async def _slow(turn: Turn) -> None:
    sent = await turn.act()
    await turn.pause()
    await turn.answer(sent)


async def _drip(turn: Turn) -> None:
    sent = await turn.act()
    await turn.begin(sent)
    for byte in sent.body:
        await turn.go_on(bytes((byte,)))
        if not await turn.pause():
            return
    await turn.go_on(b"", more=False)


async def _huge(turn: Turn) -> None:
    """JSON of any length, made piece by piece."""
    left = turn.arguments["bytes"]
    sent = Sent(200, {"content-type": "application/json", "content-length": str(left)})
    await turn.act_if(turn.arguments["act"], sent)
    await turn.begin(sent)
    await turn.go_on(b'"')
    left -= 2
    while left:
        piece = min(left, _PIECE)
        await turn.go_on(b"x" * piece)
        left -= piece
    await turn.go_on(b'"', more=False)


# ------------------------------------------------------------------------------------- the status


def _complaint(status: int, message: str = "unknown error") -> Sent:
    return of_json(status, {"code": str(status), "message": message})


async def _status(turn: Turn) -> None:
    sent = _complaint(turn.arguments["status"])
    await turn.skip(sent.status)
    await turn.answer(sent)


async def _act_status(turn: Turn) -> None:
    await turn.act()
    await turn.answer(_complaint(turn.arguments["status"]))


async def _too_many(turn: Turn) -> None:
    sent = _TOO_MANY[turn.arguments["says"]](turn.arguments["seconds"])
    await turn.skip(429)
    await turn.answer(sent)


def _limited(retry: str = "", more: str = "") -> Sent:
    message = f"Rate limit of 1000 per 60 seconds exceeded for listJobs requests.{more}"
    return of_json(429, {"code": "429", "message": message}, {"retry-after": retry} if retry else {})


_TOO_MANY: Mapping[str, Callable[[int], Sent]] = {
    "seconds": lambda seconds: _limited(str(seconds)),
    "date": lambda seconds: _limited(formatdate(time.time() + seconds, usegmt=True)),
    "message": lambda seconds: _limited(more=f" Retry request in {seconds} seconds."),
    "nothing": lambda seconds: _limited(),
}
"""How a 429 says how long to wait (api-facts 1.3): the preview's example says it in the message alone."""


async def _expire(turn: Turn) -> None:
    refusal = unauthorized()
    await turn.skip(refusal.status)
    await turn.answer(of_json(refusal.status, refusal.body, refusal.headers))


async def _redirect(turn: Turn) -> None:
    status = turn.arguments["status"]
    await turn.skip(status)
    await turn.answer(Sent(status, {"location": turn.arguments["location"], "content-length": "0"}))


# --------------------------------------------------------------------------------------- the body


async def _html(turn: Turn) -> None:
    sent = of_page(turn.arguments["status"], "<!doctype html><title>Sign in</title><p>Sign in to go on.")
    await turn.act_if(turn.arguments["act"], sent)
    await turn.answer(sent)


async def _no_id(turn: Turn) -> None:
    def change(body: Object) -> None:
        for member in ("id", "access_token"):
            body.pop(member, None)

    await turn.answer((await turn.act()).changed(change))


async def _other(turn: Turn) -> None:
    def change(body: Object) -> None:
        body.update({"id": turn.arguments["id"]} if "id" in body else {})

    await turn.answer((await turn.act()).changed(change))


def _quirky(*names: str) -> Play:
    """The answer with some quirks, this once."""

    async def play(turn: Turn) -> None:
        await turn.answer(await turn.act(**{QUIRKS: names}))

    return play


# ------------------------------------------------------------------------------------ somebody else


async def _edit(turn: Turn) -> None:
    """A rule whose edit cannot be made must not pass for one that was."""
    try:
        await _WHEN[turn.arguments["when"]](turn)
    except Refusal as refusal:
        await turn.answer(_complaint(500, f"The edit of a fault rule cannot be made: {refusal}"))


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


# ------------------------------------------------------------------------------------------ the table


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a kind; None as the default: it must be given."""

    check: Check
    default: Any = None


@dataclass(frozen=True, slots=True)
class Kind:
    """What a rule does with a request, its arguments, and where such a thing comes from."""

    play: Play
    source: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)


_ACT = Argument(boolean, False)
_SECONDS = number(0, 3600)
_WAIT = integer(0, 86_400)
_LEAST = 2  # the quotes of an empty JSON text

KINDS: Mapping[str, Kind] = {
    "refuse": Kind(_refuse, "a server that is restarted"),
    "drop": Kind(_drop, "a connection reset while the answer was on its way"),
    "truncate": Kind(_truncate, "a connection reset in the middle of the answer"),
    "slow": Kind(
        _slow, "the 29-second request timeout (api-facts 1.3)", {"seconds": Argument(_SECONDS, 30.0)}
    ),
    "drip": Kind(
        _drip, "a server, or an attacker, that keeps a client waiting", {"seconds": Argument(_SECONDS, 1.0)}
    ),
    "huge": Kind(
        _huge,
        "a server, or an attacker, that floods a client",
        {"bytes": Argument(integer(_LEAST, 1 << 40), 1 << 30), "act": _ACT},
    ),
    "status": Kind(
        _status, "reference, Responses of every operation", {"status": Argument(integer(400, 599))}
    ),
    "act-status": Kind(
        _act_status,
        "a gateway that lost the server behind it (RFC 9110, 15.6.3)",
        {"status": Argument(integer(400, 599), 502)},
    ),
    "too-many": Kind(
        _too_many,
        "the preview's 429 (api-facts 1.3); RFC 9110, 10.2.3",
        {"seconds": Argument(_WAIT, 10), "says": Argument(one_of(*_TOO_MANY), "seconds")},
    ),
    "expire": Kind(
        _expire, "tokens of 599 seconds (api-facts 1.2)", {"after": Argument(integer(0, 1_000_000), 0)}
    ),
    "redirect": Kind(
        _redirect,
        "RFC 9110, 15.4: a load balancer, or a login page",
        {"location": Argument(name), "status": Argument(integer(300, 399), 307)},
    ),
    "html": Kind(
        _html,
        "a proxy's page for people in place of the answer",
        {"act": _ACT, "status": Argument(integer(200, 599), 200)},
    ),
    "no-id": Kind(_no_id, "an answer without what it is sent for"),
    "other": Kind(
        _other, "a cache that mixes answers up", {"id": Argument(name, "0000000000000000000000000000f417")}
    ),
    "edit": Kind(
        _edit,
        "somebody else in the product; no ETag, no If-Match (api-facts 1.3)",
        {"patch": Argument(array), "when": Argument(one_of(*_WHEN), "before")},
    ),
    "extra": Kind(_quirky("extra-fields"), "members added after this was written"),
    "normalised": Kind(
        _quirky("datetime-dates", "upper-case", "reordered-sets", "trimmed-text", "null-fields"),
        "T3, T5: values in another form",
    ),
    "shuffled": Kind(_quirky("shuffled-parallel"), "children of a parallel group have no order"),
}
"""All kinds by their names in a rule's `do`."""
