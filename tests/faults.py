"""Rules for faults of the emulator, and where to set them: `faults.set(drop("POST", "/processes"))`.

Every constructor takes a method and a path pattern, and after them which calls are meant: `call=2` for the
second alone, `start=2` for the second and all later ones, `times=3` for at most three.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypedDict, Unpack

from procspec.providers.emulator import store
from procspec.providers.emulator.checks import Check
from procspec.providers.emulator.faults.ledger import Ledger
from procspec.providers.workiva.emulator.faults import rule
from procspec.providers.workiva.emulator.store import Store

Rule = dict[str, Any]

EVERY = "/**"
"""Every path but the token's."""
TOKEN_PATH = "/oauth2/token"


class Which(TypedDict, total=False):
    """Which calls of a method and path: without any, all."""

    call: int
    start: int
    times: int


def _rule(do: str, method: str, path: str, which: Which, **arguments: Any) -> Rule:
    named = {"from" if name == "start" else name: value for name, value in which.items()}
    return {"method": method, "path": path, "do": do, **named, **arguments}


def refuse(method: str = "*", path: str = EVERY, **which: Unpack[Which]) -> Rule:
    """The connection closes before anything is done."""
    return _rule("refuse", method, path, which)


def drop(method: str = "*", path: str = EVERY, **which: Unpack[Which]) -> Rule:
    """Done, but the connection closes without an answer."""
    return _rule("drop", method, path, which)


def truncate(method: str = "*", path: str = EVERY, **which: Unpack[Which]) -> Rule:
    """Done, and half of the answer."""
    return _rule("truncate", method, path, which)


def slow(seconds: float, method: str = "*", path: str = EVERY, **which: Unpack[Which]) -> Rule:
    """Done at once, answered late."""
    return _rule("slow", method, path, which, seconds=seconds)


def drip(seconds: float, method: str = "*", path: str = EVERY, **which: Unpack[Which]) -> Rule:
    """Done, and answered a byte at a time, with a pause after each."""
    return _rule("drip", method, path, which, seconds=seconds)


def huge(
    method: str = "*",
    path: str = EVERY,
    *,
    size: int = 1 << 30,
    act: bool = False,
    **which: Unpack[Which],
) -> Rule:
    """An answer of so many bytes."""
    return _rule("huge", method, path, which, bytes=size, act=act)


def status(code: int, method: str = "*", path: str = EVERY, **which: Unpack[Which]) -> Rule:
    """Not done, and an error for an answer."""
    return _rule("status", method, path, which, status=code)


def act_status(code: int = 502, method: str = "*", path: str = EVERY, **which: Unpack[Which]) -> Rule:
    """Done, and an error for an answer."""
    return _rule("act-status", method, path, which, status=code)


def too_many(
    seconds: int = 10, method: str = "*", path: str = EVERY, *, says: str = "seconds", **which: Unpack[Which]
) -> Rule:
    """429; `says` where the wait is told: `seconds`, `date`, `message` or `nothing`."""
    return _rule("too-many", method, path, which, seconds=seconds, says=says)


def expire(after: int = 0, method: str = "*", path: str = EVERY, **which: Unpack[Which]) -> Rule:
    """401 after so many calls, until another token is issued."""
    return _rule("expire", method, path, which, after=after)


def redirect(
    location: str, method: str = "*", path: str = EVERY, *, code: int = 307, **which: Unpack[Which]
) -> Rule:
    """Not done, and sent elsewhere."""
    return _rule("redirect", method, path, which, location=location, status=code)


def html(
    method: str = "*", path: str = EVERY, *, act: bool = False, code: int = 200, **which: Unpack[Which]
) -> Rule:
    """A page for people in place of the answer."""
    return _rule("html", method, path, which, act=act, status=code)


def no_id(method: str = "*", path: str = EVERY, **which: Unpack[Which]) -> Rule:
    """Done, and answered without the id (or the token)."""
    return _rule("no-id", method, path, which)


def other(
    method: str = "*", path: str = EVERY, *, id: str = "another-process", **which: Unpack[Which]
) -> Rule:
    """Done, and answered with the id of another process."""
    return _rule("other", method, path, which, id=id)


def edit(
    patch: list[Rule], method: str = "*", path: str = EVERY, *, when: str = "before", **which: Unpack[Which]
) -> Rule:
    """Somebody else's JSON Patch on the process, right `before` or `after` this request."""
    return _rule("edit", method, path, which, patch=patch, when=when)


def extra(method: str = "*", path: str = EVERY, **which: Unpack[Which]) -> Rule:
    """Members that nobody knows."""
    return _rule("extra", method, path, which)


def normalised(method: str = "*", path: str = EVERY, **which: Unpack[Which]) -> Rule:
    """Values in another form."""
    return _rule("normalised", method, path, which)


def shuffled(method: str = "*", path: str = EVERY, **which: Unpack[Which]) -> Rule:
    """Children of parallel groups in another order."""
    return _rule("shuffled", method, path, which)


class Faults(Protocol):
    """The rules of one emulator."""

    def set(self, *rules: Rule) -> None:
        """Sets exactly these rules."""

    def clear(self) -> None:
        """Nothing goes wrong any more."""

    def fired(self) -> list[int]:
        """How often each rule fired, in the order in which they were set."""


@dataclass(frozen=True)
class Served:
    """The faults of a served emulator; `control` is `Server.control`."""

    control: Callable[[str, str, Any], Any]

    def set(self, *rules: Rule) -> None:
        self.control("PUT", "faults", {"rules": rules})

    def clear(self) -> None:
        self.control("DELETE", "faults", None)

    def fired(self) -> list[int]:
        return [each["fired"] for each in self.control("GET", "faults", None)["rules"]]


@dataclass(frozen=True)
class Embedded:
    """The faults of the emulator that runs inside of the command line, by its database file.

    A new project has none before its first command; it is then made here. `open` and `check` are the store
    and the check of a rule of its system.
    """

    database: Path
    open: Callable[[Path], store.Store] = Store
    check: Check = rule

    def set(self, *rules: Rule) -> None:
        self._replace([self.check(each, f"/rules/{index}") for index, each in enumerate(rules)])

    def clear(self) -> None:
        self._replace([])

    def fired(self) -> list[int]:
        with closing(self.open(self.database)) as there:
            return [each["fired"] for each in Ledger(there).rules()]

    def _replace(self, rules: list[Rule]) -> None:
        with closing(self.open(self.database)) as there, there.transaction():
            Ledger(there).replace(rules)
