"""Calling the emulator in this process."""

from __future__ import annotations

import asyncio
import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from procspec.providers.apptor import emulator

TODAY = datetime.date(2026, 2, 20)
FLOW = "your-flow-uuid"
HEADERS = {"X-API-Key": emulator.TOKEN}


class Caller:
    """One client of one emulator."""

    def __init__(self, database: str | Path = ":memory:", **settings: Any) -> None:
        self.app: Any = emulator.create_app(database, **{"clock": TODAY, **settings})

    def send(
        self, method: str, path: str, content: bytes | None = None, headers: Mapping[str, str] = HEADERS
    ) -> httpx.Response:
        """One request as it is given."""

        async def sending() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.request(method, path, content=content, headers=dict(headers))

        return asyncio.run(sending())

    def call(
        self, method: str, path: str, body: Any = None, key: str = emulator.TOKEN, **headers: str
    ) -> httpx.Response:
        """One request with a key."""
        given = {"X-API-Key": key, **headers} if key else headers
        if body is None:
            return self.send(method, path, headers=given)
        return self.send(
            method, path, json.dumps(body).encode(), {**given, "Content-Type": "application/json"}
        )

    def ok(self, method: str, path: str, body: Any = None, key: str = emulator.TOKEN) -> Any:
        """The body of an answer that is no error."""
        answer = self.call(method, path, body, key)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def refused(
        self, status: int, method: str, path: str, body: Any = None, key: str = emulator.TOKEN
    ) -> Any:
        """The body of a documented error."""
        answer = self.call(method, path, body, key)
        assert answer.status_code == status, answer.text
        said = answer.json()
        assert set(said) - {"errors"} == {"status", "message", "path", "timestamp"}
        assert (said["status"], said["path"]) == (status, path.partition("?")[0])
        return said

    def start(self, process: str = FLOW, query: str = "environment=DEVELOPMENT", **body: Any) -> str:
        """The id of a new instance."""
        path = f"/process/exec?{query}" if query else "/process/exec"
        return str(self.ok("POST", path, {"processId": process, **body})["processInstanceId"])

    def status(self, id: str) -> Any:
        return self.ok("GET", f"/process/instance/{id}")

    def task(
        self, id: str, node: str = "approval-step", action: str = "COMPLETE", **data: Any
    ) -> httpx.Response:
        body = {"processInstanceId": id, "nodeId": node, "action": action, **({"data": data} if data else {})}
        return self.call("POST", "/process/task", body)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        return self.ok(method, f"/_emulator/{path}", body)

    def flow(self, id: str, *nodes: Any, **more: Any) -> None:
        """A flow that is published everywhere."""
        self.control("PUT", f"flows/{id}", {"nodes": [*nodes], **more})
        self.control("POST", f"flows/{id}/publish")
