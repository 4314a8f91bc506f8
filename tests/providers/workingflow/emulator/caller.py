"""Calling the emulator in this process, and the document's own examples."""

from __future__ import annotations

import asyncio
import base64
import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from procspec.providers.workingflow import emulator

DOCUMENTS = Path(__file__).parents[3] / "documents" / "workingflow"
TODAY = datetime.date(2026, 5, 1)
HEADERS = {"Authorization": f"Bearer {emulator.TOKEN}"}
EXPENSE = "/processapi/expense_reimbursement_demo/start"


def example(name: str) -> Any:
    """A JSON example of the document."""
    return json.loads((DOCUMENTS / f"{name}.json").read_text(encoding="utf-8"))


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

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """One request with the key of the emulator."""
        if body is None:
            return self.send(method, path)
        given = {**HEADERS, "Content-Type": "application/json"}
        return self.send(method, path, json.dumps(body).encode(), given)

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        """The body of an answer that is no error."""
        answer = self.call(method, path, body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def refused(self, status: int, method: str, path: str, body: Any = None) -> str:
        """The code of a documented error."""
        answer = self.call(method, path, body)
        assert answer.status_code == status, answer.text
        assert set(answer.json()) == {"error", "code"}
        return str(answer.json()["code"])

    def start(self) -> str:
        """The id of a new instance of the example."""
        return str(self.ok("POST", EXPENSE, example("start-request"))["processInstanceId"])

    def status(self, id: str) -> Any:
        return self.ok("GET", f"/processapi/{id}/status")

    def control(self, method: str, path: str, body: Any = None) -> Any:
        return self.ok(method, f"/_emulator/{path}", body)

    def upload(self, id: str, name: str = "receipt.pdf", content: bytes = b"%PDF", **more: str) -> str:
        """The stored name of a new file."""
        body = {"name": name, "content": base64.b64encode(content).decode(), **more}
        return str(self.control("POST", f"instances/{id}/files", body)["files"][-1])
