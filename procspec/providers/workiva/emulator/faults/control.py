"""`/_emulator/faults`: reading, setting and clearing the rules."""

from __future__ import annotations

from typing import Any

from procspec.providers.workiva.emulator.calls import Call, Operation, Takes
from procspec.providers.workiva.emulator.checks import Check, array_of, integer, members, one_of, text
from procspec.providers.workiva.emulator.errors import bad_request
from procspec.providers.workiva.emulator.faults.kinds import KINDS, Kind
from procspec.providers.workiva.emulator.nouns import WRITE, Answer, Object

_METHODS = ("*", "DELETE", "GET", "PATCH", "POST", "PUT")


def _pattern(value: Any, at: str) -> str:
    if not text(value, at).startswith("/"):
        raise bad_request("Must be a path such as /processes/*", at)
    return str(value)


_COUNT = integer(1, 1_000_000)
_WHICH: dict[str, Check] = {
    "method": one_of(*_METHODS),
    "path": _pattern,
    "call": _COUNT,
    "from": _COUNT,
    "times": _COUNT,
    "do": one_of(*KINDS),
}
"""Which calls a rule is about: absent means every one."""


def _check_of(kind: Kind) -> Check:
    arguments = {name: argument.check for name, argument in kind.arguments.items()}
    needed = [name for name, argument in kind.arguments.items() if argument.default is None]
    return members({**_WHICH, **arguments}, required=("do", *needed))


_KINDS = {name: _check_of(kind) for name, kind in KINDS.items()}
_UNKNOWN = members(_WHICH, required=("do",))


def rule(value: Any, at: str) -> Object:
    """A rule: its kind decides which members it may have."""
    do = value.get("do") if isinstance(value, dict) else None
    checked: Object = _KINDS.get(do if isinstance(do, str) else "", _UNKNOWN)(value, at)
    if "call" in checked and "from" in checked:
        raise bad_request("Must not stand beside call", f"{at}/from")
    return checked


_RULES = members({"rules": array_of(rule)}, required=("rules",))


def get_faults(call: Call) -> Answer:
    """The rules that are set, with how often each was called and fired, and all kinds that there are."""
    return Answer(200, {"rules": call.world.faults.rules(), "known": list(KINDS)})


def set_faults(call: Call) -> Answer:
    """Sets exactly these rules; their counters begin at nothing."""
    call.world.faults.replace(_RULES(call.body, "")["rules"])
    return get_faults(call)


def clear_faults(call: Call) -> Answer:
    """Nothing goes wrong any more."""
    call.world.faults.replace(())
    return Answer(204)


_AT = "/_emulator/faults"

# WRITE for reading too: a transaction, so that the counters are of one moment.
FAULT_CONTROLS = (
    Operation("GET", _AT, WRITE, get_faults),
    Operation("PUT", _AT, WRITE, set_faults, Takes.BODY),
    Operation("DELETE", _AT, WRITE, clear_faults),
)
