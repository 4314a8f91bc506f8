"""Every action under every fault at every request that it makes: what is promised holds all the same.

A row lets one thing go wrong during one `apply`. Afterwards the server is sound again, and a user does what
the tool says: apply once more, `resolve` where the outcome is unknown. Whatever happened in between, no
process was made twice, none was lost, nobody else's was touched, and in the end there is nothing left to do.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from procspec.providers.workiva.emulator import TOKEN, create_app
from procspec.providers.workiva.emulator.store import Store
from tests import faults
from tests.conftest import TODAY, Home, Result
from tests.engine.conftest import PROCESS, PROJECT
from tests.faults import TOKEN_PATH, Embedded, Faults, Rule
from tests.serving import on_loopback

FILE = "close.procspec.yaml"
LEAST = 680
"""Rows there must be: a table that shrinks by accident would prove less and less."""

EXITS = (0, 1, 3, 4, 5, 6, 7, 8)
"""The exit codes of DESIGN section 7 that an apply may end with here."""


# --------------------------------------------------------------------------------------- the actions


@dataclass(frozen=True)
class Action:
    """What is done to the close before and how it is applied; the requests that this makes."""

    requests: tuple[str, ...]
    prepare: Callable[[Home], None]
    options: tuple[str, ...] = ()
    alive: int = 1
    """Processes that there are in the end."""


def _nothing(home: Home) -> None:
    """The file is all there is."""


def _applied(home: Home) -> None:
    home.ok("apply", "--auto-approve")


def _edited(before: str, after: str) -> Callable[[Home], None]:
    def prepare(home: Home) -> None:
        _applied(home)
        home.edit(FILE, before, after)

    return prepare


def _gone(home: Home) -> None:
    _applied(home)
    (home.folder / FILE).unlink()


def _trashed(home: Home) -> None:
    _gone(home)
    home.ok("apply", "--auto-approve", "--prune")
    home.write(FILE, PROCESS)


ACTIONS: Mapping[str, Action] = {
    "create": Action(("create", "get 1", "validate"), _nothing),
    "patch": Action(
        ("get 1", "get 2", "patch", "get 3", "validate"), _edited("autoClose: true", "autoClose: false")
    ),
    "rename": Action(
        ("get 1", "get 2", "rename", "get 3", "validate"), _edited("title: Costs", "title: All costs")
    ),
    "replace": Action(
        ("get 1", "get 2", "create", "get 3", "validate", "trash"),
        _edited("title: Costs, assignee: ben", "title: Costs, assignee: ana"),
        ("--allow-replace",),
    ),
    "prune": Action(("get 1", "get 2", "trash"), _gone, ("--prune",), alive=0),
    "restore": Action(("get 1", "get 2", "restore", "get 3", "validate"), _trashed),
}

REQUESTS: Mapping[str, tuple[str, str, int]] = {
    "create": ("POST", "/processes", 1),
    "get 1": ("GET", "/processes/*", 1),
    "get 2": ("GET", "/processes/*", 2),
    "get 3": ("GET", "/processes/*", 3),
    "patch": ("PATCH", "/processes/*", 1),
    "rename": ("POST", "/processes/*/batchUpdates", 1),
    "validate": ("POST", "/processes/*/validation", 1),
    "trash": ("DELETE", "/processes/*", 1),
    "restore": ("POST", "/processes/*/restore", 1),
    "token": ("POST", TOKEN_PATH, 1),
}
"""Method, path, and the call of an apply that a fault meets."""

WRITES = ("create", "patch", "rename", "trash", "restore")


# ---------------------------------------------------------------------------------------- the faults

Make = Callable[..., Rule]
"""(method, path, which calls) -> a rule."""

THEIRS = [{"op": "replace", "path": "/name", "value": "Theirs"}]

WAITING: Mapping[str, Make] = {
    "slow": partial(faults.slow, 0.05),
    "429 seconds": partial(faults.too_many, 0, says="seconds"),
    "429 message": partial(faults.too_many, 0, says="message"),
    "extra": faults.extra,
    "normalised": faults.normalised,
    "shuffled": faults.shuffled,
}
"""Nothing is wrong after all: no request may fail for these."""

PASSING: Mapping[str, Make] = {
    "refuse": faults.refuse,
    "drop": faults.drop,
    "truncate": faults.truncate,
    "503": partial(faults.status, 503),
    "html": faults.html,
    "huge": faults.huge,
}
"""Met once, they are overcome by a request that may be sent again; our client waits before it does."""

DOUBTFUL: Mapping[str, Make] = {
    **{name: make for name, make in PASSING.items() if name != "huge"},
    "500 acted": partial(faults.act_status, 500),
    "502 acted": partial(faults.act_status, 502),
    "503 acted": partial(faults.act_status, 503),
    "html acted": partial(faults.html, act=True),
    "html 502 acted": partial(faults.html, act=True, code=502),
    "huge acted": partial(faults.huge, act=True),
}
"""After these nobody knows what became of a request that changes something."""

COSTLY: Mapping[str, Make] = {
    "drip": partial(faults.drip, 0),
    "429 date": partial(faults.too_many, 0, says="date"),
}
"""Harmless too, but dear: a thousand small packets; a date of this very second, waited for to its end."""

REFUSING: Mapping[str, Make] = {
    "400": partial(faults.status, 400),
    "404": partial(faults.status, 404),
    "409": partial(faults.status, 409),
    "429 long": partial(faults.too_many, 3600),
    "expire": partial(faults.expire, 0),
    "redirect": partial(faults.redirect, "https://elsewhere.example/"),
    "303": partial(faults.redirect, "https://elsewhere.example/", code=303),
}

LYING: Mapping[str, Make] = {
    "no id": faults.no_id,
    "other": faults.other,
    "neighbour": partial(faults.other, id="neighbour"),
}
"""`neighbour` is replaced with the id of somebody else's process."""

