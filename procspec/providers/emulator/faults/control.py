"""`/_emulator/faults`: reading, setting and clearing the rules."""

from __future__ import annotations

from typing import Any

from procspec.providers.emulator.calls import WRITE, Call, Operation, Takes
from procspec.providers.emulator.checks import Check, array_of, integer, members, one_of, text
from procspec.providers.emulator.control import AT, Controls
from procspec.providers.emulator.errors import bad_request
from procspec.providers.emulator.faults.kinds import Kind, Kinds
from procspec.providers.emulator.nouns import Answer, Object

_METHODS = ("*", "DELETE", "GET", "PATCH", "POST", "PUT")


def _pattern(value: Any, at: str) -> str:
    if not text(value, at).startswith("/"):
        raise bad_request("Must be a path such as /processes/*", at)
    return str(value)


_COUNT = integer(1, 1_000_000)


def _which(kinds: Kinds) -> dict[str, Check]:
    """Which calls a rule is about: absent means every one."""
    return {
        "method": one_of(*_METHODS),
        "path": _pattern,
        "call": _COUNT,
        "from": _COUNT,
        "times": _COUNT,
        "do": one_of(*kinds),
    }


def _check_of(kind: Kind, which: dict[str, Check]) -> Check:
    arguments = {name: argument.check for name, argument in kind.arguments.items()}
    needed = [name for name, argument in kind.arguments.items() if argument.default is None]
    return members({**which, **arguments}, required=("do", *needed))


def rule_of(kinds: Kinds) -> Check:
    """The check of a rule: its kind decides which members it may have."""
    which = _which(kinds)
    checks = {name: _check_of(kind, which) for name, kind in kinds.items()}
    unknown = members(which, required=("do",))

    def rule(value: Any, at: str) -> Object:
        do = value.get("do") if isinstance(value, dict) else None
        checked: Object = checks.get(do if isinstance(do, str) else "", unknown)(value, at)
        if "call" in checked and "from" in checked:
            raise bad_request("Must not stand beside call", f"{at}/from")
        return checked

    return rule


def fault_controls(kinds: Kinds) -> Controls:
    """Reading the rules, setting exactly some, and clearing them."""
    rules = members({"rules": array_of(rule_of(kinds))}, required=("rules",))

    def get_faults(call: Call[Any]) -> Answer:
        """The rules that are set, with how often each was called and fired, and all kinds that there are."""
        return Answer(200, {"rules": call.world.faults.rules(), "known": list(kinds)})

    def set_faults(call: Call[Any]) -> Answer:
        """Their counters begin at nothing."""
        call.world.faults.replace(rules(call.body, "")["rules"])
        return get_faults(call)

    def clear_faults(call: Call[Any]) -> Answer:
        call.world.faults.replace(())
        return Answer(204)

    # WRITE for reading too: a transaction, so that the counters are of one moment.
    return (
        Operation("GET", f"{AT}/faults", WRITE, get_faults),
        Operation("PUT", f"{AT}/faults", WRITE, set_faults, Takes.BODY),
        Operation("DELETE", f"{AT}/faults", WRITE, clear_faults),
    )
