"""The kinds of fault: a row each, with its arguments and why a client must stand it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from procspec.providers.emulator.checks import Check, boolean, integer, name, number, one_of
from procspec.providers.emulator.errors import Refusal
from procspec.providers.emulator.faults.turn import Turn
from procspec.providers.emulator.manners import Limits, Manners
from procspec.providers.emulator.nouns import Object
from procspec.providers.emulator.reading import QUIRKS
from procspec.providers.emulator.sent import Sent, of_page

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


async def _status(turn: Turn) -> None:
    sent = turn.error(Refusal(turn.arguments["status"], "unknown error"))
    await turn.skip(sent.status)
    await turn.answer(sent)


async def _act_status(turn: Turn) -> None:
    await turn.act()
    await turn.answer(turn.error(Refusal(turn.arguments["status"], "unknown error")))


async def _too_many(turn: Turn) -> None:
    limits = turn.world.MANNERS.limits
    sent = limits[turn.arguments["says"]](turn.arguments["seconds"])
    await turn.skip(429)
    await turn.answer(sent)


async def _expire(turn: Turn) -> None:
    sent = turn.error(turn.world.MANNERS.unauthorized())
    await turn.skip(sent.status)
    await turn.answer(sent)


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
    manners = turn.world.MANNERS

    def change(body: Object) -> None:
        for member in (*manners.ids, *manners.secrets):
            body.pop(member, None)

    await turn.answer((await turn.act()).changed(change))


async def _other(turn: Turn) -> None:
    def change(body: Object) -> None:
        body.update({member: turn.arguments["id"] for member in turn.world.MANNERS.ids if member in body})

    await turn.answer((await turn.act()).changed(change))


def quirky(*names: str) -> Play:
    """The answer with some quirks of the system, this once."""

    async def play(turn: Turn) -> None:
        await turn.answer(await turn.act(**{QUIRKS: names}))

    return play


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


Kinds = Mapping[str, Kind]
"""Kinds by their names in a rule's `do`."""

_CONNECTION: Kinds = {
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
}


def _statuses(limits: Limits) -> Kinds:
    says = Argument(one_of(*limits), next(iter(limits)))
    return {
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
            {"seconds": Argument(_WAIT, 10), "says": says},
        ),
        "expire": Kind(
            _expire, "tokens of 599 seconds (api-facts 1.2)", {"after": Argument(integer(0, 1_000_000), 0)}
        ),
        "redirect": Kind(
            _redirect,
            "RFC 9110, 15.4: a load balancer, or a login page",
            {"location": Argument(name), "status": Argument(integer(300, 399), 307)},
        ),
    }


_BODY: Kinds = {
    "html": Kind(
        _html,
        "a proxy's page for people in place of the answer",
        {"act": _ACT, "status": Argument(integer(200, 599), 200)},
    ),
    "no-id": Kind(_no_id, "an answer without what it is sent for"),
    "other": Kind(
        _other, "a cache that mixes answers up", {"id": Argument(name, "0000000000000000000000000000f417")}
    ),
}


def kinds(manners: Manners) -> Kinds:
    """The kinds that every system has; a system adds its own behind them."""
    return {**_CONNECTION, **_statuses(manners.limits), **_BODY}