EDITING: Mapping[str, Make] = {
    "edit before": partial(faults.edit, THEIRS),
    "edit after": partial(faults.edit, THEIRS, when="after"),
}


# ------------------------------------------------------------------------------------------ the rows


@dataclass(frozen=True)
class Row:
    """One thing that goes wrong during one action."""

    action: str
    at: str
    fault: str
    make: Make
    lasting: bool = False
    """Whether it goes on until the end of the command."""
    harmless: bool = False
    embedded: bool = False
    client: bool = False
    """Whether tokens are fetched."""

    def __str__(self) -> str:
        where = "embedded" if self.embedded else "client" if self.client else "served"
        return f"{where}-{self.action}-{self.at}-{self.fault}{'-lasting' if self.lasting else ''}"

    def rule(self, neighbour: str) -> Rule:
        method, path, call = REQUESTS[self.at]
        made = self.make(method, path, **{"start" if self.lasting else "call": call})
        return {**made, "id": neighbour} if made.get("id") == "neighbour" else made


def _pairs(*writes: bool) -> Iterator[tuple[str, str]]:
    return ((name, at) for name, each in ACTIONS.items() for at in each.requests if (at in WRITES) in writes)


def _rows() -> Iterator[Row]:
    """Writes under everything; reads under what a read can suffer from."""
    for action, at in _pairs(True, False):
        yield from (Row(action, at, fault, make, harmless=True) for fault, make in WAITING.items())
        yield from (Row(action, at, fault, make, lasting=True) for fault, make in _clear(action, at).items())
        whens = EDITING if at != "create" else {"edit after": EDITING["edit after"]}
        yield from (Row(action, at, fault, make) for fault, make in whens.items())
    for action, at in _pairs(True):
        yield from (Row(action, at, fault, make, harmless=True) for fault, make in COSTLY.items())
        yield from (Row(action, at, fault, make, lasting=True) for fault, make in DOUBTFUL.items())
    for action, at in (("create", "get 1"), ("create", "validate"), ("patch", "get 2"), ("restore", "get 3")):
        passing = {**PASSING, **COSTLY}
        yield from (Row(action, at, fault, make, harmless=True) for fault, make in passing.items())
    # Our client tries five times, which takes eight seconds.
    for action, at in (("create", "get 1"), ("replace", "validate"), ("rename", "get 3")):
        yield Row(action, at, "drop", faults.drop, lasting=True)
    yield from _token_rows()
    yield from _embedded_rows()


