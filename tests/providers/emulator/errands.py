"""A small system on the kit, unlike Workiva in everything that the kit leaves open."""

from __future__ import annotations

import asyncio
import datetime
import json
from pathlib import Path
from typing import Any, ClassVar

import httpx
from starlette.requests import Request

from procspec.providers.emulator import calls, store, world
from procspec.providers.emulator.app import System, build
from procspec.providers.emulator.calls import READ, WRITE, Takes
from procspec.providers.emulator.checks import members, name
from procspec.providers.emulator.control import AT, Controls, id_controls
from procspec.providers.emulator.errors import Refusal
from procspec.providers.emulator.faults.kinds import Kind, kinds, quirky
from procspec.providers.emulator.manners import Manners
from procspec.providers.emulator.nouns import Answer, Object
from procspec.providers.emulator.sent import Sent, of_json

KEY = "errand-key"
TODAY = datetime.date(2026, 2, 20)


def _error(refusal: Refusal, path: str, now: datetime.datetime) -> Object:
    said = {"status": refusal.status, "message": refusal.message}
    return {**said, "path": path, "timestamp": now.isoformat()}


def _limited(seconds: int) -> Sent:
    return of_json(429, {"error": "RATE_LIMIT_EXCEEDED", "message": "Slow down", "retryAfter": seconds})


class Store(store.Store):
    """Errands."""

    APPLICATION: ClassVar[int] = 0x70736572
    SCHEMA: ClassVar[tuple[str, ...]] = (store.rows_of("errands"), store.IDS)

    def random_id(self, kind: str) -> str:
        return f"{kind}-{sum(1 for _ in self.rows('errands')) + 1}"


class World(world.World[Store]):
    """The world of errands."""

    MANNERS: ClassVar[Manners] = Manners(
        error=_error,
        unauthorized=lambda: Refusal(401, "Key is suspended"),
        limits={"body": _limited},
        ids=("errandId",),
    )


Call = calls.Call[World]
Operation = calls.Operation[World]
_START = members({"what": name}, required=("what",))


def start(call: Call) -> Answer:
    """201."""
    errand = {"id": call.world.store.new_id("errand"), "by": call.caller, **_START(call.body, "")}
    call.world.store.put("errands", errand)
    if errand["what"] == "fail":
        raise Refusal(409, "It fails")
    return Answer(201, {"errandId": errand["id"], "by": errand["by"]}, "errand")


def receipt(call: Call) -> Answer:
    """A file."""
    if call.world.store.row("errands", call.ids["id"]) is None:
        raise Refusal(404, "No such errand")
    return Answer(200, b"\x00pdf", headers={"content-type": "application/pdf"})


def list_errands(call: calls.Call[Any]) -> Answer:
    """Every errand."""
    return Answer(200, list(call.world.store.rows("errands")))


def admit(world: World, request: Request, operation: Operation) -> str:
    """A key in a header of its own."""
    if request.headers.get("x-api-key") != KEY:
        raise Refusal(401, "Key is missing")
    return f"api:{operation.method}"


def _shout(body: Any, view: str) -> None:
    body["by"] = f"{view}: {body['by'].upper()}"


KINDS = {**kinds(World.MANNERS), "shouting": Kind(quirky("shout"), "somebody who shouts")}
OPERATIONS = (
    Operation("POST", "/errands/start", WRITE, start, Takes.BODY),
    Operation("GET", "/errands/{id}/receipt", READ, receipt),
)
CONTROLS: Controls = (
    calls.Operation("GET", f"{AT}/errands", READ, list_errands),
    *id_controls(("errand",)),
)


class Caller:
    """One client of one emulator of errands."""

    def __init__(self, database: str | Path = ":memory:", *, quirks: bool = True) -> None:
        system = System(admit, OPERATIONS, KINDS, CONTROLS, {"shout": _shout} if quirks else {})
        self.world = World(Store(database), TODAY, ())
        self.app = build(system, self.world)

    def call(self, method: str, path: str, body: Any = None, key: str = KEY) -> httpx.Response:
        """One request with the key."""

        async def sending() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                content = None if body is None else json.dumps(body)
                headers = {"X-API-Key": key, "Content-Type": "application/json"}
                return await client.request(method, path, content=content, headers=headers)

        return asyncio.run(sending())

    def start(self, what: str = "post a letter") -> httpx.Response:
        return self.call("POST", "/errands/start", {"what": what})

    def fault(self, **rule: Any) -> httpx.Response:
        return self.call("PUT", "/_emulator/faults", {"rules": [rule]})

    def errands(self) -> Any:
        return self.call("GET", "/_emulator/errands").json()
