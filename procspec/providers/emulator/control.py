"""Control endpoints under `/_emulator/` that every emulator has: the clock, the request log, quirks, ids.

Control endpoints do what people and administrators do, which the API cannot. They are outside the documented
paths, take no token, and answer nothing to a web page: a request with an `Origin`, or for a host that is not
loopback, is refused.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from procspec.providers.emulator.calls import READ, WRITE, Call, Operation, Takes
from procspec.providers.emulator.checks import array_of, date, members, name, text
from procspec.providers.emulator.errors import bad_request
from procspec.providers.emulator.nouns import Answer
from procspec.providers.emulator.quirks import Quirks, known

AT = "/_emulator"
"""Where all control endpoints are."""

Controls = tuple[Operation[Any], ...]

_CLOCK = members(
    {"today": lambda value, at: value if value is None else date(value, at)}, required=("today",)
)
_QUIRKS = members({"quirks": array_of(text)}, required=("quirks",))


def get_clock(call: Call[Any]) -> Answer:
    """The emulator's today."""
    return Answer(200, {"today": call.world.today().isoformat(), "fixed": call.world.clock is not None})


def set_clock(call: Call[Any]) -> Answer:
    """Fixes today; null gives the real one back."""
    today = _CLOCK(call.body, "")["today"]
    call.world.clock = datetime.date.fromisoformat(today) if today else None
    return get_clock(call)


def get_requests(call: Call[Any]) -> Answer:
    """The requests to documented paths since the start, or since they were last forgotten."""
    return Answer(200, call.world.logged())


def forget_requests(call: Call[Any]) -> Answer:
    """Empties the request log."""
    call.world.forget()
    return Answer(204)


WORLD_CONTROLS: Controls = (
    Operation("GET", f"{AT}/clock", READ, get_clock),
    Operation("PUT", f"{AT}/clock", READ, set_clock, Takes.BODY),
    Operation("GET", f"{AT}/requests", READ, get_requests),
    Operation("DELETE", f"{AT}/requests", READ, forget_requests),
)


def quirk_controls(table: Quirks) -> Controls:
    """The quirks that are on, and turning exactly some of them on."""

    def get_quirks(call: Call[Any]) -> Answer:
        return Answer(200, {"quirks": list(call.world.quirks), "known": list(table)})

    def set_quirks(call: Call[Any]) -> Answer:
        try:
            call.world.quirks = known(table, _QUIRKS(call.body, "")["quirks"])
        except ValueError as error:
            raise bad_request(str(error), "/quirks") from None
        return get_quirks(call)

    return (
        Operation("GET", f"{AT}/quirks", READ, get_quirks),
        Operation("PUT", f"{AT}/quirks", READ, set_quirks, Takes.BODY),
    )


def id_controls(kinds: Iterable[str]) -> Controls:
    """Fixing the next ids of each kind; the store's schema must hold `IDS`."""
    shape = members({kind: array_of(name) for kind in kinds})

    def set_ids(call: Call[Any]) -> Answer:
        call.world.store.prepare_ids(shape(call.body, ""))
        return Answer(204)

    return (Operation("PUT", f"{AT}/ids", WRITE, set_ids, Takes.BODY),)