def _clear(action: str, at: str) -> Mapping[str, Make]:
    """Answers that seem clear. 404 to the first look of a prune is a process that is gone, whoever lies."""
    gone = {"404"} if (action, at) == ("prune", "get 1") else set()
    left_out = gone if at in WRITES else {"303", "409", *gone}  # to a read they are one more 400
    return {name: make for name, make in {**REFUSING, **LYING}.items() if name not in left_out}


def _token_rows() -> Iterator[Row]:
    """The token endpoint, and tokens that expire in the middle of an action."""
    calm = {**WAITING, **PASSING}
    yield from (
        Row("create", "token", fault, make, harmless=True, client=True) for fault, make in calm.items()
    )
    for action in ("create", "patch"):
        broken = {**REFUSING, "no id": faults.no_id}
        yield from (
            Row(action, "token", fault, make, lasting=True, client=True) for fault, make in broken.items()
        )
    for action, at in _pairs(True, False):
        yield Row(action, at, "expire", partial(faults.expire, 0), harmless=True, client=True)


_EMBEDDED = ("drop", "truncate", "502 acted", "html acted", "huge acted")


def _embedded_rows() -> Iterator[Row]:
    """Without sockets a refusal is known to have changed nothing."""
    for action, at in _pairs(True):
        yield Row(action, at, "refuse", faults.refuse, harmless=True, embedded=True)
        kinds = {
            name: DOUBTFUL[name] for name in ("drop", "truncate", "502 acted", "html acted", "huge acted")
        }
        yield from (
            Row(action, at, fault, make, lasting=True, embedded=True)
            for fault, make in {**kinds, **LYING}.items()
        )


ROWS = tuple(_rows())

KNOWN: Mapping[str, tuple[tuple[str, str, str], ...]] = {}
"""What does not hold yet: why, and in which rows (action, request, fault). One that holds at last fails."""


def _param(row: Row) -> Any:
    at = (row.action, row.at, row.fault)
    marks = [pytest.mark.xfail(reason=why, strict=True) for why, rows in KNOWN.items() if at in rows]
    return pytest.param(row, row, id=str(row), marks=marks)


# -------------------------------------------------------------------------------------------- the world


@dataclass(frozen=True)
class World:
    """A close, the emulator that it is applied to, and somebody else's process there."""

    home: Home
    faults: Faults
    store: Store
    neighbour: str = "neighbours-id"

    def processes(self) -> dict[str, bool]:
        """Every process that this project made, and whether it is in the trash."""
        with self.store.reading():
            found = {str(process["id"]): trashed for process, trashed in self.store.processes()}
        return {id: trashed for id, trashed in found.items() if id != self.neighbour}

    def alive(self) -> set[str]:
        return {id for id, trashed in self.processes().items() if not trashed}

    def records(self) -> list[dict[str, Any]]:
        return list(self.home.ok("state", "list", "-o", "json").json["records"])

    def doubts(self) -> list[str]:
        """The keys whose create may have been carried out."""
        return [record["key"] for record in self.records() if "intent" in record]

    def lost(self) -> set[str]:
        """Live processes of which the state knows nothing: neither as ids, nor as leftovers."""
        return self.alive() - {text for record in self.records() for text in _texts(record)}

    def theirs(self) -> object:
        """The neighbour's process, as the server has it."""
        with self.store.reading():
            return self.store.process(self.neighbour)

    def apply(self, action: Action) -> Result:
        """One apply; what holds after every one of them."""
        made = len(self.processes())
        result = self.home.run("apply", "--auto-approve", *action.options)
        assert "Traceback" not in result.out + result.err
        assert result.code in EXITS, result.out + result.err
        assert len(self.processes()) <= made + 1, "a create was carried out twice"
        assert len(self.lost()) <= len(self.doubts()), f"{self.lost()} is lost\n{result.out}"
        return result

    def resolve(self) -> None:
        """What a user does after exit 4: looks for the process in the product."""
        unknown = sorted(self.alive() - self.settled())
        answer = ("--id", unknown[0]) if unknown else ("--not-created",)
        for key in self.doubts():
            self.home.ok("resolve", key, *answer)

    def settled(self) -> set[str]:
        """The ids of which the state is sure."""
        records = [record for record in self.records() if record.get("intent", {}).get("action") != "create"]
        sure = [{**record, "intent": None} for record in records]
        return {text for record in sure for text in _texts(record)}

    def is_done(self, action: Action) -> bool:
        prune = [option for option in action.options if option == "--prune"]
        return self.home.run("plan", "--detailed-exitcode", *prune).code == 0


