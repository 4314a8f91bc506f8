"""Calling the emulator in this process, and the documents' own examples."""

from __future__ import annotations

import asyncio
import datetime
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from procspec.providers.workiva import emulator

DOCUMENTS = Path(__file__).parents[3] / "documents" / "workiva"
TODAY = datetime.date(2024, 9, 30)
VERSION = {"X-Version": "2026-04-01.processes.preview"}
HEADERS = {**VERSION, "Authorization": f"Bearer {emulator.TOKEN}"}


def example(name: str) -> Any:
    """A JSON example of the documents."""
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
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                return await client.request(method, path, content=content, headers=dict(headers))

        return asyncio.run(sending())

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One request with the credentials and the version of the guide."""
        if body is None:
            return self.send(method, path, headers={**HEADERS, **headers})
        given = {**HEADERS, "Content-Type": "application/json", **headers}
        return self.send(method, path, json.dumps(body).encode(), given)

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        """The body of an answer that is no error."""
        answer = self.call(method, path, body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def refused(self, status: int, method: str, path: str, body: Any = None) -> Any:
        """The body of a documented error."""
        answer = self.call(method, path, body)
        assert answer.status_code == status, answer.text
        return error_of(answer)

    def create(self, *children: Any, **members: Any) -> Any:
        """A new process, as a GET answers it; `root` members come with a `root_` before their name."""
        root = {name.removeprefix("root_"): members.pop(name) for name in list(members) if "root_" in name}
        body = {"name": "Close", **members, "root": {"name": "Root", "children": list(children), **root}}
        return self.get(self.ok("POST", "/processes", body)["id"])

    def get(self, id: str) -> Any:
        return self.ok("GET", f"/processes/{id}")

    def control(self, method: str, path: str, body: Any = None) -> Any:
        return self.ok(method, f"/_emulator/{path}", body)


def error_of(answer: httpx.Response) -> Any:
    """The body of an error, in the documented shape."""
    body = answer.json()
    assert isinstance(body["code"], str)
    assert isinstance(body["message"], str)
    assert set(body) <= {"code", "message", "target", "meta", "details", "documentationUrl"}
    return body


def task(title: str = "Task", **arguments: Any) -> Any:
    """A complete sendTask job, as a child."""
    given = {"title": title, "assignee": {"id": "user-1", "type": "user"}, **arguments}
    trigger = {"triggerType": given.pop("triggerType")} if "triggerType" in given else {}
    return {"type": "job", "job": {"arguments": {"type": "sendTask", "sendTaskArgs": given}, **trigger}}


def job(action: str, **arguments: Any) -> Any:
    """A job of any action, as a child."""
    payload = {f"{action}Args": arguments} if arguments else {}
    return {"type": "job", "job": {"arguments": {"type": action, **payload}}}


def certification(*steps: Any, title: str = "Certify", letter: str = "letter-1") -> Any:
    return job("certification", title=title, sourceLetter=letter, steps=list(steps))


def group(name: str, *children: Any, **members: Any) -> Any:
    return {"type": "group", "group": {"name": name, "children": list(children), **members}}


def walk(node: Any) -> Iterator[Any]:
    """Every job and group below a group of any answer."""
    for child in node["children"]:
        inner = next(value for name, value in child.items() if name != "type")
        yield inner
        if "children" in inner:
            yield from walk(inner)