def _texts(value: Any) -> Iterator[str]:
    """Every string of a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


@dataclass(frozen=True)
class Emulator:
    """A served emulator, and its database."""

    url: str
    database: Path


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Served by a thread: hundreds of rows look into its database, which is cheaper than asking it."""
    database = tmp_path_factory.mktemp("matrix") / "emulator.db"
    with on_loopback(create_app(database, clock=datetime.date.fromisoformat(TODAY))) as url:
        yield Emulator(url, database)


@pytest.fixture
def world(
    request: pytest.FixtureRequest, home: Home, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    row: Row = request.param
    for name, value in (_CLIENT if row.client else _TOKEN).items():
        monkeypatch.setenv(name, value)
    url = f"emulator, clock: {TODAY}" if row.embedded else f'"{emulator.url}"'
    home.write("procspec.yaml", PROJECT.format(url=url).replace(f'"{url}"', url))
    home.write(FILE, PROCESS)
    database = home.folder / ".procspec" / "emulator.db" if row.embedded else emulator.database
    store = Store(database)
    with store.transaction():
        store.execute("DELETE FROM processes")
        store.put_process(NEIGHBOUR)
    yield World(home, Embedded(database), store)
    Embedded(database).clear()
    store.close()


NEIGHBOUR = {"id": World.neighbour, "name": "Close", "revision": 1, "root": {"name": "R", "children": []}}
_TOKEN = {"PROCSPEC_TOKEN": TOKEN}
_CLIENT = {"PROCSPEC_CLIENT_ID": "id", "PROCSPEC_CLIENT_SECRET": "secret-of-the-matrix"}


# ------------------------------------------------------------------------------------------- the tests


def test_there_are_enough_rows() -> None:
    print(f"{len(ROWS)} rows")
    assert len(ROWS) >= LEAST
    assert len({str(row) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("world", "row"), [_param(row) for row in ROWS], indirect=["world"])
def test_what_is_promised_holds(world: World, row: Row) -> None:
    action = ACTIONS[row.action]
    action.prepare(world.home)
    theirs = world.theirs()
    world.faults.set(row.rule(world.neighbour))
    first = world.apply(action)
    assert world.faults.fired() >= [1], "the row met no fault"
    world.faults.clear()
    if first.code == 0 and row.fault not in EDITING:
        assert world.is_done(action), f"exit 0, and something is left to do\n{first.out}"
    assert first.code == 0 or not row.harmless, first.out
    _settle(world, action, first)
    assert len(world.alive()) == action.alive
    assert not world.lost()
    assert world.theirs() == theirs, "somebody else's process was touched"


def _settle(world: World, action: Action, result: Result) -> None:
    """What a user does: up to three more applies, until nothing is left to do."""
    for _ in range(3):
        if result.code == 4:
            world.resolve()
        if result.code == 0 and world.is_done(action):
            return
        result = world.apply(action)
    assert result.code == 0, result.out + result.err
    assert world.is_done(action)
